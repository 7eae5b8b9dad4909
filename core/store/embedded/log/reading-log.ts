import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { transaction } from '../../../sqlite/database.ts';
import { StorageError } from '../../../sqlite/storage-error.ts';
import type { Sample } from '../../../sample/sample.ts';
import { DamagedDataError } from '../../codec/damaged-data-error.ts';
import { checkLog } from './log-codec.ts';
import { LogEncoder } from './log-encoder.ts';
import type { FindSeries } from './log-encoder.ts';
import type { SeriesIndex } from '../series/series-index.ts';

export interface ReadingLogOptions {
  database: DatabaseSync;
  path: string;
  index: SeriesIndex;
  problem: (error: Error) => void;
}

/** A row of the log. */
export interface LogBlob {
  row: number;
  blob: Buffer;
}

/** A commit larger than this takes several blobs. */
const BLOB_BYTES = 4 << 20;

/** The table `log`: what was committed and is not in chunks yet, as one blob a commit. */
export class ReadingLog {
  readonly #options: ReadingLogOptions;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #encoder = new LogEncoder();
  #blobs: LogBlob[] = [];
  #inTransaction = false;
  #lastId = 0;
  #firstId = 1;
  readings = 0;
  bytes = 0;

  constructor(options: ReadingLogOptions) {
    this.#options = options;
    this.#insert = options.database.prepare('INSERT INTO log (id, count, data) VALUES (?, ?, ?)');
    this.#trim = options.database.prepare('DELETE FROM log WHERE id <= ?');
  }

  /** The number of the oldest row, or that of the next one when there is none. */
  get firstId(): number {
    return this.#firstId;
  }

  /** The number of the newest row. */
  get lastId(): number {
    return this.#lastId;
  }

  /**
   * Puts the readings of all samples on disk: all of them, or none and throws. @returns the blobs it made of them, valid until
   * the next call.
   */
  write(writes: readonly (readonly Sample[])[], now: number): readonly LogBlob[] {
    const { database, index } = this.#options;
    const encoder = this.#encoder;
    const before = { readings: this.readings, bytes: this.bytes, lastId: this.#lastId };
    this.#blobs = [];
    encoder.begin(now);
    try {
      for (const samples of writes) {
        for (const sample of samples) {
          encoder.add(sample, index.device(sample.device), this.#find);
          if (encoder.length >= BLOB_BYTES) this.#flush(now);
        }
      }
      // With nothing else to write, the one INSERT is a transaction by itself.
      if (encoder.count > 0) this.#append(encoder.finish(), encoder.count);
      if (this.#inTransaction) database.exec('COMMIT');
      index.keepNew();
      return this.#blobs;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      Object.assign(this, { readings: before.readings, bytes: before.bytes });
      this.#lastId = before.lastId;
      index.forgetNew();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Hands over each blob that is sound, the oldest first; sets aside and tells of those that are not. */
  replay(take: (blob: Buffer, row: number) => void): void {
    const { database, index } = this.#options;
    this.#lastId = index.logged;
    this.#firstId = Number(database.prepare('SELECT min(id) AS first FROM log').get()?.['first'] ?? index.logged + 1);
    const damaged: Array<{ id: number; count: number; cause: Error }> = [];
    for (const row of database.prepare('SELECT id, count, data FROM log ORDER BY id').iterate()) {
      const data = row['data'] instanceof Uint8Array ? row['data'] : new Uint8Array();
      const [id, count] = [Number(row['id']), Number(row['count'])];
      this.#lastId = Math.max(this.#lastId, id);
      try {
        checkLog(data);
      } catch (error) {
        if (!(error instanceof DamagedDataError)) throw error;
        damaged.push({ id, count, cause: error });
        continue;
      }
      this.readings += count;
      this.bytes += data.length;
      take(Buffer.from(data.buffer, data.byteOffset, data.byteLength), id);
    }
    if (damaged.length > 0) this.#setAside(damaged);
  }

  /** Hands over each blob once more, which `replay` has found sound. */
  replayAgain(take: (blob: Buffer, row: number) => void): void {
    for (const row of this.#options.database.prepare('SELECT id, data FROM log ORDER BY id').iterate()) {
      const data = row['data'];
      if (data instanceof Uint8Array) take(Buffer.from(data.buffer, data.byteOffset, data.byteLength), Number(row['id']));
    }
  }

  /** Deletes the rows up to that number, which have `readings` and `bytes`, within the running transaction. */
  trim(id: number): void {
    this.#trim.run(id);
  }

  /** The transaction of `trim` is on disk. */
  trimmed(id: number, readings: number, bytes: number): void {
    this.#firstId = id + 1;
    this.readings -= readings;
    this.bytes -= bytes;
  }

  readonly #find: FindSeries = (device, metric, place) => this.#options.index.get(device, metric, place, () => this.#begin());

  #begin(): number {
    if (!this.#inTransaction) this.#options.database.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    return this.#lastId;
  }

  #flush(now: number): void {
    this.#begin();
    this.#append(Buffer.from(this.#encoder.finish()), this.#encoder.count);
    this.#encoder.begin(now);
  }

  #append(blob: Buffer, count: number): void {
    // Numbers are never given again: a series knows by them what of it is in chunks.
    this.#lastId += 1;
    this.#insert.run(this.#lastId, count, blob);
    this.#blobs.push({ row: this.#lastId, blob });
    this.readings += count;
    this.bytes += blob.length;
  }

  #setAside(damaged: ReadonlyArray<{ id: number; count: number; cause: Error }>): void {
    const { database, path, problem } = this.#options;
    transaction(database, () => {
      for (const { id } of damaged) {
        database.prepare(`INSERT INTO damaged (source, count, data) SELECT 'log', count, data FROM log WHERE id = ?`).run(id);
        database.prepare('DELETE FROM log WHERE id = ?').run(id);
      }
    });
    for (const { count, cause } of damaged) {
      problem(new StorageError('DAMAGED', path, `${count} readings that were written to ${path} shortly before it was last closed are damaged (${cause.message}). Everything else is served. Restore the file from a backup to have them again.`, { cause }));
    }
  }
}
