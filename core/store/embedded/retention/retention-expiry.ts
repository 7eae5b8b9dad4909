import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storageError } from '../../../sqlite/storage-error.ts';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';
import type { ChunkSummary, ChunkTable } from '../chunk-table.ts';
import type { ReadingLog } from '../log/reading-log.ts';
import type { Losses, StoreLosses } from './retention-losses.ts';
import type { RetentionMarks } from './retention-marks.ts';
import type { Tier } from '../../retention-plan.ts';
import { RollupSums } from '../rollup/rollup-sums.ts';
import type { RollupTable } from '../rollup/rollup-table.ts';
import type { Sealed, SeriesSealer } from '../series-sealer.ts';
import type { Series } from '../series/series-index.ts';
import type { SeriesState, SeriesTable } from '../series/series-table.ts';

export interface ExpiryOptions {
  database: DatabaseSync;
  path: string;
  chunks: ChunkTable;
  log: ReadingLog;
  seriesTable: SeriesTable;
  sealSeries: SeriesSealer;
  rollups: RollupTable;
  marks: RetentionMarks;
  losses: Losses;
  /** Told how many readings went. */
  gone: (reason: 'expired' | 'dropped', readings: number) => void;
}

/** When the oldest chunk of a series begins and ends, and how many readings it has. */
export interface OldestChunk {
  first: number;
  last: number;
  count: number;
}

/** What went: readings up to a time, and how the series stands without them. */
interface Went {
  sealed: Sealed;
  readings: number;
  until: number;
}

/** The newest reading of a series that has none. */
const NOTHING: Pick<SeriesState, 'newest' | 'content'> = { newest: -Infinity, content: undefined };
/** Chunks that go in one transaction: about 2 ms when each is put into rollups by the minute. */
const CHUNKS = 16;
/** Before every time there is. */
const BEGINNING = -8.64e15;

/**
 * Lets the oldest readings of a series go, and puts what they come to into rollups, both in one transaction: a reading is either there
 * or in a rollup, after a crash as well. Rollups are made nowhere else, so that late readings, corrections and deletions
 * of readings that are there need no rollup to be made again.
 */
export class Expiry {
  readonly #options: ExpiryOptions;
  readonly #oldest: StatementSync;
  readonly #removeSuperseded: StatementSync;

  constructor(options: ExpiryOptions) {
    this.#options = options;
    const { database } = options;
    this.#oldest = database.prepare('SELECT first_ts, last_ts, count FROM chunk WHERE series = ? ORDER BY first_ts LIMIT 1');
    this.#removeSuperseded = database.prepare('DELETE FROM superseded WHERE series = ? AND ts < ?');
  }

  oldest(series: Series): OldestChunk | undefined {
    const row = this.#oldest.get(series.id);
    return row && { first: Number(row['first_ts']), last: Number(row['last_ts']), count: Number(row['count']) };
  }

  /**
   * Lets readings before a time go, those of some chunks at a time.
   *
   * @returns whether there may be more of them.
   * @throws StorageError, and nothing has gone.
   */
  letReadingsGo(series: Series, before: number, reason: 'expired' | 'dropped', tiers: readonly Tier[]): boolean {
    const { database, path, chunks, gone, marks, sealSeries } = this.#options;
    // What somebody deletes is left to go first: until then, the series is not to be sealed.
    if (series.deleting) return false;
    let went: Went;
    try {
      went = unsyncedTransaction(database, () => this.#take(this.#seal(series), before, reason, tiers));
    } catch (error) {
      throw storageError(path, error);
    }
    const { sealed, readings, until } = went;
    sealSeries.release(sealed);
    if (sealed.readings === 0) series.newest = sealed.newest;
    chunks.forget(series);
    marks.written(series, until);
    gone(reason, readings);
    return until < before;
  }

  /**
   * Lets rollups that begin before a time go, those of one row at a time, and adds them to coarser ones where there are to be such.
   *
   * @returns whether there may be more of them.
   * @throws StorageError, and nothing has gone.
   */
  letRollupsGo(series: Series, width: number, before: number, reason: 'expiredRollups' | 'droppedRollups', tiers: readonly Tier[]): boolean {
    const { database, path, losses, marks, rollups } = this.#options;
    try {
      const more = unsyncedTransaction(database, () => {
        const taken = rollups.take(series, width, before);
        if (!taken) return false;
        const sums = new RollupSums(tiers.filter((tier) => tier.width > width));
        for (const { start, bucket } of taken) sums.addBucket(start, bucket);
        for (const coarser of sums.rollups()) rollups.merge(series, coarser.width, coarser.rollups);
        losses.add(reason, taken.length);
        return true;
      });
      if (more) marks.written(series, -Infinity);
      return more;
    } catch (error) {
      throw storageError(path, error);
    }
  }

  /** Everything of the series in chunks: else a crash would bring back from the log what has gone. */
  #seal(series: Series): Sealed {
    const { log, sealSeries } = this.#options;
    const sealed = sealSeries.seal(series);
    sealSeries.keepCount([sealed], log.readings);
    return sealed;
  }

  #take(sealed: Sealed, before: number, reason: keyof StoreLosses, tiers: readonly Tier[]): Went {
    const { losses, marks, rollups, seriesTable } = this.#options;
    const { series } = sealed;
    const sums = new RollupSums(tiers);
    const { chunks, more } = this.#chunksBefore(series, before);
    let readings = 0;
    for (const chunk of chunks) readings += chunk.last < before ? this.#takeWhole(series, chunk, sums) : this.#takePart(series, chunk, before, sums);
    const until = more ? (chunks.at(-1)?.last ?? before) + 1 : before;
    for (const { width, rollups: added } of sums.rollups()) rollups.merge(series, width, added);
    this.#removeSuperseded.run(series.id, until);
    sealed.readings -= readings;
    if (sealed.readings === 0) Object.assign(sealed, NOTHING);
    seriesTable.update(series, sealed);
    marks.write(series, until);
    losses.add(reason, readings);
    return { sealed, readings, until };
  }

  #chunksBefore(series: Series, before: number): { chunks: ChunkSummary[]; more: boolean } {
    const chunks: ChunkSummary[] = [];
    for (const chunk of this.#options.chunks.summaries(series, BEGINNING, before)) {
      if (chunks.length === CHUNKS) return { chunks, more: true };
      chunks.push(chunk);
    }
    return { chunks, more: false };
  }

  #takeWhole(series: Series, chunk: ChunkSummary, sums: RollupSums): number {
    const { chunks } = this.#options;
    const { first, last, count, stats } = chunk;
    if (stats && sums.isOne(first, last)) {
      if (stats.bucket) sums.addBucket(first, stats.bucket);
    } else {
      const readings = chunks.readings(series, chunk);
      if (readings) sums.addReadings(readings, count);
    }
    chunks.remove(series, chunk);
    return count;
  }

  /** What is damaged stays until all of it may go. */
  #takePart(series: Series, chunk: ChunkSummary, before: number, sums: RollupSums): number {
    const { chunks } = this.#options;
    const readings = chunks.readings(series, chunk);
    if (!readings) return 0;
    const count = readings.lowerBound(before);
    sums.addReadings(readings, count);
    chunks.write(series, readings, count, readings.length, { ...chunk, readings, damaged: false });
    return count;
  }
}
