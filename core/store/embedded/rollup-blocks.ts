import { MAXIMUM_SPAN } from '../codec/times.ts';
import type { Rollup } from './rollup-codec.ts';

/** Rollups of one row. */
const ROLLUPS = 256;
/** A row is closed when its texts have grown to this many characters. */
const TEXT = 65_536;

/** Cuts rollups, in order of time, into those of one row each: full ones, since most are added at the end. */
export function* rollupBlocks(rollups: readonly Rollup[]): Generator<readonly Rollup[]> {
  let from = 0;
  let text = 0;
  for (let index = 0; index < rollups.length; index += 1) {
    const rollup = rollups[index];
    const first = rollups[from];
    if (!rollup || !first) continue;
    if (index - from >= ROLLUPS || text >= TEXT || rollup.start - first.start > MAXIMUM_SPAN) {
      yield rollups.slice(from, index);
      from = index;
      text = 0;
    }
    const { bucket } = rollup;
    for (const { value } of [bucket.first, bucket.last]) if (typeof value === 'string') text += value.length;
  }
  if (from < rollups.length) yield rollups.slice(from);
}
