import type { Quality, ReadingValue } from '../sample/sample.ts';
import type { Aggregate } from './query.ts';

/** A reading as it is stored. */
export interface ReadingRow {
  readonly ts: number;
  readonly value: ReadingValue;
  readonly quality: Quality;
  readonly unit?: string;
  readonly flags?: readonly string[];
  /** The value as it came, where it was altered. Plain JSON. */
  readonly raw?: unknown;
  /** Which quality tests ran on it, and what each found. */
  readonly tests?: Readonly<Record<string, Quality>>;
}

/** Nothing was read for longer than usual; it stands at the time from which on a reading was overdue. */
export interface GapRow {
  readonly ts: number;
  readonly value: null;
  readonly gap: true;
}

/** What the readings from `ts` to before `end` come to. */
export interface BucketRow {
  readonly ts: number;
  readonly end: number;
  /** What was asked for; null where there is no answer. */
  readonly values: { readonly [Name in Aggregate]?: ReadingValue };
  /** The bucket has no reading with a value. What stands in `values` all the same is a fill, a time-weighted mean of a value that still held, or a count of 0. */
  readonly gap?: true;
  /** Readings of this bucket have expired: it is made of rollups, as far as there are any. */
  readonly rollup?: true;
}

/** Some rows of one series, in the order asked for. Blocks of one series follow each other. */
export type HistoryBlock = ReadingsBlock | BucketsBlock;

/** Some rows of a block: from one index to before another. */
export function rowsFrom(block: HistoryBlock, from: number, to: number): HistoryBlock {
  return block.kind === 'buckets' ? { ...block, rows: block.rows.slice(from, to) } : { ...block, rows: block.rows.slice(from, to) };
}

interface SeriesOfBlock {
  readonly device: string;
  readonly metric: string;
  /** Of its newest reading. */
  readonly unit?: string;
}

export interface ReadingsBlock extends SeriesOfBlock {
  readonly kind: 'readings';
  readonly rows: ReadonlyArray<ReadingRow | GapRow>;
}

export interface BucketsBlock extends SeriesOfBlock {
  readonly kind: 'buckets';
  readonly rows: readonly BucketRow[];
}

/** What whoever asked has to know of the answer; `message` is a sentence. */
export interface Notice {
  readonly code: 'limited' | 'expired' | 'unknown';
  readonly message: string;
}

/** An answer as it is worked out: each step does just what the next block takes. `notices`, `rows` and `next` are whole when it has ended. */
export interface HistoryAnswer extends AsyncIterable<HistoryBlock> {
  readonly notices: readonly Notice[];
  /** Rows given so far. */
  readonly rows: number;
  /** The cursor with which the same question goes on; undefined when the answer is whole. */
  readonly next: string | undefined;
}
