import type { Quality, ReadingValue } from '../../sample/sample.ts';
import { addReading } from '../bucket.ts';
import type { Bucket } from '../bucket.ts';
import { qualityOfKind } from './kind.ts';
import type { Block } from './block.ts';

/** What stands beside the blob of a chunk, so that most questions need not read it. */
export interface ChunkStats {
  /** Over all readings of the chunk, of whatever quality; undefined when none has a value. */
  bucket: Bucket | undefined;
  /** The best and the worst quality among readings with a value; when there are none, both are 9. */
  best: Quality;
  worst: Quality;
}

/** The stats of the readings `from` … `to - 1` of a block. */
export function chunkStats(block: Block, from: number, to: number): ChunkStats {
  let bucket: Bucket | undefined;
  let best: Quality = 9;
  let worst: Quality = 1;
  for (let index = from; index < to; index += 1) {
    const value: ReadingValue = block.value(index);
    if (value === null) continue;
    const quality = qualityOfKind(block.kind(index));
    if (quality < best) best = quality;
    if (quality > worst) worst = quality;
    bucket = addReading(bucket, block.time(index), value, quality);
  }
  return { bucket, best, worst: bucket ? worst : 9 };
}
