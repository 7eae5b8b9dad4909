import type { Client } from './connection.ts';

/** Runs `work` in one transaction: all of it is on the server's disk when this resolves, or none of it. */
export async function transaction<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that is gone has rolled back already.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** A commit is to be on disk when it returns, whatever the role or the database have been set to. */
const LOCK = `SELECT deletions, CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END FROM layout FOR UPDATE`;

/**
 * The lock of all that changes readings: one transaction at a time, whoever else uses the schema. It is the row of `layout`, so that
 * what it tells is what the one before has left.
 *
 * @returns how often readings have been deleted; when that has changed, numbers of series may have gone.
 */
export async function lockForWriting(client: Client): Promise<number> {
  const { rows } = await client.query<[string]>({ name: 'holdfast-lock', rowMode: 'array', text: LOCK });
  return Number(rows[0]?.[0] ?? 0);
}
