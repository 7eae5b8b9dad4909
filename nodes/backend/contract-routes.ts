import type { Backend } from '../../core/backend/backend.ts';
import { readContracts } from '../../core/contract/book/read-contracts.ts';
import { compareContracts } from '../../core/contract/compatibility/compare-contracts.ts';
import type { ContractComparison } from '../../core/contract/compatibility/comparison.ts';
import type { KnownContract, KnownContracts } from '../../core/contract/index.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { READ } from './route.ts';
import type { Route } from './route.ts';

/** What the dialogs ask of contracts: which there are, whether those of an open dialog can be used, and what a change would refuse. */
export function addContractRoutes(route: Route): void {
  route('get', 'contracts', READ, ({ contracts }) => contracts.definitions().map((definition) => ({ ...definition, newest: contracts.newest(definition.id) })));
  route('post', 'contracts/check', READ, ({ contracts }, request) => {
    contracts.check(readContracts(request.body));
  });
  route('post', 'contracts/compare', READ, (backend, request) => compare(backend, request.body));
}

/** `{ before, after, contracts? }`: two versions, each `{ schema, dialect? }` or `{ id, version }` of one that is known; `contracts`: those of the open dialog, for `$ref`. */
async function compare({ contracts, clock }: Backend, body: unknown): Promise<ContractComparison> {
  if (typeof body !== 'object' || body === null) throw notComparable();
  const { before, after, contracts: given } = body as Record<string, unknown>;
  const known = given === undefined ? contracts.finder() : contracts.finder(readContracts(given));
  return compareContracts(versionOf(before, known), versionOf(after, known), { clock, known });
}

function versionOf(given: unknown, known: KnownContracts): KnownContract {
  if (typeof given !== 'object' || given === null) throw notComparable();
  if ('id' in given && typeof given.id === 'string' && !('schema' in given)) {
    const version = 'version' in given && typeof given.version === 'number' ? given.version : undefined;
    const found = known(given.id, version);
    if (!found) throw new HoldfastError('HOLDFAST_CONTRACT_UNKNOWN', `The backend has no contract "${given.id.slice(0, 80)}"${version === undefined ? '' : ` with version ${version}`}. Name one that is there.`);
    return found;
  }
  const [contract] = readContracts([{ id: 'compared', versions: [{ version: 1, ...given }] }]);
  const [version] = contract?.versions ?? [];
  if (!version) throw notComparable();
  return version;
}

function notComparable(): HoldfastError {
  return new HoldfastError('HOLDFAST_COMPARE', 'There is nothing to compare. Send {"before":{"schema":{…}},"after":{"schema":{…}}}, or {"id":"press","version":1} for a version that is known.');
}
