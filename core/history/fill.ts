import type { ReadingValue } from '../sample/sample.ts';
import type { Aggregate, Fill } from './query.ts';
import type { BucketRow } from './result.ts';

/** The rows of one series, oldest first, with the buckets that have no readings left out or filled as was chosen. A count is never filled: it is 0. */
export function filledRows(rows: BucketRow[], aggregates: readonly Aggregate[], fill: Fill): BucketRow[] {
  if (fill === 'null') return rows;
  const fillable = aggregates.filter((aggregate) => aggregate !== 'count');
  if (fill === 'none') return rows.filter((row) => !row.gap || fillable.some((aggregate) => row.values[aggregate] !== null));
  const columns = fillable.map((aggregate) => [aggregate, filledColumn(rows, aggregate, fill)] as const);
  return rows.map((row, index) => (row.gap ? { ...row, values: { ...row.values, ...Object.fromEntries(columns.map(([aggregate, column]) => [aggregate, column[index] ?? null])) } } : row));
}

function filledColumn(rows: readonly BucketRow[], aggregate: Aggregate, fill: 'previous' | 'linear' | number): ReadingValue[] {
  const column = rows.map((row) => row.values[aggregate] ?? null);
  let previous = -1;
  rows.forEach((row, index) => {
    if (!row.gap) {
      if (fill === 'linear') interpolate(rows, column, previous, index);
      previous = index;
    } else if (column[index] === null) {
      if (fill === 'previous') column[index] = column[previous] ?? null;
      else if (typeof fill === 'number') column[index] = fill;
    }
  });
  return column;
}

/** A straight line, over the beginnings of the buckets, between two that have a number. */
function interpolate(rows: readonly BucketRow[], column: ReadingValue[], from: number, to: number): void {
  const [low, high, start, end] = [column[from], column[to], rows[from]?.ts, rows[to]?.ts];
  if (typeof low !== 'number' || typeof high !== 'number' || start === undefined || end === undefined) return;
  for (let index = from + 1; index < to; index += 1) {
    const share = ((rows[index]?.ts ?? start) - start) / (end - start);
    column[index] ??= low * (1 - share) + high * share;
  }
}
