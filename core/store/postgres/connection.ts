import type { Pool, PoolClient } from 'pg';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { StorageError } from '../../sqlite/storage-error.ts';

/** TLS to the server, in PEM. */
export interface PostgresTls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  passphrase?: string;
  servername?: string;
  rejectUnauthorized: boolean;
}

/** Where the database is and how it is used. */
export interface PostgresConnection {
  host: string;
  port: number;
  database: string;
  /** A schema of Holdfast's own; made when it is missing. */
  schema: string;
  user: string;
  password: string;
  tls?: PostgresTls;
  /** Connections at most, at least 2: writing has one for itself. */
  poolSize: number;
  /** The longest a statement may take, in milliseconds. */
  timeout: number;
}

export type Client = PoolClient;

const NAME = /^[a-z_][a-z0-9_]{0,50}$/;
/** A connection comes about within this time, or not at all, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;
const IDLE_TIMEOUT = 60_000;
/** A connection that was cut without a word is given up this long after the statement should have ended. */
const GRACE = 5_000;

/** The place of the database, for sentences; without user and password. */
export function placeOf({ host, port, database }: PostgresConnection): string {
  return `postgresql://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/** @throws ConfigError for a setting that cannot work. */
export function checkConnection({ host, database, schema, poolSize }: PostgresConnection): void {
  if (host === '') throw new ConfigError('postgresHost', 'The backend has no PostgreSQL server. Enter its address, or keep the readings in the embedded store.');
  if (database === '') throw new ConfigError('postgresDatabase', 'The backend has no database. Enter the name of one that exists on the server.');
  if (!NAME.test(schema)) throw new ConfigError('postgresSchema', `postgresSchema is "${schema.slice(0, 60)}". Use up to 51 small letters, digits and _, and no digit at the beginning.`);
  if (poolSize < 2) throw new ConfigError('postgresPoolSize', `postgresPoolSize is ${poolSize}. Use at least 2: writing has a connection for itself.`);
}

/**
 * A pool of so many connections; none is opened before it is asked for.
 *
 * @param importer loads pg; only tests hand over another.
 * @throws StorageError when pg is not installed.
 */
export async function openPool(connection: PostgresConnection, size: number, importer: () => Promise<typeof import('pg')> = () => import('pg')): Promise<Pool> {
  const { host, port, database, schema, user, password, tls, timeout } = connection;
  const { default: pg } = await importer().catch((cause: unknown) => {
    throw new StorageError('UNAVAILABLE', placeOf(connection), 'PostgreSQL cannot be used: the library pg is not installed. Run "npm install pg" where Holdfast is installed, and restart Node-RED.', { cause });
  });
  const pool = new pg.Pool({
    host, port, database, user, password,
    max: size,
    // Nothing here may reach for the environment of the process or for ~/.pgpass.
    ssl: tls ?? false,
    options: `-c search_path=${schema} -c timezone=UTC -c client_encoding=UTF8 -c jit=off`,
    application_name: 'holdfast',
    statement_timeout: timeout,
    query_timeout: timeout + GRACE,
    idle_in_transaction_session_timeout: timeout + GRACE,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    idleTimeoutMillis: IDLE_TIMEOUT,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // A connection that ends while nobody uses it; whoever asks for the next one finds out what is wrong.
  pool.on('error', () => undefined);
  return pool;
}
