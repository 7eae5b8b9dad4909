import { beginningsAfter } from '../time/calendar.ts';
import { HistoryLimitError } from '../history-error.ts';
import { MAXIMUM_BUCKETS } from '../query.ts';
import type { HistoryQuery } from '../query.ts';
import { breathe } from '../task.ts';
import { timeZone } from '../time/time-zone.ts';

/** Calendar intervals that are worked out in one go; in a zone that was not asked for yet, each takes some microseconds. */
const AT_ONCE = 500;

/**
 * Where the buckets of a question begin, and where the last one ends: cut at its `from` and `to`.
 *
 * @throws HistoryLimitError when there are more than MAXIMUM_BUCKETS.
 */
export async function bucketEdges({ grid, from, to, timeZone: name }: HistoryQuery, signal: AbortSignal): Promise<number[]> {
  if ('points' in grid) {
    const points = Math.min(grid.points, to - from);
    return Array.from({ length: points + 1 }, (_, index) => from + Math.round(((to - from) * index) / points));
  }
  const edges = [from];
  for (const beginning of beginningsAfter(timeZone(name), from, grid)) {
    if (beginning >= to) break;
    edges.push(beginning);
    if (edges.length > MAXIMUM_BUCKETS) throw new HistoryLimitError('every', `From ${new Date(from).toISOString()} to ${new Date(to).toISOString()} there are more than ${MAXIMUM_BUCKETS} times ${grid.every} ${grid.unit}. Choose a longer interval, or a shorter time.`);
    if (edges.length % AT_ONCE === 0) await breathe(signal);
  }
  edges.push(to);
  return edges;
}
