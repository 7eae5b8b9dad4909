import type { Backend } from '../../core/backend/backend.ts';
import { compileSampleContract } from '../../core/contract/book/sample-contract.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import { declaredMetrics } from '../../core/contract/drift/declared-metrics.ts';
import type { DeclaredMetrics } from '../../core/contract/drift/declared-metrics.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { ValidateConfig } from './config.ts';

type Contracts = Backend['contracts'];

/** Finds the contract that a sample has to meet, and what it says of metrics by name. */
export interface ContractSource {
  /**
   * Undefined for a device whose profile names no contract.
   *
   * @throws HoldfastError when the contract, or the version of it, is not known.
   */
  of(sample: Pick<Sample, 'device' | 'profile'>): SampleContract | undefined;
  declared(contract: SampleContract): DeclaredMetrics;
}

/**
 * Where a node's settings say that the contract stands.
 *
 * @param contracts asked only when the settings need them.
 * @throws ConfigError, ContractError and UnknownContractError for settings that cannot work.
 */
export function contractSource(config: ValidateConfig, contracts: () => Contracts): ContractSource {
  switch (config.source) {
    case 'here':
      return fromNode(config, contracts);
    case 'contract':
      return fromBackend(config, contracts());
    case 'profile':
      return fromProfiles(contracts());
  }
}

function fromNode({ contract: id, contractVersion: version, schema, dialect, backend }: ValidateConfig, contracts: () => Contracts): ContractSource {
  if (id === '') throw new ConfigError('contract', 'The contract has no name. Enter one, for example press-telemetry.');
  if (schema === '') throw new ConfigError('schema', 'The contract has no JSON Schema. Enter one, or take the example.');
  const contract = compileSampleContract({ id, version, schema, ...(dialect !== '' && { dialect }), ...(backend !== '' && { known: contracts().finder() }) });
  const declared = declaredMetrics(JSON.parse(schema));
  return { of: () => contract, declared: () => declared };
}

function fromBackend({ contractId, versionChoice, fixedVersion }: ValidateConfig, contracts: Contracts): ContractSource {
  if (contractId === '') throw new ConfigError('contractId', 'No contract of the backend is chosen. Choose one, or give this node a schema of its own.');
  const wanted = versionChoice === 'fixed' ? fixedVersion : undefined;
  const of = (): SampleContract => contracts.of(contractId, wanted ?? contracts.newest(contractId));
  // What is not known is said at once, not at the first sample.
  of();
  return { of, declared: (contract) => declaredIn(contracts, contract) };
}

function fromProfiles(contracts: Contracts): ContractSource {
  return { of: ({ device, profile }) => contracts.forDevice(device, profile), declared: (contract) => declaredIn(contracts, contract) };
}

const known = new WeakMap<SampleContract, DeclaredMetrics>();

function declaredIn(contracts: Contracts, contract: SampleContract): DeclaredMetrics {
  const found = known.get(contract);
  if (found) return found;
  const definition = contracts.definitions().find(({ id }) => id === contract.id);
  const declared = declaredMetrics(definition?.versions.find(({ version }) => version === contract.version)?.schema);
  known.set(contract, declared);
  return declared;
}
