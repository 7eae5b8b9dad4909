import type { Block } from '../../codec/block.ts';
import type { BucketSums } from './bucket-sums.ts';
import type { ChunkSum, ChunkSums } from './chunk-sums.ts';
import type { ChunkSummary, ChunkTable } from '../chunk-table.ts';
import type { Pending } from '../pending.ts';
import type { RetentionMarks } from '../retention/retention-marks.ts';
import type { RollupTable } from '../rollup/rollup-table.ts';
import type { Series } from '../series/series-index.ts';

export interface BucketPassOptions {
  chunks: ChunkTable;
  sums: ChunkSums;
  pending: Pending;
  rollups: RollupTable;
  marks: RetentionMarks;
  series: Series;
  buckets: BucketSums;
}

/** Chunks that are looked at one by one in a step: about 3 ms when each has to be read. */
const PAGE = 64;
/** From so many chunks a bucket on, they are summed up in SQLite. */
const MANY_CHUNKS = 2;
/** The most buckets for which that is found out. */
const MANY_BUCKETS = 4_096;

/**
 * One way through the readings of a series from the first edge to the last. What is done in a step, from a time up to another, is
 * done with all readings of that stretch: rollups, chunks, and those that are in no chunk yet.
 */
export class BucketPass {
  readonly #options: BucketPassOptions;
  readonly #sumsUp: boolean;
  #cursor: number;
  /** Up to this time chunks are looked at one by one. */
  #oneByOneTo = -Infinity;
  /** Whether the cursor is known to lie between two chunks. */
  #isBetween = false;
  #unsealed: Block | undefined;
  #read: { chunk: ChunkSummary; readings: Block | undefined } | undefined;

  constructor(options: BucketPassOptions) {
    this.#options = options;
    const { buckets, series, sums } = options;
    const { length } = buckets.buckets;
    this.#cursor = buckets.from;
    this.#sumsUp = length <= MANY_BUCKETS && sums.areMany(series, buckets.from, buckets.to, length * MANY_CHUNKS);
  }

  get done(): boolean {
    return this.#cursor >= this.#options.buckets.to;
  }

  /** Something else has been done since the last step. */
  resume(): void {
    this.#isBetween = false;
    this.#unsealed = undefined;
    this.#read = undefined;
  }

  /** @returns whether there is more to do. */
  step(): boolean {
    const { buckets, marks, rollups, series } = this.#options;
    const from = this.#cursor;
    if (from < marks.of(series).readingsFrom) this.#cursor = this.#walk(from, Math.min(buckets.to, rollups.pageEnd(series, from)));
    else if (this.#sumsUp && from >= this.#oneByOneTo) this.#cursor = this.#sumUp(from);
    else this.#cursor = this.#walk(from, buckets.to);
    return !this.done;
  }

  /** Sums up chunks within the bucket that `from` is in. @returns up to which time. */
  #sumUp(from: number): number {
    const { buckets, series, sums } = this.#options;
    const to = buckets.edgeAfter(from);
    const sum = hasWithin(this.#pending(), from, to) ? undefined : sums.sum(series, from, to, buckets.minimumQuality);
    if (!sum) {
      this.#oneByOneTo = to;
      return this.#walk(from, to);
    }
    // At most one chunk of which a part lies before.
    if (!this.#isBetween) this.#walk(from, sum.first);
    if (sum.bucket) buckets.merge(sum.first, sum.bucket);
    return sum.complete ? this.#addAcross(sum, to) : sum.last + 1;
  }

  /** Adds the chunk that lies across an edge, if there is one, all of it. @returns up to which time. */
  #addAcross({ last, newest }: ChunkSum, edge: number): number {
    const { buckets } = this.#options;
    if (hasWithin(this.#pending(), last + 1, newest.last + 1)) return this.#walk(last + 1, edge);
    this.#isBetween = true;
    if (newest.last < edge) return edge;
    const readings = this.#readings({ ...newest, stats: undefined });
    if (readings) buckets.addBlock(readings, last + 1, buckets.to);
    return newest.last + 1;
  }

  /** Looks at chunks one by one. @returns up to which time. */
  #walk(from: number, to: number): number {
    if (from >= to) return to;
    this.#isBetween = false;
    const { buckets, chunks, series } = this.#options;
    const unsealed = this.#pending();
    let end = to;
    let count = 0;
    for (const chunk of chunks.summaries(series, from, to)) {
      count += 1;
      if (count > PAGE) {
        end = chunk.first;
        break;
      }
      const { first, last, stats } = chunk;
      const corrected = hasWithin(unsealed, first, last + 1);
      const isWhole = first >= from && last < to && buckets.isWithinOne(first, last);
      if (isWhole && !corrected && stats && buckets.mergeStats(first, stats)) continue;
      const readings = this.#readings(chunk);
      if (readings) buckets.addBlock(readings, from, to, corrected ? unsealed : undefined);
    }
    buckets.addBlock(unsealed, from, end);
    this.#addRollups(from, end);
    return end;
  }

  #addRollups(from: number, to: number): void {
    const { buckets, marks, rollups, series } = this.#options;
    // What is in rollups has gone, so none of them begins later.
    const end = Math.min(to, marks.of(series).readingsFrom);
    if (from < end) for (const { start, bucket } of rollups.range(series, from, end)) buckets.merge(start, bucket);
  }

  /** The readings that are in no chunk. */
  #pending(): Block {
    const { buckets, pending, series } = this.#options;
    return (this.#unsealed ??= pending.read(series, buckets.from, buckets.to));
  }

  /** A chunk that lies across an edge is asked for on both sides of it. */
  #readings(chunk: ChunkSummary): Block | undefined {
    const { chunks, series } = this.#options;
    if (this.#read?.chunk.first !== chunk.first) this.#read = { chunk, readings: chunks.readings(series, chunk) };
    return this.#read.readings;
  }
}

function hasWithin(block: Block, from: number, to: number): boolean {
  const index = block.lowerBound(from);
  return index < block.length && block.time(index) < to;
}
