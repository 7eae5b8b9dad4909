import type { QuarantineFilter } from './quarantine.ts';

/** How an entry leaves the quarantine: driven in again, dropped by somebody, or lost to a bound. */
export type Leaving = 'released' | 'dropped' | 'lost';

/** By what entries are counted. */
export interface Counted {
  reason: string;
  device: string;
  contract: string | undefined;
  bytes: number;
}

/** The sums that stand on disk: put = waiting + released + dropped + lost. */
export type Sums = Record<'put' | 'bytes' | Leaving, number>;

/** So many devices are named at most: those with the most entries. */
const DEVICES_NAMED = 1_000;

/** What the quarantine holds and what became of all that ever came, kept up to date: to count a large table would stop the event loop. */
export class Tally {
  #sums: Sums;
  readonly #reasons = new Map<string, number>();
  readonly #devices = new Map<string, number>();
  readonly #contracts = new Map<string, number>();
  /** What the transaction being written does. */
  #coming: Sums;
  readonly #changes: Array<readonly [counted: Counted, change: 1 | -1]> = [];

  constructor(sums: Sums) {
    this.#sums = sums;
    this.#coming = sums;
  }

  /** So many entries of the file have this in common. For the start. */
  found(by: 'reason' | 'device' | 'contract', name: string, entries: number): void {
    this.#of(by).set(name, entries);
  }

  begin(): void {
    this.#coming = { ...this.#sums };
    this.#changes.length = 0;
  }

  came(counted: Counted): void {
    this.#coming.put += 1;
    this.#coming.bytes += counted.bytes;
    this.#changes.push([counted, 1]);
  }

  left(counted: Counted, how: Leaving): void {
    this.#coming[how] += 1;
    this.#coming.bytes -= counted.bytes;
    this.#changes.push([counted, -1]);
  }

  /** The sums that the transaction being written changes, with what they become. */
  *changed(): Generator<[name: keyof Sums, sum: number]> {
    if (this.#changes.length === 0) return;
    for (const name of ['put', 'bytes', 'released', 'dropped', 'lost'] as const) if (this.#coming[name] !== this.#sums[name]) yield [name, this.#coming[name]];
  }

  /** What they will be when the transaction being written is on disk. */
  get coming(): Readonly<Sums> {
    return this.#coming;
  }

  committed(): void {
    this.#sums = this.#coming;
    for (const [{ reason, device, contract }, change] of this.#changes) {
      add(this.#reasons, reason, change);
      add(this.#devices, device, change);
      if (contract !== undefined) add(this.#contracts, contract, change);
    }
    this.#changes.length = 0;
  }

  get sums(): Readonly<Sums> {
    return this.#sums;
  }

  /** How many entries a filter means, where that is known; what it says of ids is left aside. */
  entriesOf({ ids, reason, device, contract, from, to }: QuarantineFilter): number | undefined {
    if ((ids ?? from ?? to) !== undefined) return undefined;
    const facets = [[this.#reasons, reason], [this.#devices, device], [this.#contracts, contract]] as const;
    const counts = facets.flatMap(([entries, name]) => (name === undefined ? [] : [entries.get(name) ?? 0]));
    return counts.length > 1 ? undefined : (counts[0] ?? waitingOf(this.#sums));
  }

  get byReason(): Record<string, number> {
    return Object.fromEntries(this.#reasons);
  }

  /** Those of at most a thousand devices: of more, those with the most. */
  get byDevice(): Record<string, number> {
    return Object.fromEntries(this.#devices.size <= DEVICES_NAMED ? this.#devices : most(this.#devices, DEVICES_NAMED));
  }

  get byContract(): Record<string, number> {
    return Object.fromEntries(this.#contracts);
  }

  #of(by: 'reason' | 'device' | 'contract'): Map<string, number> {
    return by === 'reason' ? this.#reasons : by === 'device' ? this.#devices : this.#contracts;
  }
}

/** How many of the entries that ever came still wait. */
export function waitingOf({ put, released, dropped, lost }: Readonly<Sums>): number {
  return put - released - dropped - lost;
}

function add(counts: Map<string, number>, name: string, change: number): void {
  const count = (counts.get(name) ?? 0) + change;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}

/** The entries with the largest counts, without sorting all of them. */
function* most(counts: ReadonlyMap<string, number>, limit: number): Generator<[string, number]> {
  const devicesWith = new Map<number, number>();
  for (const count of counts.values()) devicesWith.set(count, (devicesWith.get(count) ?? 0) + 1);
  let least = Infinity;
  let room = limit;
  for (const [count, devices] of [...devicesWith].toSorted(([one], [other]) => other - one)) {
    least = count;
    if (devices >= room) break;
    room -= devices;
  }
  for (const [name, count] of counts) {
    if (count < least || (count === least && room-- <= 0)) continue;
    yield [name, count];
  }
}
