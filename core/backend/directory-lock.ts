import type { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { sqlite } from '../sqlite/sqlite-module.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';

export interface DirectoryLock {
  close(): void;
}

/**
 * Keeps a second process out of the directory. It is a lock that SQLite holds on a file of its own, so the system lets go
 * of it when the process ends, however it ends: no stale lock survives a power cut.
 *
 * @throws StorageError with code HOLDFAST_STORAGE_IN_USE when another process has it.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'lock.sqlite');
  const { DatabaseSync } = sqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    return database;
  } catch (error) {
    database?.close();
    const failure = storageError(path, error);
    if (failure.failure !== 'IN_USE') throw failure;
    throw new StorageError('IN_USE', directory, `The directory ${directory} is in use by another Node-RED. Stop that one, or give this backend a directory of its own.`, { cause: error });
  }
}
