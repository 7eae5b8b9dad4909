import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import pg from 'pg';
import type { Sample } from '../../../core/sample/sample.ts';
import { QUALITY } from '../../../core/sample/sample.ts';
import { postgresProcesses, postgresProgram, startPostgres } from './postgres-server.ts';
import type { PostgresAddress } from './postgres-server.ts';
import type { FileBytes } from './sqlite-file.ts';
import type { BucketFigures, OpenSystem, Processes, SeriesQuery, System } from './system.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS reading (device text NOT NULL, metric text NOT NULL, ts bigint NOT NULL, value double precision, quality smallint NOT NULL);
  CREATE INDEX IF NOT EXISTS reading_time ON reading (device, metric, ts)`;

export const postgresql: System = {
  name: 'postgresql',
  title: 'PostgreSQL, by COPY into a plain table with an index',
  start: startPostgres,
  async open(_directory, address) {
    if (!isAddress(address)) throw new Error('The benchmark was not told where its PostgreSQL is.');
    const { host, port, database, user, password } = address;
    const client = new pg.Client({ host, port, database, user, password });
    await client.connect();
    await client.query(SCHEMA);
    const copy = new Copy(address);
    return new OpenPostgres(client, copy, postgresProcesses(address.pid, copy.pid));
  },
};

/** A psql that copies one batch after the other. */
class Copy {
  readonly #psql: ChildProcessWithoutNullStreams;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #problem = '';

  constructor({ host, port, database, user, password }: PostgresAddress) {
    this.#psql = spawn(postgresProgram('psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', String(port), '-U', user, '-d', database], { env: { ...process.env, PGPASSWORD: password } });
    this.#psql.stdout.on('data', () => this.#done?.());
    this.#psql.stderr.on('data', (text: Buffer) => (this.#problem += text.toString()));
    this.#psql.on('close', () => this.#failed?.(new Error(`psql ended: ${this.#problem}`)));
  }

  get pid(): number {
    return this.#psql.pid ?? 0;
  }

  /** Resolves when the rows are committed. */
  rows(samples: readonly Sample[]): Promise<void> {
    let text = 'COPY reading FROM STDIN;\n';
    for (const { device, ts, values } of samples) for (const metric in values) text += `${device}\t${metric}\t${ts}\t${Number(values[metric])}\t${QUALITY.unknown}\n`;
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#psql.stdin.write(`${text}\\.\n\\echo copied\n`);
    });
  }

  end(): void {
    this.#failed = undefined;
    this.#psql.stdin.end();
  }
}

class OpenPostgres implements OpenSystem {
  readonly #client: pg.Client;
  readonly #copy: Copy;
  readonly others: Processes;

  constructor(client: pg.Client, copy: Copy, others: Processes) {
    this.#client = client;
    this.#copy = copy;
    this.others = others;
  }

  write(samples: readonly Sample[]): Promise<void> {
    return this.#copy.rows(samples);
  }

  async load(batches: Iterable<readonly Sample[]>): Promise<void> {
    for (const samples of batches) await this.#copy.rows(samples);
  }

  async settle(): Promise<FileBytes> {
    await this.#client.query('VACUUM ANALYZE reading');
    await this.#client.query('CHECKPOINT');
    return { used: Number((await this.#rows('SELECT pg_total_relation_size(\'reading\')', []))[0]?.[0]), free: 0 };
  }

  async range({ device, metric, from, to }: SeriesQuery): Promise<Array<{ ts: number; value: number }>> {
    const rows = await this.#rows('SELECT ts, value FROM reading WHERE device = $1 AND metric = $2 AND ts >= $3 AND ts < $4 ORDER BY ts', [device, metric, from, to]);
    return rows.map(([ts, value]) => ({ ts: Number(ts), value: Number(value) }));
  }

  async buckets({ device, metric, from, to }: SeriesQuery, count: number): Promise<BucketFigures[]> {
    const rows = await this.#rows('SELECT (ts - $3::bigint) / $5::bigint AS bucket, min(value), max(value), avg(value) FROM reading WHERE device = $1 AND metric = $2 AND ts >= $3 AND ts < $4 GROUP BY bucket ORDER BY bucket', [device, metric, from, to, (to - from) / count]);
    return rows.map(([bucket, min, max, mean]) => ({ bucket: Number(bucket), min: Number(min), max: Number(max), mean: Number(mean) }));
  }

  async latest(devices: readonly string[], metric: string): Promise<number[]> {
    const rows = await this.#rows('SELECT newest.value FROM unnest($1::text[]) WITH ORDINALITY AS asked (device, place), LATERAL (SELECT value FROM reading WHERE reading.device = asked.device AND metric = $2 ORDER BY ts DESC LIMIT 1) AS newest ORDER BY place', [devices, metric]);
    return rows.map(([value]) => Number(value));
  }

  async close(): Promise<void> {
    this.#copy.end();
    await this.#client.end();
  }

  async #rows(text: string, values: unknown[]): Promise<unknown[][]> {
    return (await this.#client.query<unknown[]>({ text, values, rowMode: 'array' })).rows;
  }
}

function isAddress(address: unknown): address is PostgresAddress {
  return typeof address === 'object' && address !== null && 'port' in address && 'password' in address;
}
