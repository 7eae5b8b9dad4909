import type { MetricInfo, ReadingValue, RefusalReason, Values } from '../../sample/sample.ts';
import { compileContract } from '../index.ts';
import type { Contract, ContractSource } from '../index.ts';
import { asJson, readMetricRules } from './metric-rules.ts';
import type { MetricRule } from './metric-rules.ts';
import { readingJudge } from './reading-judge.ts';
import { withoutOwn } from './schema-walk.ts';
import { unitReason } from './unit-reason.ts';

/** What came with the values of a sample. */
export type Infos = Readonly<Record<string, MetricInfo>>;

/** A contract over whole readings: their values, and the units that they came with. */
export interface SampleContract extends Contract {
  /** What it says of metrics beyond JSON Schema. */
  readonly rules: ReadonlyMap<string, MetricRule>;
  /**
   * As `Contract.check`, and rule `x-unit` for a reading in another unit than the contract asks for. A reading without a unit, and one
   * without a value, passes.
   */
  check(values: Values, metrics?: Infos): RefusalReason[];
  /** Whether a reading meets what the contract says of this metric, whatever else the sample holds or lacks. */
  admits(metric: string, value: ReadingValue, unit: string | undefined): boolean;
}

/** Reasons of one sample are at most so many, those of `Contract.check` with them. */
export const MOST_REASONS = 20;

/**
 * Compiles a contract that may say `x-unit` and `x-coerce` of its metrics.
 *
 * @throws ContractError that names the place in the schema and the cure.
 */
export function compileSampleContract(source: ContractSource): SampleContract {
  // What is no JSON is refused by the one who compiles it.
  const schema = asJson(source.schema) ?? source.schema;
  const { known } = source;
  const rules = readMetricRules(schema, known);
  const plain: ContractSource = {
    ...source,
    schema: withoutOwn(schema),
    ...(known && {
      known: (id, version) => {
        const found = known(id, version);
        return found && { ...found, schema: withoutOwn(asJson(found.schema) ?? found.schema) };
      },
    }),
  };
  const contract = compileContract(plain);
  const units = [...rules].flatMap(([metric, { unit }]): Array<readonly [string, string]> => (unit === undefined ? [] : [[metric, unit]]));
  const judge = readingJudge(plain);
  return {
    id: contract.id,
    version: contract.version,
    rules,
    check(values, metrics) {
      const reasons = contract.check(values);
      return units.length === 0 || metrics === undefined ? reasons : withUnits(reasons, units, values, metrics);
    },
    admits(metric, value, unit) {
      const asked = rules.get(metric)?.unit;
      return (asked === undefined || unitReason(metric, asked, value, unit) === undefined) && judge(metric, value);
    },
  };
}

function withUnits(reasons: RefusalReason[], units: ReadonlyArray<readonly [string, string]>, values: Values, metrics: Infos): RefusalReason[] {
  let all = reasons;
  for (const [metric, asked] of units) {
    const reason = unitReason(metric, asked, values[metric], metrics[metric]?.unit);
    if (reason === undefined || all.length >= MOST_REASONS) continue;
    if (all === reasons) all = [...reasons];
    all.push(reason);
  }
  return all;
}
