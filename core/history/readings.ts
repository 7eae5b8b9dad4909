import type { StoredReading } from '../store/store.ts';
import { PageSize } from './page-size.ts';
import { breathe, whileWaiting } from './source.ts';
import type { Series, Task } from './source.ts';

/** The readings of a series from `from` to before `to` that are good enough, oldest first, in pages that are never empty. */
export async function* readingsBetween(task: Task, { device, metric }: Series, from: number, to: number): AsyncGenerator<StoredReading[], void> {
  const { source: { store }, query: { minimumQuality }, signal } = task;
  const size = new PageSize();
  for (let next = from; next < to;) {
    const limit = size.readings;
    const page = await whileWaiting(store.range({ device, metric, from: next, to, limit, minimumQuality }), signal);
    size.fit(page);
    const last = page.at(-1);
    if (last) yield page;
    if (!last || page.length < limit) return;
    next = last.ts + 1;
    await breathe(signal);
  }
}

/**
 * The same, the newest first. A store reads forwards only, so this asks for one stretch of time after another, as long as about half a page takes,
 * and turns each around.
 */
export async function* readingsBackwards(task: Task, { device, metric }: Series, from: number, to: number, usual: number): AsyncGenerator<StoredReading[], void> {
  const { source: { store }, query: { minimumQuality }, signal } = task;
  const size = new PageSize();
  let width = Math.min(to - from, Math.max(1, Math.ceil((Number.isFinite(usual) ? usual : 1_000) * (size.readings / 2))));
  for (let end = to; end > from;) {
    const limit = size.readings;
    const begin = Math.max(from, end - width);
    const page = await whileWaiting(store.range({ device, metric, from: begin, to: end, limit, minimumQuality }), signal);
    size.fit(page);
    if (page.length === limit && end - begin > limit) {
      width = Math.ceil((end - begin) / 2);
    } else {
      if (page.length > 0) yield page.toReversed();
      end = begin;
      if (page.length < limit / 4) width *= 2;
    }
    await breathe(signal);
  }
}

/** The newest reading before `time` that is good enough. */
export async function readingBefore({ source: { store }, query: { minimumQuality }, signal }: Task, { device, metric }: Series, time: number): Promise<StoredReading | undefined> {
  const [found] = await whileWaiting(store.latestOf({ devices: [device], metrics: [metric], at: time - 1, minimumQuality }), signal);
  return found?.reading;
}

/** So many times the usual distance is a gap. */
const GAP_FACTOR = 3;
/** Readings that tell what is usual. */
const TELLING = 1_000;

/**
 * The median distance of the first readings of the series in the time asked for; NaN when there are fewer than three.
 */
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
