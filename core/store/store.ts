import type { Quality, ReadingValue, Sample } from '../sample/sample.ts';
import type { Committed } from '../sqlite/group-commit.ts';

/** One reading as it is stored. Times are event times, milliseconds since the epoch. */
export interface StoredReading {
  ts: number;
  value: ReadingValue;
  quality: Quality;
}

/** What became of the readings written since the store was opened. */
export interface StoreCounts {
  /** Readings that were new. */
  stored: number;
  /** Readings that stood there already, the same in value: a redelivery. */
  duplicates: number;
  /** Readings that replaced another value of the same device, metric and time; the former is kept as superseded. */
  corrected: number;
}

/** A question about one metric of one device: `from` is included, `to` is not. */
export interface Range {
  device: string;
  metric: string;
  from: number;
  to: number;
  /** At most this many readings, the oldest first. Default 10,000. */
  limit?: number;
}

/** Where readings are kept, once per device, metric and event time. */
export interface Store {
  /**
   * Keeps the readings of all samples; `committed` is called without an error once they are on disk. With one, none of them is:
   * StorageError when the disk is at fault, UnstorableError when a sample is.
   */
  write(samples: readonly Sample[], committed: Committed): void;
  range(query: Range): StoredReading[];
  /** The readings that were replaced by a later one of the same device, metric and time, oldest first. */
  superseded(query: Range): StoredReading[];
  /** The newest reading of each metric of a device. */
  latest(device: string): Record<string, StoredReading>;
  /** Devices that have readings, in alphabetical order. */
  devices(): string[];
  /** The names of all metrics, in alphabetical order. */
  metrics(): string[];
  /** How many readings are stored in all, or of one device. */
  count(device?: string): number;
  readonly counts: Readonly<StoreCounts>;
  close(): void;
}
