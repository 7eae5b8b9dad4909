import type { Quality, ReadingValue, Sample } from '../sample/sample.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import type { BucketQuery, Buckets } from './bucket.ts';
import type { RetentionRules } from './retention.ts';

/** The embedded store answers at once where that takes little; PostgreSQL answers later. `await` takes both. */
export type Answer<Value> = Value | Promise<Value>;

/** One reading as it is stored. Times are event times, milliseconds since the epoch. */
export interface StoredReading {
  ts: number;
  value: ReadingValue;
  quality: Quality;
  unit?: string;
  /** Why the quality is what it is, in the order in which the sample had them; absent when there are none. */
  flags?: readonly string[];
  /** The value as it came, where it was altered. Plain JSON. */
  raw?: unknown;
  /** Which quality tests ran on it, and what each found; absent when none did. */
  tests?: Readonly<Record<string, Quality>>;
}

/** What became of readings since the store was opened. */
export interface StoreCounts {
  /** Readings that were new. */
  stored: number;
  /** Readings that stood there already, the same in value, quality, unit, flags and raw: a redelivery. */
  duplicates: number;
  /** Readings that replaced another of the same device, metric and time; the former is kept as superseded. */
  corrected: number;
  /** Readings that somebody deleted. */
  deleted: number;
  /** Readings that grew older than their retention. */
  expired: number;
  /** Readings that went before their time, since the store had reached its bound. */
  dropped: number;
}

export const NO_COUNTS: Readonly<StoreCounts> = { stored: 0, duplicates: 0, corrected: 0, deleted: 0, expired: 0, dropped: 0 };

/** A question about one metric of one device: `from` is included, `to` is not. */
export interface Range {
  device: string;
  metric: string;
  from: number;
  to: number;
  /** At most this many readings. Default 10,000. The next page begins at the last one's `ts + 1`. */
  limit?: number;
  /** Readings of a worse quality are left out; in the order good, unknown, suspect, bad, missing. Default: none is. */
  minimumQuality?: Quality;
}

/** A question about the newest readings. */
export interface LatestQuery {
  /** Default: all. */
  devices?: readonly string[];
  /** Default: all. */
  metrics?: readonly string[];
  /** The newest that is not after this time. Default: the newest of all. */
  at?: number;
  minimumQuality?: Quality;
}

export interface LatestReading {
  device: string;
  metric: string;
  reading: StoredReading;
}

/** One metric of one device, as it is stored. */
export interface SeriesSummary {
  device: string;
  metric: string;
  /** Readings of it, those in rollups only not counted. */
  readings: number;
  /** The time of its newest reading. */
  newest: number;
}

/** What is to be deleted: of one device, all or one metric, all times or `from` … `to` (not included). */
export interface Deletion {
  device: string;
  metric?: string;
  from?: number;
  to?: number;
}

/** How the store is doing, for a status or a page. */
export interface StoreHealth {
  kind: 'embedded' | 'postgresql';
  /** Whether it can be written and asked at the moment. */
  available: boolean;
  /** Why it is not, or what is wrong with it all the same; a sentence. */
  problem?: string;
  /** Bytes that readings, rollups and indexes take; undefined when that is not known. */
  bytes?: number;
}

/** Where readings are kept, once per device, metric and event time. */
export interface Store {
  /**
   * Keeps the readings of all samples; `committed` is called without an error once they are on disk. With one, none of them is:
   * StorageError when the disk, the file or the database server is at fault, UnstorableError when a sample is.
   */
  write(samples: readonly Sample[], committed: Committed): void;
  /** The readings of one series, the oldest first. */
  range(query: Range): Answer<StoredReading[]>;
  /** The readings that were replaced by a later one of the same device, metric and time, oldest first. */
  superseded(query: Range): Answer<StoredReading[]>;
  /** What the readings of each bucket come to, rollups where the readings themselves have expired. */
  buckets(query: BucketQuery): Promise<Buckets>;
  /** The newest reading of each metric of a device. */
  latest(device: string): Answer<Record<string, StoredReading>>;
  /** The newest reading of each series that is asked for, in the order of device and metric. */
  latestOf(query: LatestQuery): Answer<LatestReading[]>;
  /** Devices that have readings, in alphabetical order. */
  devices(): Answer<string[]>;
  /** The names of all metrics, in alphabetical order. */
  metrics(): Answer<string[]>;
  /** The series of these devices, of all when none are given, in the order of device and metric. */
  series(devices?: readonly string[]): Answer<SeriesSummary[]>;
  /** How many readings are stored in all, or of one device. */
  count(device?: string): Answer<number>;
  /**
   * Deletes readings, their superseded ones and their rollups for good: when it answers, no file of the store holds them.
   *
   * @returns how many readings went.
   */
  delete(deletion: Deletion): Promise<number>;
  /** Puts retention rules in force, in place of those before. */
  retain(rules: RetentionRules): void;
  health(): StoreHealth;
  readonly counts: Readonly<StoreCounts>;
  close(): void;
}
