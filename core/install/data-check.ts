import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { sqlite } from '../sqlite/sqlite-module.ts';
import { storageError } from '../sqlite/storage-error.ts';

/**
 * Looks into every SQLite file of a backend's data directory, so that a damaged one is told at start and not when the
 * first reading arrives. A torn or foreign file shows in its schema; the pages behind it are not read. The lock of a backend that
 * is running shows here as well: two processes on one home are one too many.
 *
 * @throws StorageError that names the file and the cure.
 */
export function checkData(directory: string): void {
  if (!existsSync(directory)) return;
  const { DatabaseSync: Database } = sqlite();
  for (const name of readdirSync(directory).filter((entry) => entry.endsWith('.sqlite'))) {
    const path = join(directory, name);
    let database: DatabaseSync | undefined;
    try {
      database = new Database(path, { timeout: 1_000 });
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
    } catch (error) {
      throw storageError(path, error);
    } finally {
      database?.close();
    }
  }
}
