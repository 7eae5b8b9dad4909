import { deletionTimes } from '../bad-deletion-error.ts';
import type { Deletion, StoreCounts } from '../store.ts';
import type { Client } from './connection.ts';
import { bounded, nameToText } from './row.ts';
import type { Server } from './server.ts';
import { addUp } from './tally.ts';
import { lockForWriting, transaction } from './transaction.ts';
import { vacuum } from './vacuum.ts';

/** Readings that go in one transaction. */
const SLICE = 5_000;

const DELETE = `WITH doomed AS MATERIALIZED (SELECT series, ts FROM reading WHERE series = ANY($1) AND ts >= $2 AND ts < $3 LIMIT ${SLICE}),
  gone AS (DELETE FROM reading r USING doomed d WHERE r.series = d.series AND r.ts = d.ts AND r.ts >= $2 AND r.ts < $3 RETURNING r.series)
  SELECT series, count(*) FROM gone GROUP BY series`;

/**
 * Deletes readings, a slice at a time, then superseded ones and rollups, and has the tables vacuumed. What is written of that series and
 * time meanwhile may go with it.
 *
 * @returns how many readings went.
 * @throws BadDeletionError, StorageError
 */
export async function deleteReadings(server: Server, deletion: Deletion, counts: StoreCounts): Promise<number> {
  const times = deletionTimes(deletion);
  const [from, to] = [bounded(times.from), bounded(times.to)];
  return server.use(async (client) => {
    const series = await seriesOf(client, deletion);
    if (series.length === 0 || from >= to) return 0;
    let deleted = 0;
    for (let more = true; more;) {
      const gone = await transaction(client, () => deleteSlice(client, series, from, to));
      deleted += gone;
      counts.deleted += gone;
      more = gone >= SLICE;
    }
    await transaction(client, () => deleteRest(client, series, from, to));
    // Else the rows stay in the files, where nobody sees them, until the server has a mind to clean up.
    await vacuum(client, ['reading', 'superseded', 'rollup', 'series']);
    return deleted;
  });
}

async function seriesOf(client: Client, { device, metric }: Deletion): Promise<number[]> {
  const { rows } = await client.query<[number]>({ rowMode: 'array', text: 'SELECT id FROM series WHERE device = $1 AND ($2::text IS NULL OR metric = $2)', values: [nameToText(device), metric === undefined ? null : nameToText(metric)] });
  return rows.map(([id]) => id);
}

async function deleteSlice(client: Client, series: readonly number[], from: number, to: number): Promise<number> {
  await lockForWriting(client);
  await addUp(client);
  const { rows } = await client.query<[number, string]>({ name: 'holdfast-delete', rowMode: 'array', text: DELETE, values: [series, from, to] });
  if (rows.length > 0) {
    await client.query('UPDATE series s SET readings = s.readings - g.readings FROM unnest($1::integer[], $2::bigint[]) AS g (series, readings) WHERE s.id = g.series', [rows.map(([id]) => id), rows.map(([, count]) => count)]);
  }
  return rows.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function deleteRest(client: Client, series: readonly number[], from: number, to: number): Promise<void> {
  await lockForWriting(client);
  await addUp(client);
  await client.query('DELETE FROM superseded WHERE series = ANY($1) AND ts >= $2 AND ts < $3', [series, from, to]);
  await client.query('DELETE FROM rollup WHERE series = ANY($1) AND ts < $3 AND ts + width > $2', [series, from, to]);
  await client.query('UPDATE series s SET newest = (SELECT max(ts) FROM reading r WHERE r.series = s.id) WHERE id = ANY($1)', [series]);
  const { rowCount } = await client.query('DELETE FROM series s WHERE id = ANY($1) AND readings = 0 AND NOT EXISTS (SELECT FROM rollup r WHERE r.series = s.id)', [series]);
  if (rowCount) await client.query('UPDATE layout SET deletions = deletions + 1');
}
