/**
 * `@holdfast/node-red/store`: the embedded store of readings, for use without Node-RED.
 *
 * ```ts
 * import { openStore } from '@holdfast/node-red/store';
 * const store = openStore('/var/lib/plant');
 * store.range({ device: 'press-7', metric: 'temperature', from: 0, to: Date.now() });
 * ```
 */
import { join } from 'node:path';
import { lockDirectory } from '../backend/directory-lock.ts';
import { systemClock } from '../clock/clock.ts';
import { makeDirectory } from '../workspace/make-directory.ts';
import { SqliteStore } from './embedded/sqlite-store.ts';

export type { Bucket, BucketQuery, Buckets, TimedValue } from './bucket.ts';
export type { Retention, RetentionRules } from './retention.ts';
export type { Answer, Deletion, LatestQuery, LatestReading, Range, SeriesSummary, Store, StoreCounts, StoredReading, StoreHealth } from './store.ts';
export type { Quality, ReadingValue, Sample, Values } from '../sample/sample.ts';
export type { StoreLosses } from './embedded/retention/retention-losses.ts';
export { KEEP_ALL } from './retention.ts';
export { BadDeletionError } from './bad-deletion-error.ts';
export { UnstorableError } from './unstorable-error.ts';
export { StorageError } from '../sqlite/storage-error.ts';
export { SqliteStore } from './embedded/sqlite-store.ts';

/**
 * Opens the store in `directory`, made when missing. One process at a time has it: stop the Node-RED that uses the directory first.
 *
 * @throws StorageError when the file is damaged, in use or not writable.
 */
export function openStore(directory: string): SqliteStore {
  makeDirectory(directory);
  const lock = lockDirectory(directory);
  try {
    return new SqliteStore({ path: join(directory, 'store.sqlite'), clock: systemClock, lock });
  } catch (error) {
    lock.close();
    throw error;
  }
}
