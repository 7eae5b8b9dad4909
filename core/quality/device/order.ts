/** How a reading stands to those before it: -1: backfill; 0: older than one of them; 1: of the same time as the latest; 2: later than all. */
export type Rank = -1 | 0 | 1 | 2;

/** After so many in a row that are older, but in order among themselves, the clock was set back, and its times count from there. */
const SETTLE = 20;

/** The order in which readings come, by event time. */
export class Order {
  #last = -Infinity;
  #previous = -Infinity;
  /** Readings in a row that are older than the latest, and in order. */
  #older = 0;

  get last(): number {
    return this.#last;
  }

  /** Takes the time of the next reading that is no backfill. */
  take(time: number): Rank {
    if (time >= this.#last) {
      const rank = time > this.#last ? 2 : 1;
      this.#last = time;
      this.#older = 0;
      return rank;
    }
    this.#older = this.#older > 0 && time < this.#previous ? 1 : this.#older + 1;
    this.#previous = time;
    if (this.#older < SETTLE) return 0;
    this.#last = time;
    this.#older = 0;
    return 2;
  }

  snapshot(): number[] {
    if (this.#last === -Infinity) return [];
    return this.#older === 0 ? [this.#last] : [this.#last, this.#previous, this.#older];
  }

  /** Takes what came back from disk; of what is damaged nothing is taken. */
  restore(snapshot: unknown): void {
    if (!Array.isArray(snapshot) || snapshot.length === 0 || !snapshot.every((number) => typeof number === 'number' && Number.isFinite(number))) return;
    const [last = 0, previous = 0, older = 0] = snapshot as number[];
    this.#last = last;
    this.#previous = previous;
    this.#older = Math.min(Math.max(0, Math.trunc(older)), SETTLE - 1);
  }
}
