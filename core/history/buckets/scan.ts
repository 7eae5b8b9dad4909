import { numberOf } from '../../store/bucket.ts';
import type { TimedValue } from '../../store/bucket.ts';
import { step } from './change.ts';
import type { Change } from './change.ts';
import { HistoryLimitError } from '../history-error.ts';
import { Quantiles } from './quantiles.ts';

/** Readings of one bucket of which a median is worked out: 8 bytes each while it is. */
const MAXIMUM_READINGS = 4_000_000;

/** What only the readings themselves can tell of a bucket. */
export interface Scanned {
  median: number | undefined;
  p95: number | undefined;
  timeWeighted: number | undefined;
  /** With a fall as a counter that began again at zero. */
  change: Change | undefined;
}

export interface ScanOptions {
  edges: readonly number[];
  /** Readings further apart have a gap between them; Infinity: none have. */
  gap: number;
  /** A value is known to have held no longer than until now. */
  now: number;
  quantiles: boolean;
}

/**
 * Takes the readings of a series one by one, in order of time, and keeps what each bucket comes to. The time-weighted mean lets each value hold until
 * the next reading, at most as long as a gap; a reading that is no number ends it.
 */
export class Scan {
  readonly #options: ScanOptions;
  readonly #buckets: Scanned[];
  readonly #weights: Float64Array;
  readonly #weighted: Float64Array;
  readonly #quantiles = new Quantiles();
  #bucket = 0;
  #holdingBucket = 0;
  #held: { ts: number; number: number } | undefined;
  #compared: { ts: number; number: number } | undefined;

  constructor(options: ScanOptions) {
    const length = options.edges.length - 1;
    this.#options = options;
    this.#buckets = Array.from({ length }, () => ({ median: undefined, p95: undefined, timeWeighted: undefined, change: undefined }));
    this.#weights = new Float64Array(length);
    this.#weighted = new Float64Array(length);
  }

  /** The last reading before the first bucket. */
  before({ ts, value }: TimedValue): void {
    const number = numberOf(value);
    if (number !== undefined) this.#held = this.#compared = { ts, number };
  }

  /** The next reading, which lies in a bucket. @throws HistoryLimitError when a bucket has too many for a median. */
  add({ ts, value }: TimedValue): void {
    this.#hold(ts);
    const number = numberOf(value);
    this.#held = number === undefined ? undefined : { ts, number };
    if (number === undefined) return;
    while (ts >= this.#edge(this.#bucket + 1)) this.#endBucket();
    if (this.#options.quantiles) {
      this.#quantiles.add(number);
      if (this.#quantiles.count > MAXIMUM_READINGS) throw new HistoryLimitError('aggregates', `A bucket has more than ${MAXIMUM_READINGS} readings, too many for a median or a percentile. Choose shorter buckets, or other aggregates.`);
    }
    this.#compare(ts, number);
  }

  /** What all buckets come to. */
  end(): readonly Scanned[] {
    this.#hold(Math.min(this.#edge(this.#buckets.length), this.#options.now));
    while (this.#bucket < this.#buckets.length) this.#endBucket();
    this.#buckets.forEach((bucket, index) => {
      const weight = this.#weights[index] ?? 0;
      if (weight > 0) bucket.timeWeighted = (this.#weighted[index] ?? 0) / weight;
    });
    return this.#buckets;
  }

  #edge(index: number): number {
    return this.#options.edges[index] ?? Infinity;
  }

  #endBucket(): void {
    const bucket = this.#buckets[this.#bucket++];
    if (bucket && this.#quantiles.count > 0) {
      bucket.median = this.#quantiles.quantile(0.5);
      bucket.p95 = this.#quantiles.quantile(0.95);
    }
    this.#quantiles.clear();
  }

  #compare(ts: number, number: number): void {
    const before = this.#compared;
    this.#compared = { ts, number };
    const bucket = this.#buckets[this.#bucket];
    if (!before || !bucket || (before.ts < this.#edge(this.#bucket) && ts - before.ts > this.#options.gap)) return;
    const { delta, elapsed } = bucket.change ?? { delta: 0, elapsed: 0 };
    bucket.change = { delta: delta + step(before.number, number, 'from-zero'), elapsed: elapsed + ts - before.ts };
  }

  /** The value that holds counts in every bucket that it reaches before `until`. */
  #hold(until: number): void {
    if (!this.#held) return;
    const end = Math.min(until, this.#held.ts + this.#options.gap);
    for (let at = Math.max(this.#held.ts, this.#edge(0)); at < end;) {
      while (this.#edge(this.#holdingBucket + 1) <= at) this.#holdingBucket += 1;
      const part = Math.min(end, this.#edge(this.#holdingBucket + 1));
      this.#weights[this.#holdingBucket] = (this.#weights[this.#holdingBucket] ?? 0) + part - at;
      this.#weighted[this.#holdingBucket] = (this.#weighted[this.#holdingBucket] ?? 0) + this.#held.number * (part - at);
      at = part;
    }
  }
}
