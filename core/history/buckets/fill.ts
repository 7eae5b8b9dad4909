import type { ReadingValue } from '../../sample/sample.ts';
import type { Aggregate, Fill } from '../query.ts';
import type { BucketRow } from '../result.ts';
import { breathe } from '../task.ts';

/** Rows that are filled in one go. */
const AT_ONCE = 1_000;

/** The rows of one series, oldest first, with the buckets that have no readings left out or filled as was chosen. A count is never filled: it is 0. */
export async function filledRows(rows: BucketRow[], aggregates: readonly Aggregate[], fill: Fill, signal: AbortSignal): Promise<BucketRow[]> {
  if (fill === 'null') return rows;
  const fillable = aggregates.filter((aggregate) => aggregate !== 'count');
  if (fill === 'none') return rows.filter((row) => !row.gap || fillable.some((aggregate) => row.values[aggregate] !== null));
  const columns: Array<readonly [Aggregate, ReadingValue[]]> = [];
  for (const aggregate of fillable) {
    columns.push([aggregate, filledColumn(rows, aggregate, fill)]);
    await breathe(signal);
  }
  const filled: BucketRow[] = [];
  for (const [index, row] of rows.entries()) {
    filled.push(row.gap ? { ...row, values: { ...row.values, ...Object.fromEntries(columns.map(([aggregate, column]) => [aggregate, column[index] ?? null])) } } : row);
    if (index % AT_ONCE === AT_ONCE - 1) await breathe(signal);
  }
  return filled;
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
