import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../../../core/sample/sample.ts';
import { QUALITY } from '../../../core/sample/sample.ts';
import { installPeers } from './duckdb-install.ts';
import type { FileBytes } from './sqlite-file.ts';
import type { BucketFigures, OpenSystem, SeriesQuery, System } from './system.ts';

/** What of @duckdb/node-api is used. Its own types are there only once it is installed. */
interface DuckDb {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> };
  DuckDBDataChunk: { create(types: readonly unknown[], rows: number): DataChunk };
  VARCHAR: unknown;
  BIGINT: unknown;
  DOUBLE: unknown;
  UTINYINT: unknown;
}

interface DataChunk {
  rowCount: number;
  setColumns(columns: readonly (readonly unknown[])[]): void;
}

interface Appender {
  appendDataChunk(chunk: DataChunk): void;
  flushSync(): void;
  closeSync(): void;
}

interface Connection {
  run(sql: string, values?: readonly unknown[]): Promise<unknown>;
  runAndReadAll(sql: string, values?: readonly unknown[]): Promise<{ getRows(): unknown[][] }>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}

/** The most rows of a chunk. */
const CHUNK_ROWS = 2_048;

export const duckdb: System = {
  name: 'duckdb',
  title: 'DuckDB, by its appender',
  async open(directory) {
    const library: unknown = await import(installPeers());
    if (!isDuckDb(library)) throw new Error('The package @duckdb/node-api is not what it was. Remove bench/store/peers/node_modules, so that the right version is installed.');
    const path = join(directory, 'readings.duckdb');
    const instance = await library.DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run('CREATE TABLE IF NOT EXISTS reading (device VARCHAR NOT NULL, metric VARCHAR NOT NULL, ts BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL)');
    const appender = await connection.createAppender('reading');
    return new OpenDuckDb(library, path, connection, appender, () => instance.closeSync());
  },
};

class OpenDuckDb implements OpenSystem {
  readonly #library: DuckDb;
  readonly #path: string;
  readonly #connection: Connection;
  readonly #appender: Appender;
  readonly #end: () => void;

  constructor(library: DuckDb, path: string, connection: Connection, appender: Appender, end: () => void) {
    this.#library = library;
    this.#path = path;
    this.#connection = connection;
    this.#appender = appender;
    this.#end = end;
  }

  write(samples: readonly Sample[]): Promise<void> {
    this.#append(samples);
    // Outside of a transaction, a flush is one of its own, on disk when it returns.
    this.#appender.flushSync();
    return Promise.resolve();
  }

  load(batches: Iterable<readonly Sample[]>): Promise<void> {
    for (const samples of batches) this.#append(samples);
    this.#appender.flushSync();
    return Promise.resolve();
  }

  async settle(): Promise<FileBytes> {
    await this.#connection.run('CHECKPOINT');
    return { used: statSync(this.#path).size, free: 0 };
  }

  // A bigint is bound as a HUGEINT of 128 bits, with which all arithmetic takes ten times as long.
  async range({ device, metric, from, to }: SeriesQuery): Promise<Array<{ ts: number; value: number }>> {
    const rows = await this.#rows('SELECT ts, value FROM reading WHERE device = $1 AND metric = $2 AND ts >= $3::BIGINT AND ts < $4::BIGINT ORDER BY ts', [device, metric, BigInt(from), BigInt(to)]);
    return rows.map(([ts, value]) => ({ ts: Number(ts), value: Number(value) }));
  }

  async buckets({ device, metric, from, to }: SeriesQuery, count: number): Promise<BucketFigures[]> {
    const rows = await this.#rows('SELECT (ts - $3::BIGINT) // $5::BIGINT AS bucket, min(value), max(value), avg(value) FROM reading WHERE device = $1 AND metric = $2 AND ts >= $3::BIGINT AND ts < $4::BIGINT GROUP BY bucket ORDER BY bucket', [device, metric, BigInt(from), BigInt(to), BigInt((to - from) / count)]);
    return rows.map(([bucket, min, max, mean]) => ({ bucket: Number(bucket), min: Number(min), max: Number(max), mean: Number(mean) }));
  }

  async latest(_devices: readonly string[], metric: string): Promise<number[]> {
    const rows = await this.#rows('SELECT arg_max(value, ts) FROM reading WHERE metric = $1 AND device <> \'long\' GROUP BY device ORDER BY device', [metric]);
    return rows.map(([value]) => Number(value));
  }

  close(): Promise<void> {
    this.#appender.closeSync();
    this.#connection.closeSync();
    this.#end();
    return Promise.resolve();
  }

  #append(samples: readonly Sample[]): void {
    const { DuckDBDataChunk, VARCHAR, BIGINT, DOUBLE, UTINYINT } = this.#library;
    let columns = emptyColumns();
    const append = (): void => {
      const chunk = DuckDBDataChunk.create([VARCHAR, VARCHAR, BIGINT, DOUBLE, UTINYINT], columns[0].length);
      chunk.setColumns(columns);
      this.#appender.appendDataChunk(chunk);
      columns = emptyColumns();
    };
    for (const { device, ts, values } of samples) {
      for (const metric in values) {
        columns[0].push(device);
        columns[1].push(metric);
        columns[2].push(BigInt(ts));
        columns[3].push(Number(values[metric]));
        columns[4].push(QUALITY.unknown);
        if (columns[0].length === CHUNK_ROWS) append();
      }
    }
    if (columns[0].length > 0) append();
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql, values)).getRows();
  }
}

function emptyColumns(): [string[], string[], bigint[], number[], number[]] {
  return [[], [], [], [], []];
}

function isDuckDb(library: unknown): library is DuckDb {
  return typeof library === 'object' && library !== null && 'DuckDBInstance' in library && 'DuckDBDataChunk' in library && 'VARCHAR' in library;
}
