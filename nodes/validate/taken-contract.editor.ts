import { ask } from '../editor/ask.ts';
import { contractsOf, versionsOf } from './contract-choice.editor.ts';

/** A schema on its way into a contract of a backend. */
export interface TakenContract {
  backend: string;
  contract: string;
  /** The number that it gets there. */
  version: number;
  schema: object;
}

/**
 * The version that a schema would become in a contract of a backend; undefined when the editor knows no such contract. Versions that a former flow had
 * are still kept by a running backend, and keep their numbers.
 */
export async function nextVersionIn(backend: string, contract: string): Promise<number | undefined> {
  const found = contractsOf(backend).find(({ id }) => id === contract);
  if (!found) return undefined;
  const running = await ask<Array<{ id: string; versions: Array<{ version: number }> }>>('GET', `holdfast-backend/${backend}/contracts`).catch(() => []);
  const kept = running.find(({ id }) => id === contract)?.versions ?? [];
  return Math.max(0, ...versionsOf(found), ...kept.map(({ version }) => version)) + 1;
}

/** Adds a schema to a contract of a backend as its newest version, to be deployed. @returns what undoes it with the edit that it is part of. */
export function takeIntoBackend({ backend, contract, version, schema }: TakenContract): { changed: boolean; history: object[] } | undefined {
  const node = RED.nodes.node(backend);
  if (!node) return undefined;
  const { contracts: before, changed = false } = node;
  const history = [{ t: 'edit', node, changes: { contracts: before }, changed, dirty: RED.nodes.dirty() }];
  node['contracts'] = contractsOf(backend).map((one) => (one.id === contract ? { ...one, versions: [...one.versions, { version, schema }] } : one));
  node.changed = true;
  RED.nodes.dirty(true);
  return { changed: true, history };
}
