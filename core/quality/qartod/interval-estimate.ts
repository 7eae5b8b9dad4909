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
  #last: number[] = [];
  #oldest = 0;
  /** The median, as long as no other interval comes. */
  #median = Number.NaN;
  #isKnown = true;

  /** The usual interval in milliseconds; NaN as long as there was none. */
  get interval(): number {
    if (!this.#isKnown) {
      for (let place = 0; place < this.#last.length; place += 1) insert(this.#last[place] ?? 0, place);
      this.#median = SORTED[(this.#last.length - 1) >> 1] ?? Number.NaN;
      this.#isKnown = true;
    }
    return this.#median;
  }

  update(ts: number): void {
    const interval = ts - this.#ts;
    this.#ts = ts;
    if (!(interval > 0 && interval < Number.POSITIVE_INFINITY)) return;
    if (this.#last.length < MOST) {
      this.#last.push(interval);
      this.#isKnown = false;
      return;
    }
    if (this.#last[this.#oldest] !== interval) this.#isKnown = false;
    this.#last[this.#oldest] = interval;
    this.#oldest = this.#oldest === MOST - 1 ? 0 : this.#oldest + 1;
  }

  /** The time of the last reading, then the intervals, oldest first. */
  pack(): number[] {
    return [this.#ts, ...this.#last.slice(this.#oldest), ...this.#last.slice(0, this.#oldest)];
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[]): void {
    const [ts = Number.NaN, ...intervals] = packed;
    if (packed.length === 0 || intervals.length > MOST || !intervals.every((interval) => interval > 0)) throw new QualitySnapshotError(test);
    this.#ts = ts;
    this.#last = intervals;
    this.#oldest = 0;
    this.#median = Number.NaN;
    this.#isKnown = intervals.length === 0;
  }
}

/** Where the intervals are put in order; it keeps nothing. */
const SORTED = new Float64Array(MOST);

/** Puts an interval where it belongs among so many sorted ones. */
function insert(interval: number, count: number): void {
  let place = count;
  for (; place > 0 && (SORTED[place - 1] ?? 0) > interval; place -= 1) SORTED[place] = SORTED[place - 1] ?? 0;
  SORTED[place] = interval;
}
