import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { sqlite } from '../sqlite/sqlite-module.ts';
import { storageError } from '../sqlite/storage-error.ts';
import { MaintenanceError } from './maintenance-error.ts';

/** Pages that are copied at a time: 256 KiB. */
const PAGES = 64;
/** Bytes after which what was copied is flushed. */
const FLUSH_EVERY = 1 << 20;

/**
 * A database file as it is at one moment, however long the copy takes and whatever is written meanwhile. A connection of its own keeps
 * a read transaction open, which in WAL mode neither waits for writers nor holds them up (sqlite.org/wal.html#concurrency). Hence
 * SQLite's backup never begins again, as it would each time another connection writes, and never holds the writer's connection,
 * as it would if it were made from that. The write-ahead log grows until the copy is done.
 */
export class DatabaseSnapshot {
  readonly #database: DatabaseSync;
  /** SQLite's user_version. */
  readonly layout: number;

  /** The moment is now. @throws StorageError when the file cannot be read. */
  constructor(path: string) {
    const { DatabaseSync } = sqlite();
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
      database.exec('BEGIN');
      // The transaction begins with its first read.
      this.layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      this.#database = database;
    } catch (error) {
      database?.close();
      throw storageError(path, error);
    }
  }

  /**
   * Copies the file to `to`, which must not exist, off the event loop. What was copied is flushed again and again on the way: one
   * large flush at the end would hold up the commits of everybody else.
   *
   * @param copied told how many pages of how many are there.
   */
  async copyTo(to: string, copied: (pages: number, of: number) => void = () => undefined): Promise<void> {
    const { backup } = sqlite();
    if (typeof backup !== 'function') throw new MaintenanceError(`A backup needs Node.js 22.16 or newer; this is ${process.versions.node}. Update Node.js, or stop Node-RED and copy the whole directory.`);
    const file = openSync(to, 'wx', 0o600);
    let flushed = 0;
    let flushing: Promise<void> | undefined;
    try {
      await backup(this.#database, to, {
        rate: PAGES,
        progress: ({ totalPages, remainingPages }) => {
          const pages = totalPages - remainingPages;
          copied(pages, totalPages);
          if (flushing || (pages - flushed) * 4_096 < FLUSH_EVERY) return;
          flushed = pages;
          flushing = flush(file).finally(() => {
            flushing = undefined;
          });
          flushing.catch(() => undefined);
        },
      });
      await flushing;
      await flush(file);
    } catch (error) {
      throw storageError(to, error);
    } finally {
      await flushing?.catch(() => undefined);
      closeSync(file);
    }
  }

  /** Lets go of the moment. May be called again. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function flush(file: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve())));
}
