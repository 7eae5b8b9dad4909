import type { StoredReading } from '../../store/store.ts';
import { PageSize } from './page-size.ts';
import { breathe, whileWaiting } from '../task.ts';
import type { Series, Task } from '../task.ts';

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
