/**
 * How the delivery of a record ended: `stored` by a node that keeps samples for good, `handled` by nodes that do not,
 * `quarantined`, or `refused` by a contract and stored by nobody. The numbers stand on disk, one byte a record.
 */
const OUTCOME = { open: 0, stored: 1, handled: 2, quarantined: 3, refused: 4 } as const;

export type Outcome = Exclude<keyof typeof OUTCOME, 'open'>;

const NAMES = [undefined, 'stored', 'handled', 'quarantined', 'refused'] as const;

/** One byte a record, all open. */
export function openOutcomes(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** Undefined while the record has not settled. */
export function outcomeOf(outcomes: Uint8Array, index: number): Outcome | undefined {
  return NAMES[outcomes[index] ?? 0];
}

export function isSettled(outcomes: Uint8Array, index: number): boolean {
  return (outcomes[index] ?? 0) !== 0;
}

export function markSettled(outcomes: Uint8Array, index: number, outcome: Outcome): void {
  outcomes[index] = OUTCOME[outcome];
}

export function countSettled(outcomes: Uint8Array): number {
  let count = 0;
  for (const outcome of outcomes) if (outcome !== 0) count += 1;
  return count;
}
