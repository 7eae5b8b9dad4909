import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { Bucket, TimedValue } from '../bucket.ts';
import type { Block } from './block.ts';
import { qualityOfKind, TYPE, typeOfKind } from './kind.ts';

/** What stands beside the blob of a chunk, so that most questions need not read it. */
export interface ChunkStats {
  /** Over all readings of the chunk, of whatever quality; undefined when none has a value. */
  bucket: Bucket | undefined;
  /** The best and the worst quality among readings with a value; when there are none, both are 9. */
  best: Quality;
  worst: Quality;
}

const NONE: ChunkStats = { bucket: undefined, best: QUALITY.missing, worst: QUALITY.missing };

/** The stats of the readings `from` … `to - 1` of a block; what `addReading` comes to, without making anything for a reading. */
export function chunkStats(block: Block, from: number, to: number): ChunkStats {
  let count = 0;
  let good = 0;
  let numbers = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  let first = -1;
  let last = -1;
  let best: Quality = QUALITY.missing;
  let worst: Quality = QUALITY.good;
  for (let index = from; index < to; index += 1) {
    const kind = block.kind(index);
    const type = typeOfKind(kind);
    if (type === TYPE.null) continue;
    if (first < 0) first = index;
    last = index;
    count += 1;
    const quality = qualityOfKind(kind);
    if (quality === QUALITY.good) good += 1;
    if (quality < best) best = quality;
    if (quality > worst) worst = quality;
    const number = type === TYPE.number ? block.number(index) : type === TYPE.true ? 1 : type === TYPE.false ? 0 : NaN;
    if (!Number.isFinite(number)) continue;
    numbers += 1;
    sum += number;
    if (number < min) min = number;
    if (number > max) max = number;
  }
  if (count === 0) return NONE;
  return { bucket: { count, good, numbers, min, max, sum, first: timedValue(block, first), last: timedValue(block, last) }, best, worst };
}

function timedValue(block: Block, index: number): TimedValue {
  return { ts: block.time(index), value: block.value(index) };
}
