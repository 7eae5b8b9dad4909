import type { Clock } from '../../clock/clock.ts';
import type { Sample } from '../../sample/sample.ts';
import type { Committed } from '../../sqlite/group-commit.ts';
import type { BucketQuery, Buckets } from '../bucket.ts';
import type { RetentionRules } from '../retention.ts';
import { NO_COUNTS } from '../store.ts';
import type { Deletion, LatestQuery, LatestReading, Range, SeriesSummary, Store, StoreCounts, StoredReading, StoreHealth } from '../store.ts';
import { BucketReader } from './buckets.ts';
import { CommitQueue } from './commit-queue.ts';
import { placeOf } from './connection.ts';
import type { PostgresConnection } from './connection.ts';
import { deleteReadings } from './deleter.ts';
import { Partitions } from './partitions.ts';
import { Reader } from './reader.ts';
import { Retention } from './retention.ts';
import { migrate } from './schema.ts';
import { SeriesIndex } from './series-index.ts';
import { Server } from './server.ts';
import { Writer } from './writer.ts';

export interface PostgresStoreOptions {
  connection: PostgresConnection;
  clock: Clock;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
  /** Told when the database goes away, and of what is wrong with it. */
  problem: (error: Error) => void;
  /** The longest a sample waits for others to share its commit with, in milliseconds. */
  commitInterval?: number;
}

const MAXIMUM_ITEMS = 2_000;

/**
 * The store in PostgreSQL, 15 or newer. It opens at once, whether or not the server is there: while it is away, whoever writes or asks is
 * told so (StorageError, failure UNAVAILABLE), and it goes on by itself when it is back. What was in doubt when a connection
 * broke can be written again: it is there once.
 */
export class PostgresStore implements Store {
  readonly #server: Server;
  readonly #reader: Reader;
  readonly #bucketReader: BucketReader;
  readonly #queue: CommitQueue<readonly Sample[]>;
  readonly #retention: Retention;
  readonly #counts: StoreCounts = { ...NO_COUNTS };

  /** @throws ConfigError for a setting that cannot work. */
  constructor({ connection, clock, random, problem, commitInterval = 2 }: PostgresStoreOptions) {
    const server = (this.#server = new Server({ connection, clock, random, problem, prepare: (client) => migrate(client, connection.schema, placeOf(connection)) }));
    const partitions = new Partitions();
    const writer = new Writer({ server, clock, index: new SeriesIndex(), partitions, counts: this.#counts });
    this.#retention = new Retention({ server, partitions, clock, counts: this.#counts, problem });
    this.#reader = new Reader(server);
    this.#bucketReader = new BucketReader(server);
    this.#queue = new CommitQueue({ clock, interval: commitInterval, maximumItems: MAXIMUM_ITEMS, problem, commit: (items) => writer.commit(items) });
    // Finds out at once what is wrong, and says so.
    void this.count().catch(() => undefined);
  }

  get counts(): Readonly<StoreCounts> {
    return this.#counts;
  }

  write(samples: readonly Sample[], committed: Committed): void {
    this.#queue.add(samples, committed);
  }

  range(query: Range): Promise<StoredReading[]> {
    return this.#reader.range(query);
  }

  superseded(query: Range): Promise<StoredReading[]> {
    return this.#reader.superseded(query);
  }

  buckets(query: BucketQuery): Promise<Buckets> {
    return this.#bucketReader.buckets(query);
  }

  async latest(device: string): Promise<Record<string, StoredReading>> {
    const readings = await this.latestOf({ devices: [device] });
    return Object.fromEntries(readings.map(({ metric, reading }) => [metric, reading]));
  }

  latestOf(query: LatestQuery): Promise<LatestReading[]> {
    return this.#reader.latestOf(query);
  }

  devices(): Promise<string[]> {
    return this.#reader.devices();
  }

  metrics(): Promise<string[]> {
    return this.#reader.metrics();
  }

  series(devices?: readonly string[]): Promise<SeriesSummary[]> {
    return this.#reader.series(devices);
  }

  count(device?: string): Promise<number> {
    return this.#reader.count(device);
  }

  /** @throws BadDeletionError, StorageError; what had gone until then stays gone. */
  async delete(deletion: Deletion): Promise<number> {
    await this.#queue.flush();
    return deleteReadings(this.#server, deletion, this.#counts);
  }

  retain(rules: RetentionRules): void {
    this.#retention.retain(rules);
  }

  /** Resolves when what is done in the background at the moment has been done. */
  idle(): Promise<void> {
    return this.#retention.idle();
  }

  health(): StoreHealth {
    const { away } = this.#server;
    const { bytes, problem: other } = this.#retention.state;
    const problem = away?.message ?? other;
    return { kind: 'postgresql', available: away === undefined, ...(problem !== undefined && { problem }), ...(bytes !== undefined && { bytes }) };
  }

  /** Commits what waits, then ends the connections. */
  close(): void {
    this.#retention.close();
    void this.#queue.flush().finally(() => this.#server.close());
  }
}
