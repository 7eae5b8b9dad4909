import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const FEWEST = 8;
/** When the spread shrinks to this part of what it was, what is left of it is mostly rounding. */
const CANCELLED = 1e-6;
/** Values beyond it count as if they stood at it, so that no sum of squares overflows. */
const LARGEST = 1e150;

/**
 * The population standard deviation of the values of a stretch of time, value by value (Welford 1962, run forwards for a value that comes and
 * backwards for one that goes). It is computed anew from the window once in as many values as the window holds, and whenever a value goes that made up
 * nearly all of the spread: so rounding does not add up, and equal values have a deviation of exactly 0.
 *
 * 16 bytes a reading of the window. Times are whole milliseconds.
 */
export class DeviationWindow {
  readonly #most: number;
  #times = new Float64Array(FEWEST);
  #values = new Float64Array(FEWEST);
  #head = 0;
  #size = 0;
  #mean = 0;
  /** The sum of the squares of the distances from the mean. */
  #squares = 0;
  #sinceComputed = 0;

  /** @param most readings that are kept; beyond it the oldest go early. */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#size;
  }

  get deviation(): number {
    return this.#size === 0 ? Number.NaN : Math.sqrt(this.#squares / this.#size);
  }

  add(ts: number, reading: number): void {
    const value = Math.max(-LARGEST, Math.min(LARGEST, reading));
    if (this.#size === this.#most) this.#remove();
    if (this.#size === this.#times.length) this.#grow();
    const place = (this.#head + this.#size) & (this.#times.length - 1);
    this.#times[place] = ts;
    this.#values[place] = value;
    this.#size += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#size;
    this.#squares += distance * (value - this.#mean);
    this.#sinceComputed += 1;
    if (this.#sinceComputed > this.#size) this.#compute();
  }

  /** Leaves behind what is not later than a time. */
  leave(ts: number): void {
    while (this.#size > 0 && (this.#times[this.#head] ?? 0) <= ts) this.#remove();
  }

  clear(): void {
    this.#size = 0;
    this.#compute();
  }

  /** The sums, then for each reading how long it was after the one before it, the first after the given time, and its value. */
  pack(origin: number): number[] {
    const packed = [this.#mean, this.#squares, this.#sinceComputed];
    let last = origin;
    for (let place = 0; place < this.#size; place += 1) {
      const at = (this.#head + place) & (this.#times.length - 1);
      const ts = this.#times[at] ?? 0;
      packed.push(ts - last, this.#values[at] ?? 0);
      last = ts;
    }
    return packed;
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[], origin: number): void {
    const [mean = Number.NaN, squares = Number.NaN, sinceComputed = Number.NaN, ...readings] = packed;
    const sums = Number.isFinite(mean) && squares >= 0 && sinceComputed >= 0;
    if (!sums || readings.length % 2 !== 0 || readings.length / 2 > this.#most || readings.some(Number.isNaN)) throw new QualitySnapshotError(test);
    const size = readings.length / 2;
    let room = FEWEST;
    while (room < size) room *= 2;
    this.#times = new Float64Array(room);
    this.#values = new Float64Array(room);
    let ts = origin;
    for (let place = 0; place < size; place += 1) {
      ts += readings[place * 2] ?? 0;
      this.#times[place] = ts;
      this.#values[place] = readings[place * 2 + 1] ?? 0;
    }
    this.#head = 0;
    this.#size = size;
    this.#mean = mean;
    this.#squares = squares;
    this.#sinceComputed = sinceComputed;
  }

  #remove(): void {
    const value = this.#values[this.#head] ?? 0;
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.#size -= 1;
    const before = this.#squares;
    const distance = value - this.#mean;
    this.#mean = this.#size === 0 ? 0 : this.#mean - distance / this.#size;
    this.#squares -= distance * (value - this.#mean);
    if (!(this.#squares > before * CANCELLED) && before > 0) this.#compute();
  }

  #compute(): void {
    this.#sinceComputed = 0;
    this.#mean = 0;
    this.#squares = 0;
    for (let place = 0; place < this.#size; place += 1) {
      const value = this.#values[(this.#head + place) & (this.#times.length - 1)] ?? 0;
      const distance = value - this.#mean;
      this.#mean += distance / (place + 1);
      this.#squares += distance * (value - this.#mean);
    }
  }

  #grow(): void {
    const room = this.#times.length;
    const times = new Float64Array(room * 2);
    const values = new Float64Array(room * 2);
    for (let place = 0; place < room; place += 1) {
      const at = (this.#head + place) & (room - 1);
      times[place] = this.#times[at] ?? 0;
      values[place] = this.#values[at] ?? 0;
    }
    this.#times = times;
    this.#values = values;
    this.#head = 0;
  }
}
