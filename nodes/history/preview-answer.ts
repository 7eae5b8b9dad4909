import type { Aggregate, Kind } from '../../core/history/query.ts';
import type { BucketRow, GapRow, ReadingRow } from '../../core/history/result.ts';

/** What the preview of a dialog gets; times are milliseconds since the epoch. */
export interface PreviewAnswer {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  readonly aggregates: readonly Aggregate[];
  readonly rows: number;
  /** How long it took. */
  readonly milliseconds: number;
  /** Sentences about the answer. */
  readonly notices: readonly string[];
  /** The node would give more; a preview shows only some devices and rows. */
  readonly cut: boolean;
  readonly series: readonly PreviewSeries[];
}

export interface PreviewSeries {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  readonly readings: ReadonlyArray<ReadingRow | GapRow>;
  readonly buckets: readonly BucketRow[];
}
