import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../clock/clock.ts';
import { beginSlice } from '../../../clock/slice.ts';
import { storageError } from '../../../sqlite/storage-error.ts';
import type { BucketQuery, Buckets } from '../../bucket.ts';
import { checkEdges } from '../../bucket-edges.ts';
import { BucketPass } from './bucket-pass.ts';
import { BucketSums } from './bucket-sums.ts';
import { ChunkSums } from './chunk-sums.ts';
import type { ChunkTable } from '../chunk-table.ts';
import type { Pending } from '../pending.ts';
import type { RetentionMarks } from '../retention/retention-marks.ts';
import type { RollupTable } from '../rollup/rollup-table.ts';
import type { Series, SeriesIndex } from '../series/series-index.ts';

export interface BucketReaderOptions {
  database: DatabaseSync;
  path: string;
  clock: Clock;
  index: SeriesIndex;
  chunks: ChunkTable;
  pending: Pending;
  rollups: RollupTable;
  marks: RetentionMarks;
}

/** The longest that a question holds up everything else at a time. */
const SLICE_MILLISECONDS = 5;
/** When readings went into rollups this often while a question was worked on, it is answered without a pause. */
const ATTEMPTS = 3;

/**
 * Answers what readings come to in buckets, a few milliseconds at a time. Readings may be written, sealed and deleted in between: each
 * stretch of time is answered as it stood at one moment, and a reading that stood unchanged all the while counts just once.
 */
export class BucketReader {
  readonly #options: BucketReaderOptions;
  readonly #sums: ChunkSums;

  constructor(options: BucketReaderOptions) {
    this.#options = options;
    this.#sums = new ChunkSums(options.database);
  }

  /**
   * A sum is of sums of chunks, and those are of their readings, in order of time: it may differ from another one in the last bits.
   *
   * @throws BucketEdgesError, StorageError, or the reason of the signal.
   */
  async read({ device, metric, edges, minimumQuality = 9, signal }: BucketQuery): Promise<Buckets> {
    checkEdges(edges);
    signal?.throwIfAborted();
    for (let attempt = 1; ; attempt += 1) {
      const sums = new BucketSums(edges, minimumQuality);
      const series = this.#options.index.find(device, metric);
      if (series === undefined) return { buckets: sums.buckets, readingsFrom: -Infinity };
      if (await this.#fill(series, sums, attempt < ATTEMPTS, signal)) return { buckets: sums.buckets, readingsFrom: this.#options.marks.of(series).readingsFrom };
    }
  }

  /** @returns false when readings went into rollups meanwhile, so that they may be counted twice or not at all. */
  async #fill(series: Series, sums: BucketSums, pauses: boolean, signal: AbortSignal | undefined): Promise<boolean> {
    const { clock, marks, path } = this.#options;
    const { times } = marks.of(series);
    const pass = new BucketPass({ ...this.#options, sums: this.#sums, series, buckets: sums });
    for (;;) {
      const isOver = beginSlice(clock, SLICE_MILLISECONDS);
      try {
        while (pass.step()) if (pauses && isOver()) break;
      } catch (error) {
        throw storageError(path, error);
      }
      if (pass.done) return true;
      await new Promise((resolve) => void setImmediate(resolve));
      signal?.throwIfAborted();
      if (marks.of(series).times !== times) return false;
      pass.resume();
    }
  }
}
