/**
 * What became of messages, in the order of their places in `Counts.kinds`.
 * `received` reached us from somebody; `stored` settled with a node that keeps samples for good; `handled` settled without one;
 * `quarantined` waits with its reason; `duplicate` was a repetition of what had been kept; `conflated` gave way to a later one;
 * `released` was driven in again from quarantine, and so comes beside what was received.
 */
export const KINDS = ['received', 'stored', 'handled', 'quarantined', 'duplicate', 'conflated', 'released'] as const;

export type Kind = (typeof KINDS)[number];

const PLACE = { received: 0, stored: 1, handled: 2, quarantined: 3, duplicate: 4, conflated: 5, released: 6 } as const satisfies Record<Kind, number>;

/** Counts of messages: by kind, and of the refused by reason. */
export class Counts {
  readonly kinds: number[] = [0, 0, 0, 0, 0, 0, 0];
  refused: Record<string, number> | undefined;

  get isZero(): boolean {
    return this.refused === undefined && this.kinds.every((count) => count === 0);
  }

  of(kind: Kind): number {
    return this.kinds[PLACE[kind]] ?? 0;
  }

  count(kind: Kind, messages = 1): void {
    const place = PLACE[kind];
    this.kinds[place] = (this.kinds[place] ?? 0) + messages;
  }

  countRefused(reason: string, messages = 1): void {
    this.refused ??= {};
    this.refused[reason] = (this.refused[reason] ?? 0) + messages;
  }

  add(kinds: readonly number[], refused: Readonly<Record<string, number>> | undefined, sign: 1 | -1 = 1): void {
    for (let place = 0; place < kinds.length; place += 1) this.kinds[place] = (this.kinds[place] ?? 0) + sign * (kinds[place] ?? 0);
    if (!refused) return;
    for (const [reason, count] of Object.entries(refused)) {
      this.countRefused(reason, sign * count);
      if (this.refused?.[reason] === 0) delete this.refused[reason];
    }
    if (this.refused && Object.keys(this.refused).length === 0) this.refused = undefined;
  }

  clear(): void {
    this.kinds.fill(0);
    this.refused = undefined;
  }
}

/** One account as people and programs read it; `difference` is what does not add up, and is 0. */
export interface Statement {
  received: number;
  /** Driven in again from quarantine. */
  released: number;
  stored: number;
  handled: number;
  quarantined: number;
  duplicate: number;
  conflated: number;
  refused: Record<string, number>;
  inFlight: number;
  difference: number;
}

/** received + released = stored + handled + quarantined + duplicate + conflated + refused + in flight. */
export function statementOf(counts: Counts, inFlight: number): Statement {
  const refused = { ...counts.refused };
  const statement = {
    received: counts.of('received'),
    released: counts.of('released'),
    stored: counts.of('stored'),
    handled: counts.of('handled'),
    quarantined: counts.of('quarantined'),
    duplicate: counts.of('duplicate'),
    conflated: counts.of('conflated'),
  };
  const { received, released, ...ended } = statement;
  const ends = [...Object.values(ended), ...Object.values(refused)].reduce((sum, count) => sum + count, 0);
  return { ...statement, refused, inFlight, difference: received + released - ends - inFlight };
}
