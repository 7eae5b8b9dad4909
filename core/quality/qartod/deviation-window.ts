import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const FEWEST = 4;
/** When the spread shrinks to this part of what it was, what is left of it is mostly rounding. */
const CANCELLED = 1e-6;
/** Values beyond it count as if they stood at it, so that no sum of squares overflows. */
const LARGEST = 1e150;

/**
 * The standard deviation of the values of a stretch of time, value by value (Welford 1962, run forwards for a value that comes and
 * backwards for one that goes). It is computed anew from the window once in as many values as the window holds, and whenever a value goes that made up
 * nearly all of the spread: so rounding does not add up, and equal values have a deviation of exactly 0.
 *
 * 16 bytes a reading of the window. Times are whole milliseconds.
 */
export class DeviationWindow {
  readonly #most: number;
  /** Times and values in turn, round and round. */
  #pairs = numbersFor(FEWEST);
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

  /** Of these values as a sample (n - 1); NaN for fewer than two. */
  get sampleDeviation(): number {
    return this.#size < 2 ? Number.NaN : Math.sqrt(this.#squares / (this.#size - 1));
  }

  /** Of these values as a whole population; NaN for none. */
  get deviation(): number {
    return this.#size === 0 ? Number.NaN : Math.sqrt(this.#squares / this.#size);
  }

  add(ts: number, reading: number): void {
    const value = Math.max(-LARGEST, Math.min(LARGEST, reading));
    if (this.#size === this.#most) this.#remove();
    if (this.#size * 2 === this.#pairs.length) this.#grow();
    const at = this.#at(this.#size);
    this.#pairs[at] = ts;
    this.#pairs[at + 1] = value;
    this.#size += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#size;
    this.#squares += distance * (value - this.#mean);
    this.#sinceComputed += 1;
    if (this.#sinceComputed > this.#size) this.#compute();
  }

  /** Leaves behind what is not later than a time. */
  leave(ts: number): void {
    while (this.#size > 0 && (this.#pairs[this.#head * 2] ?? 0) <= ts) this.#remove();
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
      const at = this.#at(place);
      const ts = this.#pairs[at] ?? 0;
      packed.push(ts - last, this.#pairs[at + 1] ?? 0);
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
    this.#pairs = numbersFor(room);
    let ts = origin;
    for (let at = 0; at < readings.length; at += 2) {
      ts += readings[at] ?? 0;
      this.#pairs[at] = ts;
      this.#pairs[at + 1] = readings[at + 1] ?? 0;
    }
    this.#head = 0;
    this.#size = size;
    this.#mean = mean;
    this.#squares = squares;
    this.#sinceComputed = sinceComputed;
  }

  #remove(): void {
    const value = this.#pairs[this.#head * 2 + 1] ?? 0;
    this.#head = this.#at(1) / 2;
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
      const value = this.#pairs[this.#at(place) + 1] ?? 0;
      const distance = value - this.#mean;
      this.#mean += distance / (place + 1);
      this.#squares += distance * (value - this.#mean);
    }
  }

  #grow(): void {
    const grown = numbersFor(this.#size * 2);
    for (let place = 0; place < this.#size; place += 1) {
      const at = this.#at(place);
      grown[place * 2] = this.#pairs[at] ?? 0;
      grown[place * 2 + 1] = this.#pairs[at + 1] ?? 0;
    }
    this.#pairs = grown;
    this.#head = 0;
  }

  /** Where the pair stands that is so many after the oldest. */
  #at(place: number): number {
    return ((this.#head + place) & (this.#pairs.length / 2 - 1)) * 2;
  }
}

function numbersFor(pairs: number): number[] {
  return Array.from({ length: pairs * 2 }, () => Number.NaN);
}
