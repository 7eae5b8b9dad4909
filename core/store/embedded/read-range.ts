import type { Quality } from '../../sample/sample.ts';
import type { Block } from '../codec/block.ts';
import { qualityOfKind } from '../codec/kind.ts';
import type { StoredReading } from '../store.ts';

export interface RangeLimits {
  from: number;
  /** Not included. */
  to: number;
  limit: number;
  /** Readings of a worse quality are left out. */
  minimumQuality: Quality;
}

/** The readings of chunks and of those pending, in order of time; of one time, the pending one. */
export function readRange(chunks: Iterable<Block>, pending: Block, { from, to, limit, minimumQuality }: RangeLimits): StoredReading[] {
  const readings: StoredReading[] = [];
  const take = (block: Block, index: number): void => {
    if (qualityOfKind(block.kind(index)) <= minimumQuality) readings.push(block.reading(index));
  };
  let next = 0;
  for (const chunk of chunks) {
    const end = chunk.lowerBound(to);
    for (let index = chunk.lowerBound(from); index < end; index += 1) {
      const ts = chunk.time(index);
      while (next < pending.length && pending.time(next) < ts && readings.length < limit) take(pending, next++);
      if (readings.length >= limit) return readings;
      if (next < pending.length && pending.time(next) === ts) take(pending, next++);
      else take(chunk, index);
    }
  }
  while (next < pending.length && readings.length < limit) take(pending, next++);
  return readings;
}
