import type { QueryConfig } from 'pg';
import type { Client } from './connection.ts';

/** The longest that cleaning up may take, in milliseconds: nobody waits for it. */
const LIMIT = 6 * 3_600_000;

/** Cleans up after rows have gone, so that nothing of them is left in the tables and their room is free; counts what is left. */
export async function vacuum(client: Client, tables: readonly string[]): Promise<void> {
  await client.query(`SET statement_timeout = ${LIMIT}`);
  try {
    for (const table of tables) {
      // pg takes a time-out of its own with each query, which its types do not tell.
      const query: QueryConfig & { query_timeout: number } = { text: `VACUUM (ANALYZE) ${table}`, query_timeout: LIMIT };
      await client.query(query);
    }
  } finally {
    await client.query('RESET statement_timeout');
  }
}
