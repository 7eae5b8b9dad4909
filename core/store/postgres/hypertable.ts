import type { Client } from './connection.ts';
import type { Partition } from './partitions.ts';

const OF_READING = `hypertable_schema = current_schema() AND hypertable_name = 'reading'`;

/** What TimescaleDB offers where its extension is in the database when the schema is made: chunks in place of partitions, and compression. */
export class Hypertable {
  /** The schema that has the functions of the extension, quoted. */
  readonly #functions: string;

  private constructor(functions: string) {
    this.#functions = functions;
  }

  /** @returns undefined where the database has no TimescaleDB. */
  static async find(client: Client): Promise<Hypertable | undefined> {
    const { rows: [found] } = await client.query<{ functions: string }>(`SELECT quote_ident(n.nspname) AS functions FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'`);
    return found && new Hypertable(found.functions);
  }

  /** Makes a hypertable of the table `reading`, which is empty, and says how its chunks are compressed, as far as the edition can. */
  async make(client: Client, width: number): Promise<void> {
    await client.query(`SELECT ${this.#functions}.create_hypertable('reading', 'ts', chunk_time_interval => ${width}::bigint)`);
    await client.query('SAVEPOINT compression');
    try {
      await client.query(`ALTER TABLE reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'ts')`);
    } catch {
      // The edition under the Apache licence has no compression.
      await client.query('ROLLBACK TO SAVEPOINT compression');
    }
  }

  async chunks(client: Client): Promise<Partition[]> {
    const { rows } = await client.query<{ name: string; from: string; to: string }>(`SELECT format('%I.%I', chunk_schema, chunk_name) AS name, range_start_integer AS from, range_end_integer AS to FROM timescaledb_information.chunks WHERE ${OF_READING}`);
    return rows.map(({ name, from, to }) => ({ name, from: Number(from), to: Number(to) }));
  }

  async drop(client: Client, { from, to }: Partition): Promise<void> {
    await client.query(`SELECT ${this.#functions}.drop_chunks('reading', older_than => ${to}::bigint, newer_than => ${from}::bigint)`);
  }

  /** Compresses a chunk that ended before a time, where there is one and the edition can. */
  async compress(client: Client, before: number): Promise<void> {
    await client.query(`SELECT ${this.#functions}.compress_chunk(format('%I.%I', chunk_schema, chunk_name)::regclass, true) FROM timescaledb_information.chunks
      WHERE ${OF_READING} AND NOT is_compressed AND range_end_integer < $1 AND EXISTS (SELECT FROM timescaledb_information.hypertables WHERE ${OF_READING} AND compression_enabled) ORDER BY range_end_integer LIMIT 1`, [before]);
  }

  /** Bytes that its chunks take, which lie in a schema of the extension. */
  async bytes(client: Client): Promise<number> {
    const { rows: [found] } = await client.query<{ bytes: string | null }>(`SELECT ${this.#functions}.hypertable_size('reading') AS bytes`);
    return Number(found?.bytes ?? 0);
  }
}
