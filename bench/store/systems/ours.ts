import { join } from 'node:path';
import { systemClock } from '../../../core/clock/clock.ts';
import type { Clock } from '../../../core/clock/clock.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { settledBytes } from './sqlite-file.ts';
import type { FileBytes } from './sqlite-file.ts';
import type { BucketFigures, OpenSystem, SeriesQuery, System } from './system.ts';

/**
 * The system's clock, on which what is due now is done at once and not after a millisecond: a batch that comes alone is then committed
 * alone, as that of each other system is.
 */
const promptClock: Clock = {
  now: () => systemClock.now(),
  setTimeout(callback, milliseconds, keepsAlive) {
    if (milliseconds > 0) return systemClock.setTimeout(callback, milliseconds, keepsAlive);
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  },
};

export const ours: System = {
  name: 'ours',
  title: 'the embedded store',
  open: (directory) => Promise.resolve(new Ours(join(directory, 'store.sqlite'))),
};

class Ours implements OpenSystem {
  readonly #path: string;
  readonly #store: SqliteStore;

  constructor(path: string) {
    this.#path = path;
    this.#store = new SqliteStore({ path, clock: promptClock, commitInterval: 0 });
  }

  write(samples: readonly Sample[]): Promise<void> {
    return new Promise((resolve, reject) => this.#store.write(samples, (error) => (error ? reject(error) : resolve())));
  }

  async load(batches: Iterable<readonly Sample[]>): Promise<void> {
    for (const samples of batches) await this.write(samples);
  }

  settle(): Promise<FileBytes> {
    this.#store.seal();
    return Promise.resolve(settledBytes(this.#path));
  }

  range({ device, metric, from, to }: SeriesQuery): Promise<Array<{ ts: number; value: number }>> {
    return Promise.resolve(this.#store.range({ device, metric, from, to }).map(({ ts, value }) => ({ ts, value: Number(value) })));
  }

  async buckets({ device, metric, from, to }: SeriesQuery, count: number): Promise<BucketFigures[]> {
    const width = (to - from) / count;
    const { buckets } = await this.#store.buckets({ device, metric, edges: Array.from({ length: count + 1 }, (_, index) => from + index * width) });
    return buckets.flatMap((bucket, index) => (bucket ? [{ bucket: index, min: bucket.min, max: bucket.max, mean: bucket.sum / bucket.numbers }] : []));
  }

  latest(devices: readonly string[], metric: string): Promise<number[]> {
    return Promise.resolve(this.#store.latestOf({ devices, metrics: [metric] })).then((all) => all.map(({ reading }) => Number(reading.value)));
  }

  close(): Promise<void> {
    this.#store.close();
    return Promise.resolve();
  }
}
