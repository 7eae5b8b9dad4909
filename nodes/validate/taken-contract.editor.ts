import { contractsOf, nextVersion } from './contract-choice.editor.ts';

/** The version that a schema would become in a contract of a backend; undefined when the backend has no such contract. */
export function willBeVersion(backend: string, contract: string): number | undefined {
  const found = contractsOf(backend).find(({ id }) => id === contract);
  return found && nextVersion(found);
}

/** Adds a schema to a contract of a backend as its newest version. It counts when it is deployed. */
export function takeIntoBackend({ backend, contract, schema }: { backend: string; contract: string; schema: object }): void {
  const node = RED.nodes.node(backend);
  if (!node) return;
  node['contracts'] = contractsOf(backend).map((one) => (one.id === contract ? { ...one, versions: [...one.versions, { version: nextVersion(one), schema }] } : one));
  node['changed'] = true;
  RED.nodes.dirty(true);
}
