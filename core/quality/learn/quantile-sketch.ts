/** A quantile is right to this part of it. */
const ACCURACY = 0.005;
const GROWTH = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GROWTH = Math.log(GROWTH);
/** At an accuracy of half a percent these reach over 17 decades. */
const MOST_BUCKETS = 4096;
/** So many of the lowest become one at a time, since it takes sorting them. */
const COLLAPSED = 256;
/** What is less is 0. */
const LEAST = 1e-300;

/**
 * Quantiles of a stream of numbers that are not negative, in bounded memory: counts in buckets whose bounds grow by a constant factor
 * (DDSketch: Masson, Rim and Lee, PVLDB 12(12), 2019). Where a stream spans more decades than the buckets do, the smallest are taken together.
 */
export class QuantileSketch {
  readonly #buckets = new Map<number, number>();
  #zeros = 0;
  #count = 0;
  #largest = 0;
  #smallest = Infinity;

  get count(): number {
    return this.#count;
  }

  get largest(): number {
    return this.#largest;
  }

  /** @param value not negative. @param times how often it counts. */
  add(value: number, times = 1): void {
    this.#count += times;
    if (value > this.#largest) this.#largest = value;
    if (value < this.#smallest) this.#smallest = value;
    if (value < LEAST) {
      this.#zeros += times;
      return;
    }
    const bucket = Math.ceil(Math.log(value) / LOG_GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times);
    if (this.#buckets.size > MOST_BUCKETS) this.#collapse();
  }

  /** The value that this share of the stream does not exceed, from 0 to 1; NaN of an empty stream. */
  quantile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    const rank = share * (this.#count - 1);
    if (rank < this.#zeros) return 0;
    if (rank >= this.#count - 1) return this.#largest;
    let passed = this.#zeros;
    for (const [bucket, count] of [...this.#buckets].sort(([one], [other]) => one - other)) {
      passed += count;
      if (passed > rank) return Math.min(this.#largest, Math.max(this.#smallest, (2 * GROWTH ** bucket) / (GROWTH + 1)));
    }
    return this.#largest;
  }

  #collapse(): void {
    const lowest = [...this.#buckets.keys()].sort((one, other) => one - other).slice(0, COLLAPSED);
    const into = lowest.pop() ?? 0;
    let count = this.#buckets.get(into) ?? 0;
    for (const bucket of lowest) {
      count += this.#buckets.get(bucket) ?? 0;
      this.#buckets.delete(bucket);
    }
    this.#buckets.set(into, count);
  }
}
