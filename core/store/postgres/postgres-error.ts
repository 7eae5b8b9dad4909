import { messageOf } from '../../errors/holdfast-error.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import type { StorageFailure } from '../../sqlite/storage-error.ts';

/** Codes of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html) that have a cure of their own. */
const CURES = new Map<string, { failure: StorageFailure; cure: string }>([
  ['28P01', { failure: 'UNAVAILABLE', cure: 'The server refuses the user or the password. Open the backend and enter those of a user of this database.' }],
  ['28000', { failure: 'UNAVAILABLE', cure: 'The server does not let this user in from here. Add a line for the user and this address to its pg_hba.conf, and choose a TLS configuration if it asks for TLS.' }],
  ['3D000', { failure: 'UNAVAILABLE', cure: 'The server has no database of this name. Create it, or enter the name of another one.' }],
  ['53300', { failure: 'UNAVAILABLE', cure: 'The server has no connection left. Raise its max_connections, or lower the size of the pool.' }],
  ['53100', { failure: 'FULL', cure: 'The disk of the server is full. Free some space there; Holdfast goes on by itself as soon as there is room.' }],
  ['53200', { failure: 'UNAVAILABLE', cure: 'The server is out of memory. Give it more, or lower its work_mem.' }],
  ['25006', { failure: 'READ_ONLY', cure: 'The server only reads: it is a standby, or the database is set to read-only. Enter the address of the primary.' }],
  ['42501', { failure: 'READ_ONLY', cure: 'The user lacks a right. Let it own the schema: "CREATE SCHEMA holdfast AUTHORIZATION" with its name, or "GRANT CREATE ON DATABASE".' }],
  ['57014', { failure: 'UNAVAILABLE', cure: 'The server took longer than the time-out of the backend. Raise it, ask for less at a time, or look at what keeps the server busy.' }],
  ['55P03', { failure: 'UNAVAILABLE', cure: 'Somebody else keeps the tables locked. End that transaction.' }],
  ['40001', { failure: 'UNAVAILABLE', cure: 'Two transactions were in each other\'s way. Holdfast tries again by itself.' }],
  ['40P01', { failure: 'UNAVAILABLE', cure: 'Two transactions were in each other\'s way. Holdfast tries again by itself.' }],
  ['58030', { failure: 'INPUT_OUTPUT', cure: 'The disk of the server failed. Check it; nothing that was not on it has been acknowledged.' }],
  ['XX001', { failure: 'DAMAGED', cure: 'A table of the server is damaged. Restore it from a backup.' }],
  ['XX002', { failure: 'DAMAGED', cure: 'An index of the server is damaged. Run REINDEX on its schema.' }],
]);

/** The classes of codes that say that the connection is gone or the server is going: connection exception, operator intervention. */
const LOST = /^(08|57P0)/;
const NETWORK = /^(E[A-Z]{3,}|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;
/** What pg says without a code when the connection ends or does not come about. */
const ENDED = /Connection terminated|Query read timeout|Client has encountered a connection error|Client was closed|not queryable|The server does not support SSL/i;

/** Turns whatever pg threw for the server at `place` (`postgresql://host:port/database`) into a sentence with a cure. */
export function postgresError(place: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const known = CURES.get(codeOf(error));
  if (known) return new StorageError(known.failure, place, `${place}: ${known.cure} (${messageOf(error)})`, { cause: error });
  if (isConnectionLost(error)) return new StorageError('UNAVAILABLE', place, `The database ${place} cannot be reached: ${messageOf(error) || codeOf(error)}. Check that the server runs, and its address and TLS. Samples wait in the inbox until it is back.`, { cause: error });
  return new StorageError('FAILED', place, `The database ${place} could not be used: ${messageOf(error)}.`, { cause: error });
}

/** Whether the connection has ended, or none came about: another try needs a new one, and some patience. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return LOST.test(code) || NETWORK.test(code) || /^(28|3D000|53300)/.test(code) || ENDED.test(messageOf(error));
}

/** The code of PostgreSQL or of the system; empty when there is none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
