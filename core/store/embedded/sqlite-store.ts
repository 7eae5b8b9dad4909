import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock/clock.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Sample } from '../../sample/sample.ts';
import { openDatabase } from '../../sqlite/database.ts';
import { GroupCommit } from '../../sqlite/group-commit.ts';
import type { Committed } from '../../sqlite/group-commit.ts';
import { storageError } from '../../sqlite/storage-error.ts';
import { BucketReader } from './buckets/bucket-reader.ts';
import { ChunkTable } from './chunk-table.ts';
import { Corrections } from './corrections.ts';
import { Deleter } from './deletion/deleter.ts';
import { DeletionTable } from './deletion/deletion-table.ts';
import { Intake } from './intake.ts';
import { LAYOUT } from './layout.ts';
import { Pending } from './pending.ts';
import { Questions } from './questions.ts';
import { ReadingLog } from './log/reading-log.ts';
import { Retention } from './retention/retention.ts';
import { Losses } from './retention/retention-losses.ts';
import type { StoreLosses } from './retention/retention-losses.ts';
import { RetentionMarks } from './retention/retention-marks.ts';
import { RollupTable } from './rollup/rollup-table.ts';
import { Replay } from './log/replay.ts';
import { Scrubber } from './deletion/scrubber.ts';
import { Sealer, SEAL_LIMITS } from './sealer.ts';
import type { SealLimits } from './sealer.ts';
import { SeriesIndex } from './series/series-index.ts';
import { SeriesRemover } from './deletion/series-remover.ts';
import { SeriesSealer } from './series-sealer.ts';
import { SeriesTable } from './series/series-table.ts';
import type { Series } from './series/series-index.ts';
import type { BucketQuery, Buckets } from '../bucket.ts';
import type { RetentionRules } from '../retention.ts';
import { NO_COUNTS } from '../store.ts';
import type { Deletion, LatestQuery, LatestReading, Range, SeriesSummary, Store, StoreCounts, StoredReading, StoreHealth } from '../store.ts';

export { UnstorableError } from '../unstorable-error.ts';

export interface SqliteStoreOptions {
  path: string;
  clock: Clock;
  /** The longest a sample waits for its commit, in milliseconds. */
  commitInterval?: number;
  /** Told of what is damaged or could not be sealed, while everything else is served. Without it, it is a warning of the process. */
  problem?: (error: Error) => void;
  /** What keeps other processes out, closed with the store: each would move the log into chunks without the other's knowledge. */
  lock?: { close(): void };
  /** When the log is moved into chunks. */
  limits?: Partial<SealLimits>;
  /** Readings a chunk holds at most. */
  chunkReadings?: number;
}

const MAXIMUM_ITEMS = 2_000;
const CHUNK_READINGS = 256;

