import type { Block } from '../codec/block.ts';
import type { StoredReading } from '../store.ts';

/** The readings from `from` up to but without `to` of chunks and of those pending, in order of time; of one time, the pending one. */
export function readRange(chunks: Iterable<Block>, pending: Block, from: number, to: number, limit: number): StoredReading[] {
  const readings: StoredReading[] = [];
  let next = 0;
  for (const chunk of chunks) {
    const end = chunk.lowerBound(to);
    for (let index = chunk.lowerBound(from); index < end; index += 1) {
      const ts = chunk.time(index);
      while (next < pending.length && pending.time(next) < ts && readings.length < limit) readings.push(pending.reading(next++));
      if (readings.length >= limit) return readings;
      if (next < pending.length && pending.time(next) === ts) readings.push(pending.reading(next++));
      else readings.push(chunk.reading(index));
    }
  }
  while (next < pending.length && readings.length < limit) readings.push(pending.reading(next++));
  return readings;
}
