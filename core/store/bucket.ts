import type { Quality, ReadingValue } from '../sample/sample.ts';

/** A question about one series in buckets: bucket i holds what is not before `edges[i]` and before `edges[i + 1]`. */
export interface BucketQuery {
  device: string;
  metric: string;
  /** Ascending, at least two, at most MAXIMUM_EDGES; whole milliseconds since the epoch. Not evenly spaced where a calendar says so. */
  edges: readonly number[];
  /**
   * Readings of a worse quality are left out; in the order good, unknown, suspect, bad, missing. Default: none is. A rollup does not
   * know which of its readings had which quality and counts as a whole; `good` says how many of them were good.
   */
  minimumQuality?: Quality;
  /** Ends the work; the answer is then a rejection with its reason. */
  signal?: AbortSignal;
}

export const MAXIMUM_EDGES = 100_001;

export interface TimedValue {
  ts: number;
  value: ReadingValue;
}

/**
 * What some readings come to; two of them can be merged. A reading whose value is null counts in nothing here. Numbers that are
 * finite count as they are; true counts as 1 and false as 0, so that a mean is the share of readings; texts, NaN and infinities
 * count in `count`, `good`, `first` and `last` only.
 */
export interface Bucket {
  /** Readings with a value. */
  count: number;
  /** Those of quality good. */
  good: number;
  /** Those that are numbers or truths: what `min`, `max` and `sum` are of. */
  numbers: number;
  /** Infinity when `numbers` is 0. */
  min: number;
  /** -Infinity when `numbers` is 0. */
  max: number;
  sum: number;
  first: TimedValue;
  last: TimedValue;
}

/** The answer: one element for each bucket, undefined where it has no reading with a value. */
export interface Buckets {
  buckets: Array<Bucket | undefined>;
  /** Readings before this time have expired: buckets that begin before it are made of rollups, as far as there are any. -Infinity: none has. */
  readingsFrom: number;
}

/** The finite number that a value counts as, undefined when it counts as none. */
export function numberOf(value: ReadingValue): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

/** Takes one more reading into a bucket, whatever the order of times. @returns the bucket, made when there was none. */
export function addReading(bucket: Bucket | undefined, ts: number, value: ReadingValue, quality: Quality): Bucket | undefined {
  if (value === null) return bucket;
  const number = numberOf(value);
  const good = quality === 1 ? 1 : 0;
  if (bucket === undefined) {
    const at = { ts, value };
    return { count: 1, good, numbers: number === undefined ? 0 : 1, min: number ?? Infinity, max: number ?? -Infinity, sum: number ?? 0, first: at, last: at };
  }
  bucket.count += 1;
  bucket.good += good;
  if (number !== undefined) {
    bucket.numbers += 1;
    bucket.sum += number;
    if (number < bucket.min) bucket.min = number;
    if (number > bucket.max) bucket.max = number;
  }
  if (ts >= bucket.last.ts) bucket.last = { ts, value };
  if (ts < bucket.first.ts) bucket.first = { ts, value };
  return bucket;
}

/** What both come to together; neither is changed. */
export function mergedBucket(a: Bucket | undefined, b: Bucket | undefined): Bucket | undefined {
  if (!a || !b) return a ?? b;
  return {
    count: a.count + b.count,
    good: a.good + b.good,
    numbers: a.numbers + b.numbers,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    first: b.first.ts < a.first.ts ? b.first : a.first,
    last: b.last.ts >= a.last.ts ? b.last : a.last,
  };
}
