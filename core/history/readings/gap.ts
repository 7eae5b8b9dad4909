import type { Series, Task } from '../task.ts';
import { readingsBetween } from './reading-pages.ts';

/** So many times the usual distance is a gap. */
const GAP_FACTOR = 3;
/** Readings that tell what is usual. */
const TELLING = 1_000;

/** The median distance of the first readings of the series in the time asked for; NaN when there are fewer than three. */
export async function usualDistance(task: Task, series: Series): Promise<number> {
  const times: number[] = [];
  for await (const page of readingsBetween(task, series, task.query.from, task.query.to)) {
    for (const { ts } of page) times.push(ts);
    if (times.length >= TELLING) break;
  }
  if (times.length < 3) return Number.NaN;
  times.length = Math.min(times.length, TELLING);
  const distances = Float64Array.from(times.slice(1), (ts, index) => ts - (times[index] ?? ts)).sort();
  return distances[distances.length >>> 1] ?? Number.NaN;
}

/** Two readings further apart than this have a gap between them; Infinity: none have. */
export function gapLimit({ query: { gapAfter } }: Task, usual: number): number {
  if (gapAfter === 'off') return Infinity;
  if (gapAfter !== 'auto') return gapAfter;
  return Number.isNaN(usual) ? Infinity : Math.ceil(usual * GAP_FACTOR);
}
