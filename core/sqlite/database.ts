import type { DatabaseSync } from 'node:sqlite';
import { sqlite } from './sqlite-module.ts';
import { StorageError, storageError } from './storage-error.ts';

/** How a database file is laid out: the n-th migration takes a file from version n to n + 1. */
export interface Layout {
  migrations: readonly string[];
}

/**
 * Opens a SQLite file so that a commit is on disk when it returns: write-ahead log, `synchronous=FULL`
 * (sqlite.org/pragma.html#pragma_synchronous).
 *
 * @throws StorageError when the file is damaged, in use, not writable or written by a newer Holdfast; NodeVersionError.
 */
export function openDatabase(path: string, layout: Layout): DatabaseSync {
  const { DatabaseSync } = sqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 2_000 });
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864');
    refuseDamage(database, path);
    migrate(database, path, layout);
    return database;
  } catch (error) {
    database?.close();
    throw storageError(path, error);
  }
}

/** Runs `work` in one transaction: all of it is on disk when this returns, or none of it. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function refuseDamage(database: DatabaseSync, path: string): void {
  // A look at the schema and the free list finds a torn or foreign file at once; a whole check would keep a large backend from starting.
  const row = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get();
  if (row === undefined) throw new StorageError('DAMAGED', path, `The file ${path} has no readable schema. Restore it from a backup.`);
}

function migrate(database: DatabaseSync, path: string, { migrations }: Layout): void {
  const version = versionOf(database);
  if (version > migrations.length) {
    throw new StorageError('TOO_NEW', path, `The file ${path} was written by a newer Holdfast (layout ${version}, this one knows ${migrations.length}). Update @holdfast/node-red.`);
  }
  if (version === migrations.length) return;
  transaction(database, () => {
    // Asked again: another process may have opened the same new file at the same time and been first.
    for (const sql of migrations.slice(versionOf(database))) database.exec(sql);
    database.exec(`PRAGMA user_version=${migrations.length}`);
  });
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
