import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const MOST = 9;

/**
 * How far apart the readings of a series usually are: the median of the last nine intervals, the lower of the two in the middle when
 * their number is even. Readings at one time, and late ones, give no interval. In a series that is regular but for gaps it is
 * the median of all intervals from the second reading on.
 */
export class IntervalEstimate {
  #ts = Number.NaN;
  /** In the order in which they came, round and round. */
  readonly #last = new Float64Array(MOST);
  readonly #sorted = new Float64Array(MOST);
  #count = 0;
  #oldest = 0;

  /** The usual interval in milliseconds; NaN as long as there was none. */
  get interval(): number {
    return this.#count === 0 ? Number.NaN : this.#sorted[(this.#count - 1) >> 1] ?? Number.NaN;
  }

  update(ts: number): void {
    const interval = ts - this.#ts;
    this.#ts = ts;
    if (!(interval > 0 && interval < Number.POSITIVE_INFINITY)) return;
    if (this.#count === MOST) {
      const leaving = this.#last[this.#oldest] ?? 0;
      this.#last[this.#oldest] = interval;
      this.#oldest = (this.#oldest + 1) % MOST;
      if (leaving !== interval) this.#replace(leaving, interval);
      return;
    }
    this.#last[this.#count] = interval;
    this.#sink(interval, this.#count);
    this.#count += 1;
  }

  /** The time of the last reading, then the intervals, oldest first. */
  pack(): number[] {
    return [this.#ts, ...Array.from({ length: this.#count }, (_, age) => this.#last[(this.#oldest + age) % MOST] ?? 0)];
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[]): void {
    const [ts = Number.NaN, ...intervals] = packed;
    if (packed.length === 0 || intervals.length > MOST || !intervals.every((interval) => interval > 0)) throw new QualitySnapshotError(test);
    this.#ts = ts;
    this.#last.set(intervals);
    this.#sorted.set(intervals.toSorted((one, other) => one - other));
    this.#count = intervals.length;
    this.#oldest = 0;
  }

  #replace(leaving: number, interval: number): void {
    let place = this.#sorted.indexOf(leaving);
    for (; place < MOST - 1; place += 1) this.#sorted[place] = this.#sorted[place + 1] ?? 0;
    this.#sink(interval, MOST - 1);
  }

  /** Puts an interval where it belongs among so many sorted ones. */
  #sink(interval: number, count: number): void {
    let place = count;
    for (; place > 0 && (this.#sorted[place - 1] ?? 0) > interval; place -= 1) this.#sorted[place] = this.#sorted[place - 1] ?? 0;
    this.#sorted[place] = interval;
  }
}
