import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { Sample } from '../../../core/sample/sample.ts';
import { QUALITY } from '../../../core/sample/sample.ts';
import { settledBytes } from './sqlite-file.ts';
import type { FileBytes } from './sqlite-file.ts';
import type { BucketFigures, OpenSystem, SeriesQuery, System } from './system.ts';

const COLUMNS = 'device TEXT NOT NULL, metric TEXT NOT NULL, ts INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL';

const INDEXED = `CREATE TABLE IF NOT EXISTS reading (${COLUMNS}); CREATE INDEX IF NOT EXISTS reading_time ON reading (device, metric, ts)`;

export const sqliteIndexed: System = {
  name: 'sqlite',
  title: 'a plain SQLite table with an index',
  open: (directory) => Promise.resolve(new Sqlite(directory, INDEXED)),
};

export const sqliteSingle: System = {
  name: 'sqlite-single',
  title: 'the same, a transaction for each row, as a flow has it that inserts message by message',
  writesOnly: true,
  open: (directory) => Promise.resolve(new SingleSqlite(directory, INDEXED)),
};

export const sqliteClustered: System = {
  name: 'sqlite-clustered',
  title: 'a SQLite table clustered by device, metric and time',
  open: (directory) => Promise.resolve(new Sqlite(directory, `CREATE TABLE IF NOT EXISTS reading (${COLUMNS}, PRIMARY KEY (device, metric, ts)) WITHOUT ROWID`)),
};

class Sqlite implements OpenSystem {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #range: StatementSync;
  readonly #buckets: StatementSync;
  readonly #latest: StatementSync;

  constructor(directory: string, schema: string) {
    this.#path = join(directory, 'readings.sqlite');
    this.#database = new DatabaseSync(this.#path);
    this.#database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ${schema}`);
    this.#insert = this.#database.prepare('INSERT INTO reading VALUES (?, ?, ?, ?, ?)');
    this.#range = this.#database.prepare('SELECT ts, value FROM reading WHERE device = ? AND metric = ? AND ts >= ? AND ts < ? ORDER BY ts');
    this.#buckets = this.#database.prepare('SELECT CAST((ts - ?3) / ?5 AS INTEGER) AS bucket, min(value) AS min, max(value) AS max, avg(value) AS mean FROM reading WHERE device = ?1 AND metric = ?2 AND ts >= ?3 AND ts < ?4 GROUP BY bucket ORDER BY bucket');
    this.#latest = this.#database.prepare('SELECT value FROM reading WHERE device = ? AND metric = ? ORDER BY ts DESC LIMIT 1');
  }

  write(samples: readonly Sample[]): Promise<void> {
    this.#commit(samples);
    return Promise.resolve();
  }

  load(batches: Iterable<readonly Sample[]>): Promise<void> {
    this.#database.exec('PRAGMA synchronous=OFF');
    for (const samples of batches) this.#commit(samples);
    this.#database.exec('PRAGMA synchronous=FULL');
    return Promise.resolve();
  }

  #commit(samples: readonly Sample[]): void {
    this.#database.exec('BEGIN');
    this.insert(samples);
    this.#database.exec('COMMIT');
  }

  /** Where no transaction has begun, each row is one. */
  protected insert(samples: readonly Sample[]): void {
    for (const { device, ts, values } of samples) {
      for (const metric in values) this.#insert.run(device, metric, ts, Number(values[metric]), QUALITY.unknown);
    }
  }

  settle(): Promise<FileBytes> {
    return Promise.resolve(settledBytes(this.#path));
  }

  range({ device, metric, from, to }: SeriesQuery): Promise<Array<{ ts: number; value: number }>> {
    return Promise.resolve(this.#range.all(device, metric, from, to).map((row) => ({ ts: Number(row['ts']), value: Number(row['value']) })));
  }

  buckets({ device, metric, from, to }: SeriesQuery, count: number): Promise<BucketFigures[]> {
    const rows = this.#buckets.all(device, metric, from, to, (to - from) / count);
    return Promise.resolve(rows.map((row) => ({ bucket: Number(row['bucket']), min: Number(row['min']), max: Number(row['max']), mean: Number(row['mean']) })));
  }

  latest(devices: readonly string[], metric: string): Promise<number[]> {
    return Promise.resolve(devices.map((device) => Number(this.#latest.get(device, metric)?.['value'])));
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}

class SingleSqlite extends Sqlite {
  override write(samples: readonly Sample[]): Promise<void> {
    this.insert(samples);
    return Promise.resolve();
  }
}
