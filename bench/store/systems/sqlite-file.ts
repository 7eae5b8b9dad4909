import { DatabaseSync } from 'node:sqlite';

/** Bytes of a SQLite file once everything is in it. Pages that are free now, since what was in them has moved, are counted by themselves: they are used again. */
export interface FileBytes {
  used: number;
  free: number;
}

/** Brings everything into the file that is still in its write-ahead log, and counts. */
export function settledBytes(path: string): FileBytes {
  const database = new DatabaseSync(path);
  try {
    const figure = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? NaN);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const free = figure('freelist_count');
    return { used: (figure('page_count') - free) * figure('page_size'), free: free * figure('page_size') };
  } finally {
    database.close();
  }
}
