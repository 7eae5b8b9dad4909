import type { Sample } from '../../../core/sample/sample.ts';
import type { FileBytes } from './sqlite-file.ts';

/** What some readings of one series come to. */
export interface BucketFigures {
  /** Which bucket, from 0. */
  bucket: number;
  min: number;
  max: number;
  mean: number;
}

export interface SeriesQuery {
  device: string;
  metric: string;
  /** Milliseconds since the epoch; `to` is not included. */
  from: number;
  to: number;
}

/** A system that is open. */
export interface OpenSystem {
  /** What the processes take that work for it beside this one. */
  readonly others?: Processes;
  /** Each reading of the samples is a row. Resolves when all of them are on disk. */
  write(samples: readonly Sample[]): Promise<void>;
  /** As `write`, for what is not measured: it may wait for the disk only once. */
  load(batches: Iterable<readonly Sample[]>): Promise<void>;
  /** Brings the files to their final form: seals, checkpoints. @returns what rows and index take there. */
  settle(): Promise<FileBytes>;
  /** Times and values, the oldest first. */
  range(query: SeriesQuery): Promise<Array<{ ts: number; value: number }>>;
  /** In buckets of equal width; those without a reading are left out. */
  buckets(query: SeriesQuery, count: number): Promise<BucketFigures[]>;
  /** The newest value of a metric of each device. */
  latest(devices: readonly string[], metric: string): Promise<number[]>;
  close(): Promise<void>;
}

export interface Processes {
  /** User and system time so far. */
  cpuMicroseconds(): number;
  peakRssMegabytes(): number;
}

/** A server that runs beside the processes that ask. */
export interface Server {
  /** How to reach it; goes to the processes that ask. */
  address: unknown;
  stop(): Promise<void>;
}

/** A system under test. */
export interface System {
  readonly name: string;
  readonly title: string;
  /** It is only written to: once it is loaded, it is as another one. */
  readonly writesOnly?: boolean;
  /** Starts what it needs beside the process that asks. @throws Error with the cure when that cannot come to be. */
  start?(directory: string): Promise<Server>;
  /** Opens it in `directory`, which may hold what it wrote before. */
  open(directory: string, address: unknown): Promise<OpenSystem>;
}
