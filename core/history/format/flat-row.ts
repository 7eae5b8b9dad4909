import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { QUALITY_NAMES } from '../../sample/good-enough.ts';
import type { QualityName } from '../../sample/good-enough.ts';
import type { BucketRow, GapRow, HistoryBlock, ReadingRow } from '../result.ts';
import { isoTime } from '../time/time-zone.ts';
import type { TimeZone } from '../time/time-zone.ts';

/**
 * A row as a table or a program wants it, with its device and metric. `time` is ISO 8601 in the zone of the question, `ts` the same in milliseconds
 * since the epoch. A reading has `value` and `quality`; a bucket has `end` and a property for each aggregate. `gap`: nothing was read then;
 * `rollup`: readings of the bucket have expired.
 */
export interface FlatRow {
  time: string;
  ts: number;
  device: string;
  metric: string;
  unit?: string;
  quality?: QualityName;
  flags?: readonly string[];
  /** The value as it came, where it was altered. */
  raw?: unknown;
  tests?: Readonly<Record<string, QualityName>>;
  gap?: true;
  rollup?: true;
  [value: string]: unknown;
}

/** The rows of a block, for a table. */
export function flatRows(block: HistoryBlock, zone: TimeZone): FlatRow[] {
  const { device, metric, unit } = block;
  const head = (ts: number): FlatRow => ({ time: isoTime(ts, zone), ts, device, metric });
  if (block.kind === 'readings') return block.rows.map((row) => ({ ...head(row.ts), ...readingCells(row) }));
  return block.rows.map((row) => ({ ...head(row.ts), ...bucketCells(row, zone), ...(unit !== undefined && { unit }) }));
}

function readingCells(row: ReadingRow | GapRow): Partial<FlatRow> {
  if ('gap' in row) return { value: null, gap: true };
  const { value, quality, unit, flags, raw, tests } = row;
  return {
    value, quality: qualityName(quality), ...(unit !== undefined && { unit }), ...(flags !== undefined && { flags }), ...(raw !== undefined && { raw }),
    ...(tests !== undefined && { tests: Object.fromEntries(Object.entries(tests).map(([name, flag]) => [name, qualityName(flag)])) }),
  };
}

function bucketCells({ end, values, gap, rollup }: BucketRow, zone: TimeZone): Partial<FlatRow> {
  return { end: isoTime(end, zone), ...values, ...(gap && { gap }), ...(rollup && { rollup }) };
}

export function qualityName(quality: Quality): QualityName {
  return QUALITY_NAMES.find((name) => QUALITY[name] === quality) ?? 'unknown';
}
