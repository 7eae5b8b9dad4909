import { MAXIMUM_SPAN } from '../../codec/times.ts';
import { encodeRollups } from './rollup-codec.ts';
import type { Rollup } from './rollup-codec.ts';

/** Rollups of one row and their blob, which is valid until the next row is asked for. */
export interface RollupBlock {
  rollups: readonly Rollup[];
  blob: Buffer;
}

const ROLLUPS = 128;
/**
 * Two rows of so many bytes share a page. A longer row would go on in an overflow page, in the rest of which SQLite leaves what was there
 * before, and that may have been deleted since.
 */
export const MOST_BYTES = 1_990;

/** Cuts rollups, in order of time, into those of one row each: full ones, since most are added at the end. One with long texts may be of more bytes. */
export function* rollupBlocks(rollups: readonly Rollup[]): Generator<RollupBlock> {
  for (const part of parts(rollups)) yield* encoded(part);
}

function* encoded(rollups: readonly Rollup[]): Generator<RollupBlock> {
  const blob = encodeRollups(rollups);
  if (blob.length <= MOST_BYTES || rollups.length === 1) {
    yield { rollups, blob };
    return;
  }
  const half = rollups.length >> 1;
  yield* encoded(rollups.slice(0, half));
  yield* encoded(rollups.slice(half));
}

function* parts(rollups: readonly Rollup[]): Generator<readonly Rollup[]> {
  let from = 0;
  for (let index = 0; index < rollups.length; index += 1) {
    const [first, start] = [rollups[from]?.start ?? 0, rollups[index]?.start ?? 0];
    if (index - from < ROLLUPS && start - first <= MAXIMUM_SPAN) continue;
    yield rollups.slice(from, index);
    from = index;
  }
  if (from < rollups.length) yield rollups.slice(from);
}
