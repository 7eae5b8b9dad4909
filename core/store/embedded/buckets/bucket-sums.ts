import type { Quality } from '../../../sample/sample.ts';
import { addReading, mergedBucket } from '../../bucket.ts';
import type { Bucket } from '../../bucket.ts';
import { chunkStats } from '../../codec/chunk-stats.ts';
import type { ChunkStats } from '../../codec/chunk-stats.ts';
import { qualityOfKind } from '../../codec/kind.ts';
import type { Block } from '../../codec/block.ts';

/** The buckets between some edges, while they are filled. */
export class BucketSums {
  readonly edges: readonly number[];
  readonly buckets: Array<Bucket | undefined>;
  readonly minimumQuality: Quality;
  /** The bucket that the last reading fell into: the next one most likely falls into it, or the one after. */
  #index = 0;

  constructor(edges: readonly number[], minimumQuality: Quality) {
    this.edges = edges;
    this.minimumQuality = minimumQuality;
    this.buckets = Array.from({ length: edges.length - 1 }, () => undefined);
  }

  get from(): number {
    return this.edges[0] ?? 0;
  }

  get to(): number {
    return this.edges[this.edges.length - 1] ?? 0;
  }

  /** The first edge after `ts`; Infinity when there is none. */
  edgeAfter(ts: number): number {
    return this.edges[this.#indexOf(ts) + 1] ?? Infinity;
  }

  /** Whether all times from `first` to `last`, included, belong to one bucket. */
  isWithinOne(first: number, last: number): boolean {
    return last < this.edgeAfter(first);
  }

  /** Adds the readings of a block from `from` up to but without `to`, save those of times that `except` has. */
  addBlock(block: Block, from: number, to: number, except?: Block): void {
    const end = block.lowerBound(to);
    for (let index = block.lowerBound(from); index < end;) {
      const next = Math.min(end, block.lowerBound(this.edgeAfter(block.time(index))));
      if (except || !this.mergeStats(block.time(index), chunkStats(block, index, next))) this.#addEach(block, index, next, except);
      index = next;
    }
  }

  /** Adds what some readings of whatever quality come to, all of the bucket that `ts` is in. */
  merge(ts: number, bucket: Bucket): void {
    const index = this.#indexOf(ts);
    // A copy: readings may be added to it, and the other one is somebody else's.
    this.buckets[index] = mergedBucket(this.buckets[index], { ...bucket });
  }

  /** Adds what readings come to that are all of the bucket that `ts` is in. @returns false when some of them are to be left out. */
  mergeStats(ts: number, { bucket, best, worst }: ChunkStats): boolean {
    if (bucket === undefined || best > this.minimumQuality) return true;
    if (worst > this.minimumQuality) return false;
    this.merge(ts, bucket);
    return true;
  }

  #addEach(block: Block, from: number, to: number, except: Block | undefined): void {
    for (let place = from; place < to; place += 1) {
      const ts = block.time(place);
      const quality = qualityOfKind(block.kind(place));
      if (quality > this.minimumQuality || (except && except.indexOf(ts) >= 0)) continue;
      const index = this.#indexOf(ts);
      this.buckets[index] = addReading(this.buckets[index], ts, block.value(place), quality);
    }
  }

  /** The bucket of a time between the first and the last edge. */
  #indexOf(ts: number): number {
    const { edges } = this;
    const index = this.#index;
    if (ts >= edge(edges, index)) {
      if (ts < edge(edges, index + 1)) return index;
      if (ts < edge(edges, index + 2)) return (this.#index = index + 1);
    }
    let low = 0;
    let high = edges.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edge(edges, middle + 1) <= ts) low = middle + 1;
      else high = middle;
    }
    return (this.#index = low);
  }
}

function edge(edges: readonly number[], index: number): number {
  return edges[index] ?? Infinity;
}
