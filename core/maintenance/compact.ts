import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { storageError } from '../sqlite/storage-error.ts';
import { writeFileAtomically } from '../workspace/atomic-file.ts';
import { ChunkTable } from '../store/embedded/chunk-table.ts';
import { LAYOUT } from '../store/embedded/layout.ts';
import { SeriesIndex } from '../store/embedded/series/series-index.ts';
import type { Series } from '../store/embedded/series/series-index.ts';
import { SqliteStore } from '../store/embedded/sqlite-store.ts';
import { ChunkMerger } from './chunk-merger.ts';
import { MaintenanceError } from './maintenance-error.ts';

export interface CompactOptions {
  /** The directory of a backend that nobody uses, locked. */
  directory: string;
  clock: Clock;
  /** A new file to which damaged parts are moved; without it they stay where they are. */
  damagedTo?: string;
  /** Told of each series that is done: how many, of how many. */
  progress?: (done: number, of: number) => void;
  /** Told of readings that cannot be read and stay as they are. */
  problem?: (error: Error) => void;
}

export interface Compaction {
  bytesBefore: number;
  bytesAfter: number;
  /** Chunks that were written anew, and what they are now. */
  chunksRewritten: number;
  chunksWritten: number;
  /** Damaged parts that were moved out, and the readings they once had. */
  movedOut: number;
  readingsMovedOut: number;
}

/** Series whose chunks are rewritten in one transaction. */
const SERIES_AT_ONCE = 64;

/**
 * Makes `store.sqlite` as small as it goes: moves the log into chunks, writes chunks of an older version anew, joins small ones that
 * follow each other, and gives free pages back to the disk. Each step is a transaction: a power cut leaves the store as it was or partly
 * compacted, and sound.
 *
 * @throws MaintenanceError without a store or without room, StorageError when the file cannot be read or written.
 */
export function compactStore({ directory, clock, damagedTo, progress = () => undefined, problem = () => undefined }: CompactOptions): Compaction {
  const path = join(directory, 'store.sqlite');
  const bytesBefore = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytesBefore === undefined) throw new MaintenanceError(`There is no store.sqlite in ${directory}. Give the directory of a backend with an embedded store.`);
  if (damagedTo !== undefined && existsSync(damagedTo)) throw new MaintenanceError(`${damagedTo} exists already. Name a file that does not.`);
  refuseWithoutRoom(path, bytesBefore);
  seal(path, clock, problem);
  const database = openDatabase(path, LAYOUT);
  try {
    const chunks = new ChunkTable({ database, path, problem });
    const merger = new ChunkMerger({ database, chunks });
    rewriteAll(database, merger, damagedTo !== undefined, progress);
    const moved = damagedTo === undefined ? { parts: 0, readings: 0 } : moveOut(database, damagedTo);
    database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    return { bytesBefore, bytesAfter: statSync(path).size, chunksRewritten: merger.rewritten, chunksWritten: merger.written, movedOut: moved.parts, readingsMovedOut: moved.readings };
  } catch (error) {
    throw storageError(path, error);
  } finally {
    database.close();
  }
}

function seal(path: string, clock: Clock, problem: (error: Error) => void): void {
  const store = new SqliteStore({ path, clock, problem });
  try {
    store.seal();
  } finally {
    store.close();
  }
}

function rewriteAll(database: DatabaseSync, merger: ChunkMerger, setAside: boolean, progress: (done: number, of: number) => void): void {
  const all = new SeriesIndex(database).byId.filter((series): series is Series => series !== undefined);
  for (let done = 0; done < all.length; done += SERIES_AT_ONCE) {
    const some = all.slice(done, done + SERIES_AT_ONCE);
    transaction(database, () => some.forEach((series) => merger.rewrite(series, setAside)));
    progress(Math.min(all.length, done + SERIES_AT_ONCE), all.length);
  }
}

/** Moves what was set aside to a file of JSON lines, the bytes in base64. They leave the store only when the file is on disk. */
function moveOut(database: DatabaseSync, file: string): { parts: number; readings: number } {
  const rows = database.prepare('SELECT damaged.id AS id, source, device, metric, first_ts, last_ts, count, data FROM damaged LEFT JOIN series ON series.id = damaged.series ORDER BY damaged.id').all();
  if (rows.length === 0) return { parts: 0, readings: 0 };
  const lines = rows.map(({ source, device, metric, first_ts: from, last_ts: to, count, data }) => JSON.stringify({ source, device, metric, from, to, readings: count, data: data instanceof Uint8Array ? Buffer.from(data).toString('base64') : null }));
  writeFileAtomically(file, `${lines.join('\n')}\n`);
  transaction(database, () => {
    const remove = database.prepare('DELETE FROM damaged WHERE id = ?');
    for (const { id } of rows) remove.run(Number(id));
  });
  return { parts: rows.length, readings: rows.reduce((sum, { count }) => sum + Number(count), 0) };
}

/** VACUUM writes the file a second time, and once more into the write-ahead log. */
function refuseWithoutRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < 2 * bytes) throw new MaintenanceError(`Compacting ${path} needs ${Math.ceil((2 * bytes) / 2 ** 20)} MiB of room, and the disk has ${Math.floor((bavail * bsize) / 2 ** 20)}. Free some space.`);
}
