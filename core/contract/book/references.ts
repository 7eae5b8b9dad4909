import { ContractError } from '../contract-error.ts';
import type { KnownContract, KnownContracts } from '../index.ts';
import { asJson, contractReference } from './metric-rules.ts';

/** Contracts that refer to one another in a row. */
const LONGEST_CHAIN = 32;

/**
 * Refuses a contract that by way of others refers to itself: it would never end.
 *
 * @throws ContractError that names the way round.
 */
export function checkCircles(id: string, contract: KnownContract, known: KnownContracts): void {
  follow(nameOf(id, contract.version), contract, { known, way: [], done: new Set() });
}

interface Search {
  known: KnownContracts;
  way: readonly string[];
  /** Those that lead to no circle. */
  done: Set<string>;
}

function follow(name: string, { schema }: KnownContract, { known, way, done }: Search): void {
  const further = [...way, name];
  if (way.includes(name)) {
    throw new ContractError('$ref', `the contracts refer to one another in a circle: ${further.slice(way.indexOf(name)).join(' → ')}. Take one of these $ref out.`);
  }
  if (further.length > LONGEST_CHAIN) throw new ContractError('$ref', `more than ${LONGEST_CHAIN} contracts refer to one another in a row, from ${further[0] ?? name} on. Refer to fewer.`);
  if (done.has(name)) return;
  for (const reference of referencesOf(asJson(schema))) {
    const target = known(reference.id, reference.version);
    // One that is not there is told of by whoever compiles the contract.
    if (target) follow(nameOf(reference.id, target.version), target, { known, way: further, done });
  }
  done.add(name);
}

/** The contracts that a schema refers to, wherever in it. */
function referencesOf(schema: unknown): Array<{ id: string; version?: number }> {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, inner]: [string, unknown]) => {
    const reference = (keyword === '$ref' || keyword === 'ref') && typeof inner === 'string' ? contractReference(inner) : undefined;
    return reference ? [reference] : referencesOf(inner);
  });
}

function nameOf(id: string, version: number): string {
  return `contract:${id}@${version}`;
}
