import type { StoredReading } from '../store/store.ts';
import { breathe, whileWaiting } from './source.ts';
import type { Series, Task } from './source.ts';

/** Readings of one page: about a millisecond of work. */
const PAGE = 1_000;

/** The readings of a series from `from` to before `to` that are good enough, oldest first, in pages that are never empty. */
export async function* readingsBetween(task: Task, { device, metric }: Series, from: number, to: number): AsyncGenerator<StoredReading[], void> {
  const { source: { store }, query: { minimumQuality }, signal } = task;
  for (let next = from; next < to;) {
    const page = await whileWaiting(store.range({ device, metric, from: next, to, limit: PAGE, minimumQuality }), signal);
    const last = page.at(-1);
    if (last) yield page;
    if (!last || page.length < PAGE) return;
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
  let width = Math.min(to - from, Math.max(1, Math.ceil((Number.isFinite(usual) ? usual : 1_000) * (PAGE / 2))));
  for (let end = to; end > from;) {
    const begin = Math.max(from, end - width);
    const page = await whileWaiting(store.range({ device, metric, from: begin, to: end, limit: PAGE, minimumQuality }), signal);
    if (page.length === PAGE && end - begin > PAGE) {
      width = Math.ceil((end - begin) / 2);
    } else {
      if (page.length > 0) yield page.toReversed();
      end = begin;
      if (page.length < PAGE / 4) width *= 2;
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
export async function usualDistance({ source: { store }, query: { from, to, minimumQuality }, signal }: Task, { device, metric }: Series): Promise<number> {
  const readings = await whileWaiting(store.range({ device, metric, from, to, limit: TELLING, minimumQuality }), signal);
  if (readings.length < 3) return Number.NaN;
  const distances = new Float64Array(readings.length - 1);
  for (let index = 1; index < readings.length; index += 1) distances[index - 1] = (readings[index]?.ts ?? 0) - (readings[index - 1]?.ts ?? 0);
  distances.sort();
  return distances[distances.length >>> 1] ?? Number.NaN;
}

/** Two readings further apart than this have a gap between them; Infinity: none have. */
export function gapLimit({ query: { gapAfter } }: Task, usual: number): number {
  if (gapAfter === 'off') return Infinity;
  if (gapAfter !== 'auto') return gapAfter;
  return Number.isNaN(usual) ? Infinity : Math.ceil(usual * GAP_FACTOR);
}
