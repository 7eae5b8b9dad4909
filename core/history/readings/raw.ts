import type { StoredReading } from '../../store/store.ts';
import { gapLimit, usualDistance } from './gap.ts';
import { readingBefore, readingsBackwards, readingsBetween } from './reading-pages.ts';
import type { GapRow, ReadingRow } from '../result.ts';
import { whileWaiting } from '../task.ts';
import type { Series, Task } from '../task.ts';

type Row = ReadingRow | GapRow;

/** The readings of one series, and where they have gaps, from the position on when one is given: in parts of some thousand rows. */
export async function* rawRows(task: Task, series: Series, position: number | undefined): AsyncGenerator<Row[], void> {
  const { query } = task;
  await tellExpired(task, series);
  const usual = query.gapAfter === 'auto' || query.order === 'newest' ? await usualDistance(task, series) : Number.NaN;
  const limit = gapLimit(task, usual);
  yield* query.order === 'newest' ? newestFirst(task, series, position, usual, limit) : oldestFirst(task, series, position, limit);
}

async function* oldestFirst(task: Task, series: Series, position: number | undefined, limit: number): AsyncGenerator<Row[], void> {
  const { from, to } = task.query;
  const start = position ?? from;
  const before = position === undefined ? undefined : await readingBefore(task, series, position);
  let previous = before && before.ts >= from ? before.ts : undefined;
  for await (const page of readingsBetween(task, series, start, to)) {
    const rows: Row[] = [];
    for (const reading of page) {
      if (previous !== undefined && reading.ts - previous > limit && previous + limit >= start) rows.push(gapAt(previous + limit));
      rows.push(rowOf(reading));
      previous = reading.ts;
    }
    yield rows;
  }
}

async function* newestFirst(task: Task, series: Series, position: number | undefined, usual: number, limit: number): AsyncGenerator<Row[], void> {
  const { from, to } = task.query;
  const end = position === undefined ? to : Math.min(to, position + 1);
  // A gap that is still owed lies between the position and a reading after it that has been given.
  let next = position === undefined ? undefined : await firstFrom(task, series, end);
  for await (const page of readingsBackwards(task, series, from, end, usual)) {
    const rows: Row[] = [];
    for (const reading of page) {
      if (next !== undefined && next - reading.ts > limit && reading.ts + limit < end) rows.push(gapAt(reading.ts + limit));
      rows.push(rowOf(reading));
      next = reading.ts;
    }
    yield rows;
  }
}

async function firstFrom({ source: { store }, query: { to, minimumQuality }, signal }: Task, { device, metric }: Series, from: number): Promise<number | undefined> {
  if (from >= to) return undefined;
  const [first] = await whileWaiting(store.range({ device, metric, from, to, limit: 1, minimumQuality }), signal);
  return first?.ts;
}

/** Buckets say since when there are readings; the smallest question about them costs next to nothing. */
async function tellExpired({ source: { store }, query: { from }, signal, expired }: Task, { device, metric }: Series): Promise<void> {
  const { readingsFrom } = await whileWaiting(store.buckets({ device, metric, edges: [from, from + 1], signal }), signal);
  if (readingsFrom > from) expired(readingsFrom);
}

export function rowOf({ ts, value, quality, unit, flags, raw, tests }: StoredReading): ReadingRow {
  return { ts, value, quality, ...(unit !== undefined && { unit }), ...(flags !== undefined && { flags }), ...(raw !== undefined && { raw }), ...(tests !== undefined && { tests }) };
}

function gapAt(ts: number): GapRow {
  return { ts, value: null, gap: true };
}