/**
 * The embedded store, `store.sqlite`. A commit appends the readings of all its samples as one blob to a log; from then on they are
 * in memory as well, by series. Now and then the log is moved into chunks, each some hundred readings of one series, of which a
 * range reads a few in a row. Every answer is made of both.
 */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #lock: { close(): void } | undefined;
  readonly #clock: Clock;
  readonly #database: DatabaseSync;
  readonly #questions: Questions;
  readonly #bucketReader: BucketReader;
  readonly #losses: Losses;
  readonly #retention: Retention;
  readonly #log: ReadingLog;
  readonly #intake: Intake;
  readonly #sealer: Sealer;
  readonly #deleter: Deleter;
  readonly #group: GroupCommit<readonly Sample[]>;

  /** @throws StorageError when the file cannot be opened. */
  constructor(options: SqliteStoreOptions) {
    const { path, clock, commitInterval = 2, chunkReadings = CHUNK_READINGS } = options;
    this.#path = path;
    this.#lock = options.lock;
    this.#clock = clock;
    const { problem = (error: Error) => process.emitWarning(error) } = options;
    // Whoever opens the store can be told of something only when it has been given to them.
    let tell = (error: Error): void => void clock.setTimeout(() => problem(error), 0);
    const parts = { path, database: (this.#database = openDatabase(path, LAYOUT)), problem: (error: Error) => tell(error) };
    try {
      const index = new SeriesIndex(parts.database);
      const pending = new Pending();
      const chunks = new ChunkTable(parts);
      const corrections = new Corrections(parts.database);
      const log = (this.#log = new ReadingLog({ ...parts, index }));
      const seriesTable = new SeriesTable(parts.database);
      const sealSeries = new SeriesSealer({ ...parts, seriesTable, log, pending, chunks, corrections, chunkReadings });
      const sealer = (this.#sealer = new Sealer({ ...parts, clock, limits: { ...SEAL_LIMITS, ...options.limits }, index, log, sealSeries, release: () => this.#deleter.removeNow() }));
      const intake = (this.#intake = new Intake({ index, pending, chunks, corrections, full: (series: Series) => sealer.add(series) }));
      this.#questions = new Questions({ index, pending, chunks, corrections });
      const rollups = new RollupTable(parts);
      const marks = new RetentionMarks(parts.database);
      this.#bucketReader = new BucketReader({ ...parts, clock, index, chunks, pending, rollups, marks });
      const losses = (this.#losses = new Losses(parts.database));
      const gone = (reason: 'expired' | 'dropped', readings: number): void => void (intake.counts[reason] += readings);
      this.#retention = new Retention({ ...parts, clock, index, seriesTable, chunks, log, sealSeries, rollups, marks, losses, gone, sealSoon: () => sealer.trimThrough(log.lastId) });
      const table = new DeletionTable(parts.database);
      const remover = new SeriesRemover({ ...parts, index, seriesTable, pending, chunks, table, rollups, marks, losses });
      const removed = (readings: number): void => void (intake.counts.deleted += readings);
      this.#deleter = new Deleter({ ...parts, clock, index, log, flush: () => this.#group.flush(), sealer, table, remover, scrubber: new Scrubber(parts.database), removed });
      new Replay({ log, intake, index, chunks }).run();
      intake.counts = { ...NO_COUNTS };
      sealer.written();
      this.#deleter.resume();
    } catch (error) {
      this.#database.close();
      throw storageError(path, error);
    }
    tell = problem;
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: MAXIMUM_ITEMS, commit: (items) => this.#commit(items) });
  }

  get counts(): Readonly<StoreCounts> {
    return this.#intake.counts;
  }

  write(samples: readonly Sample[], committed: Committed): void {
    this.#group.add(samples, committed);
  }

  range(query: Range): StoredReading[] {
    return this.#read(() => this.#questions.range(query));
  }

  superseded(query: Range): StoredReading[] {
    return this.#read(() => this.#questions.superseded(query));
  }

  latest(device: string): Record<string, StoredReading> {
    return this.#read(() => this.#questions.latest(device));
  }

  latestOf(query: LatestQuery): LatestReading[] {
    return this.#read(() => this.#questions.latestOf(query));
  }

  series(devices?: readonly string[]): SeriesSummary[] {
    return this.#questions.series(devices);
  }

  devices(): string[] {
    return this.#questions.devices();
  }

  metrics(): string[] {
    return this.#questions.metrics();
  }

  count(device?: string): number {
    return this.#questions.count(device);
  }

  buckets(query: BucketQuery): Promise<Buckets> {
    return this.#bucketReader.read(query);
  }

  delete(deletion: Deletion): Promise<number> {
    return this.#deleter.delete(deletion);
  }

  retain(rules: RetentionRules): void {
    this.#retention.retain(rules);
  }

  /** What has gone since the file was made: readings that were stored are those that are there and those that were deleted, expired or dropped. */
  losses(): StoreLosses {
    return this.#read(() => this.#losses.read());
  }

  health(): StoreHealth {
    const { bytes, problem } = this.#read(() => this.#retention.state());
    return { kind: 'embedded', available: true, bytes, ...(problem !== undefined && { problem }) };
  }

  /** Moves the whole log into chunks now. @throws StorageError when the disk does not take them; they stay in the log. */
  seal(): void {
    this.#group.flush();
    this.#sealer.sealAll();
  }

  /** Commits what waits and closes the file. */
  close(): void {
    this.#group.flush();
    this.#deleter.close();
    this.#sealer.close();
    this.#retention.close();
    this.#database.close();
    this.#lock?.close();
  }

  #commit(writes: readonly (readonly Sample[])[]): void {
    try {
      this.#sealer.makeRoom();
      for (const { blob, row } of this.#log.write(writes, this.#clock.now())) this.#intake.take(blob, row);
    } catch (error) {
      throw error instanceof HoldfastError ? error : storageError(this.#path, error);
    }
    this.#sealer.written();
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }
}
