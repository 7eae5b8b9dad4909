import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock/clock.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Sample } from '../../sample/sample.ts';
import { openDatabase } from '../../sqlite/database.ts';
import { GroupCommit } from '../../sqlite/group-commit.ts';
import type { Committed } from '../../sqlite/group-commit.ts';
import { storageError } from '../../sqlite/storage-error.ts';
import { ChunkTable } from './chunk-table.ts';
import { Corrections } from './corrections.ts';
import { Intake } from './intake.ts';
import { LAYOUT } from './layout.ts';
import { Pending } from './pending.ts';
import { ReadingLog } from './reading-log.ts';
import { readRange } from './read-range.ts';
import { Sealer, SEAL_LIMITS } from './sealer.ts';
import type { SealLimits } from './sealer.ts';
import { SeriesIndex } from './series-index.ts';
import { SeriesSealer } from './series-sealer.ts';
import type { Series } from './series-index.ts';
import { addReading } from '../bucket.ts';
import type { Bucket, BucketQuery, Buckets } from '../bucket.ts';
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
  readonly #index: SeriesIndex;
  readonly #pending = new Pending();
  readonly #chunks: ChunkTable;
  readonly #corrections: Corrections;
  readonly #log: ReadingLog;
  readonly #intake: Intake;
  readonly #sealer: Sealer;
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
      const index = (this.#index = new SeriesIndex(parts.database));
      const pending = this.#pending;
      const chunks = (this.#chunks = new ChunkTable(parts));
      const corrections = (this.#corrections = new Corrections(parts.database));
      const log = (this.#log = new ReadingLog({ ...parts, index }));
      const sealSeries = new SeriesSealer({ ...parts, log, pending, chunks, corrections, chunkReadings });
      const sealer = (this.#sealer = new Sealer({ ...parts, clock, limits: { ...SEAL_LIMITS, ...options.limits }, index, pending, corrections, log, sealSeries }));
      const intake = (this.#intake = new Intake({ index, pending, chunks, corrections, full: (series: Series) => sealer.add(series) }));
      log.replay((blob, row) => intake.take(blob, row));
      intake.counts = { ...NO_COUNTS };
      sealer.written();
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

  range({ device, metric, from, to, limit = 10_000, minimumQuality = QUALITY.missing }: Range): StoredReading[] {
    const series = this.#index.find(device, metric);
    if (series === undefined) return [];
    return this.#read(() => readRange(this.#chunks.range(series, from, to), this.#pending.read(series, from, to), { from, to, limit, minimumQuality }));
  }

  superseded({ device, metric, from, to, limit = 10_000 }: Range): StoredReading[] {
    const series = this.#index.find(device, metric);
    return series === undefined ? [] : this.#read(() => this.#corrections.range(series, from, to, limit));
  }

  latest(device: string): Record<string, StoredReading> {
    const readings: Array<[string, StoredReading]> = [];
    for (const series of this.#index.of(device)) {
      const block = this.#pending.readNewest(series, series.newest) ?? this.#read(() => this.#chunks.newest(series));
      if (block) readings.push([series.metric, block.reading(block.length - 1)]);
    }
    return Object.fromEntries(readings);
  }

  latestOf({ devices = this.devices(), metrics, at = Infinity }: LatestQuery): LatestReading[] {
    return devices.flatMap((device) =>
      [...this.#index.of(device)].filter(({ metric }) => metrics?.includes(metric) ?? true).flatMap(({ metric }) => {
        const reading = this.range({ device, metric, from: -Infinity, to: at + 1, limit: Infinity }).at(-1);
        return reading ? [{ device, metric, reading }] : [];
      }),
    );
  }

  series(devices = this.devices()): SeriesSummary[] {
    return devices.flatMap((device) => [...this.#index.of(device)].map(({ metric, count, newest }) => ({ device, metric, readings: count, newest })));
  }

  buckets({ device, metric, edges, minimumQuality = 9 }: BucketQuery): Promise<Buckets> {
    const buckets: Array<Bucket | undefined> = edges.slice(1).map((to, index) => {
      let bucket: Bucket | undefined;
      for (const { ts, value, quality } of this.range({ device, metric, from: edges[index] ?? to, to, limit: Infinity })) if (quality <= minimumQuality) bucket = addReading(bucket, ts, value, quality);
      return bucket;
    });
    return Promise.resolve({ buckets, readingsFrom: -Infinity });
  }

  delete(_deletion: Deletion): Promise<number> {
    return Promise.reject(new Error('not there yet'));
  }

  retain(_rules: RetentionRules): void {
    // not there yet
  }

  health(): StoreHealth {
    return { kind: 'embedded', available: true };
  }

  devices(): string[] {
    return this.#read(() => this.#database.prepare('SELECT DISTINCT device FROM series ORDER BY device').all().map((row) => String(row['device'])));
  }

  metrics(): string[] {
    return this.#read(() => this.#database.prepare('SELECT DISTINCT metric FROM series ORDER BY metric').all().map((row) => String(row['metric'])));
  }

  count(device?: string): number {
    let count = 0;
    for (const series of device === undefined ? this.#index.byId : this.#index.of(device)) count += series?.count ?? 0;
    return count;
  }

  /** Moves the whole log into chunks now. @throws StorageError when the disk does not take them; they stay in the log. */
  seal(): void {
    this.#group.flush();
    this.#sealer.sealAll();
  }

  /** Commits what waits and closes the file. */
  close(): void {
    this.#group.flush();
    this.#sealer.close();
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
