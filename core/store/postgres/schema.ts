import { StorageError } from '../../sqlite/storage-error.ts';
import type { Client } from './connection.ts';
import { Hypertable } from './hypertable.ts';
import { OTHER, WEEK } from './partitions.ts';

/** The oldest major version that is used and tested. */
const OLDEST = 15;

/** The columns of a value and what rides with it; see row.ts. */
const VALUE_COLUMNS = 'kind smallint NOT NULL, quality smallint NOT NULL, number double precision, text text, note text';

/**
 * The n-th takes a schema from layout n to n + 1. Columns of eight bytes come first: PostgreSQL pads the others to where they begin.
 *
 * `tally` is what commits have changed in `series` and have not been added up there yet: a row each, in place of one for each series
 * that a commit touches. `expired` is when readings of a series begin. What a rollup sums up beyond 1e290 is in `huge`, divided by 2^64,
 * since PostgreSQL refuses a sum that runs over.
 */
const MIGRATIONS: ReadonlyArray<(hypertable: boolean) => string> = [
  (hypertable) => `CREATE TABLE series (
     id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device text COLLATE "C" NOT NULL, metric text COLLATE "C" NOT NULL,
     readings bigint NOT NULL DEFAULT 0, newest bigint, expired bigint, UNIQUE (device, metric)) WITH (fillfactor = 70);
   CREATE TABLE reading (ts bigint NOT NULL, received bigint NOT NULL, number double precision, series integer NOT NULL,
     kind smallint NOT NULL, quality smallint NOT NULL, text text, note text, PRIMARY KEY (series, ts))${hypertable ? '' : ' PARTITION BY RANGE (ts)'};
   ${hypertable ? '' : `CREATE TABLE ${OTHER} PARTITION OF reading DEFAULT;`}
   CREATE INDEX reading_ts ON reading USING brin (ts);
   CREATE TABLE superseded (ts bigint NOT NULL, superseded bigint NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, series integer NOT NULL, ${VALUE_COLUMNS});
   CREATE INDEX superseded_series ON superseded (series, ts);
   CREATE TABLE tally (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, series integer[] NOT NULL, readings integer[] NOT NULL, newest bigint[] NOT NULL);
   CREATE TABLE rollup (ts bigint NOT NULL, width bigint NOT NULL, count bigint NOT NULL, good bigint NOT NULL, numbers bigint NOT NULL,
     min double precision, max double precision, sum double precision NOT NULL, huge double precision NOT NULL,
     first_ts bigint NOT NULL, last_ts bigint NOT NULL, first_number double precision, last_number double precision,
     series integer NOT NULL, first_kind smallint NOT NULL, last_kind smallint NOT NULL, first_text text, last_text text, PRIMARY KEY (series, width, ts));
   CREATE VIEW summary AS SELECT s.id, s.device, s.metric, s.readings + coalesce(t.readings, 0) AS readings, greatest(s.newest, t.newest) AS newest, s.expired
     FROM series s LEFT JOIN (SELECT u.series, sum(u.readings)::bigint AS readings, max(u.newest) AS newest
       FROM tally, unnest(tally.series, tally.readings, tally.newest) AS u (series, readings, newest) GROUP BY u.series) t ON t.series = s.id;`,
];

/**
 * Makes the schema when it is missing and brings it to the newest layout, one process at a time.
 *
 * @throws StorageError when the server is too old or does not put commits on disk, or the schema was written by a newer Holdfast.
 */
export async function migrate(client: Client, schema: string, place: string): Promise<void> {
  const { rows } = await client.query<{ version: number; durable: string }>(`SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS durable`);
  const { version = 0, durable = '' } = rows[0] ?? {};
  if (version < OLDEST) throw new StorageError('UNAVAILABLE', place, `The server ${place} is PostgreSQL ${version}; ${OLDEST} is the oldest that can be used. Update it.`);
  if (durable === 'off') throw new StorageError('UNAVAILABLE', place, `The server ${place} has fsync off: what it says to have committed would be lost with its power. Set fsync = on in its postgresql.conf.`);
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`holdfast ${schema}`]);
    await migrateAlone(client, schema, place);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function migrateAlone(client: Client, schema: string, place: string): Promise<void> {
  // CREATE SCHEMA IF NOT EXISTS needs the right to create schemas also where there is one already.
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${schema}`);
  await client.query('CREATE TABLE IF NOT EXISTS layout (version integer NOT NULL, deletions bigint NOT NULL, hypertable boolean NOT NULL, time bigint, steady bigint)');
  const { rows: [found] } = await client.query<{ version: number }>('SELECT version FROM layout');
  const layout = found?.version ?? 0;
  if (layout > MIGRATIONS.length) throw new StorageError('TOO_NEW', place, `The schema ${schema} in ${place} was written by a newer Holdfast (layout ${layout}, this one knows ${MIGRATIONS.length}). Update @holdfast/node-red.`);
  if (layout === MIGRATIONS.length) return;
  if (layout === 0) await client.query('INSERT INTO layout VALUES (0, 0, $1)', [(await Hypertable.find(client)) !== undefined]);
  const { rows: [{ hypertable } = { hypertable: false }] } = await client.query<{ hypertable: boolean }>('SELECT hypertable FROM layout');
  for (const sql of MIGRATIONS.slice(layout)) await client.query(sql(hypertable));
  if (layout === 0 && hypertable) await (await Hypertable.find(client))?.make(client, WEEK);
  await client.query('UPDATE layout SET version = $1', [MIGRATIONS.length]);
}
