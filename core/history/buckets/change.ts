import { numberOf } from '../../store/bucket.ts';
import type { Bucket, TimedValue } from '../../store/bucket.ts';
import type { Resets } from '../query.ts';

/** By how much something changed, and in how many milliseconds. */
export interface Change {
  delta: number;
  elapsed: number;
}

/** From one number to the next. A counter that fell began again at zero: what it shows then was added. */
export function step(before: number, after: number, resets: Resets): number {
  return resets === 'from-zero' && after < before ? after : after - before;
}

/**
 * The change over each bucket: from the last reading before it to its own last one; from its own first one when there is none before, or a gap lies
 * between. Undefined where there is nothing to compare with, or something is no number.
 *
 * @param before the last reading before all buckets.
 */
export function changesOf(buckets: ReadonlyArray<Bucket | undefined>, before: TimedValue | undefined, gap: number, resets: Resets): Array<Change | undefined> {
  let previous = before;
  return buckets.map((bucket) => {
    if (!bucket) return undefined;
    const start = previous && bucket.first.ts - previous.ts <= gap ? previous : bucket.first;
    previous = bucket.last;
    const [from, to] = [numberOf(start.value), numberOf(bucket.last.value)];
    return from === undefined || to === undefined || start.ts === bucket.last.ts ? undefined : { delta: step(from, to, resets), elapsed: bucket.last.ts - start.ts };
  });
}
