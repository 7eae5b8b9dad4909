import type { Store, StoredReading } from '../../store/store.ts';

/** The readings of one metric of a device; event times, `to` included. */
export interface Stretch {
  device: string;
  metric: string;
  from: number;
  to: number;
}

const COUNTED = 500;
/** Less than a millisecond of reading. */
const PAGE = 500;

/** From what time on there are at most so many readings up to the end of the stretch, or hardly more; its beginning when there are fewer in all. */
export async function beginningOfLatest(most: number, { device, metric, from, to }: Stretch, store: Pick<Store, 'buckets'>, signal: AbortSignal): Promise<number> {
  const end = to + 1;
  let begin = from;
  while (begin < end) {
    const edges = edgesBetween(begin, end);
    const { buckets, readingsFrom } = await store.buckets({ device, metric, edges, signal });
    begin = Math.max(begin, Math.ceil(readingsFrom));
    let count = 0;
    let place = buckets.length;
    while (place > 0 && count + (buckets[place - 1]?.count ?? 0) <= most) {
      place -= 1;
      count += buckets[place]?.count ?? 0;
    }
    const edge = edges[place] ?? end;
    if (place === 0) return begin;
    // Even the last part holds more: it is counted in smaller ones.
    if (edge < end || edges.length <= 2) return Math.max(begin, Math.min(edge, to));
    begin = Math.max(begin, edges.at(-2) ?? begin);
  }
  return end;
}

/** All readings of a stretch in pages, the oldest first. Everything else has its turn between them. */
export async function* storedPages({ device, metric, from, to }: Stretch, store: Pick<Store, 'range'>): AsyncGenerator<readonly StoredReading[], void> {
  for (let start = from; start <= to;) {
    const page = await store.range({ device, metric, from: start, to: to + 1, limit: PAGE });
    yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    start = last.ts + 1;
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

function edgesBetween(from: number, end: number): number[] {
  const count = Math.max(1, Math.min(COUNTED, end - from));
  return Array.from({ length: count + 1 }, (_, index) => Math.round(from + ((end - from) * index) / count));
}
