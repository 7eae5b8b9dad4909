import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { ChunkStats } from '../codec/chunk-stats.ts';
import { qualityOf } from '../codec/kind.ts';
import { fromSql, toSql } from './sql-value.ts';

/** The columns of `chunk` in which stats stand, in the order of `statsToSql`. */
export const STATS_COLUMNS = ['valued', 'good', 'numbers', 'min', 'max', 'sum', 'first_value_ts', 'first_value', 'last_value_ts', 'last_value', 'best', 'worst'] as const;

/** What a SELECT names so that `statsFromSql` can read them. */
export const SELECT_STATS = `${STATS_COLUMNS.join(', ')}, typeof(first_value) AS first_type, typeof(last_value) AS last_type`;

const UNKNOWN = STATS_COLUMNS.map(() => null);

/** The stats as SQLite takes them; all NULL where the readings have to be asked. */
export function statsToSql({ bucket, best, worst }: ChunkStats): SQLInputValue[] {
  if (!bucket) return [0, 0, 0, null, null, null, null, null, null, null, best, worst];
  const { count, good, numbers, min, max, sum, first, last } = bucket;
  // A text is somebody's own words, of which there is one copy, so that it can be deleted.
  if (typeof first.value === 'string' || typeof last.value === 'string' || Number.isNaN(sum)) return UNKNOWN;
  return [count, good, numbers, min, max, sum, first.ts, toSql(first.value), last.ts, toSql(last.value), best, worst];
}

/** Undefined where the readings have to be asked. */
export function statsFromSql(row: Record<string, SQLOutputValue>): ChunkStats | undefined {
  const count = row['valued'];
  if (typeof count !== 'number') return undefined;
  const [best, worst] = [qualityOf(row['best']), qualityOf(row['worst'])];
  if (count === 0) return { bucket: undefined, best, worst };
  return {
    bucket: {
      count,
      good: Number(row['good']),
      numbers: Number(row['numbers']),
      min: Number(row['min']),
      max: Number(row['max']),
      sum: Number(row['sum']),
      first: { ts: Number(row['first_value_ts']), value: fromSql(row['first_value'], row['first_type']) },
      last: { ts: Number(row['last_value_ts']), value: fromSql(row['last_value'], row['last_type']) },
    },
    best,
    worst,
  };
}
