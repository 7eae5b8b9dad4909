import type { Client } from './connection.ts';
import type { IncomingRow } from './group.ts';
import { ROWS_A_TURN } from './next-turn.ts';
import type { Tally } from './tally.ts';

const INCOMING = `incoming AS (SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::double precision[], $5::smallint[], $6::smallint[], $7::text[], $8::text[])
  WITH ORDINALITY AS u (series, ts, received, number, kind, quality, text, note, place))`;

const INSERT = `WITH ${INCOMING} INSERT INTO reading (series, ts, received, number, kind, quality, text, note)
  SELECT series, ts, received, number, kind, quality, text, note FROM incoming ON CONFLICT (series, ts) DO NOTHING RETURNING series, ts`;

const SAME = (a: string, b: string): string => `(${columns(a)}) IS NOT DISTINCT FROM (${columns(b)})`;

/**
 * What differs from what stands takes its place, and the former is kept. But what was superseded before, and had been received by
 * then, is a redelivery. The bounds of time ($9, $10) keep PostgreSQL from looking into other partitions.
 */
const CORRECT = `WITH ${INCOMING}, correcting AS (
    SELECT i.*, r.kind AS former_kind, r.quality AS former_quality, r.number AS former_number, r.text AS former_text, r.note AS former_note
    FROM incoming i JOIN reading r ON r.series = i.series AND r.ts = i.ts AND r.ts >= $9 AND r.ts <= $10
    WHERE NOT ${SAME('r', 'i')} AND NOT EXISTS (SELECT FROM superseded s WHERE s.series = i.series AND s.ts = i.ts AND s.superseded >= i.received AND ${SAME('s', 'i')})),
  kept AS (INSERT INTO superseded (series, ts, superseded, kind, quality, number, text, note)
    SELECT series, ts, received, former_kind, former_quality, former_number, former_text, former_note FROM correcting ORDER BY place),
  changed AS (UPDATE reading r SET received = c.received, kind = c.kind, quality = c.quality, number = c.number, text = c.text, note = c.note
    FROM correcting c WHERE r.series = c.series AND r.ts = c.ts AND r.ts >= $9 AND r.ts <= $10)
  SELECT series, ts FROM correcting`;

/**
 * Takes in readings of which some may stand there already, within the running transaction, which has the lock of the writer. No two
 * of them have the same series and time.
 */
export async function mergeRows(client: Client, rows: readonly IncomingRow[], tally: Tally): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_A_TURN) await mergeSome(client, rows.slice(from, from + ROWS_A_TURN), tally);
}

async function mergeSome(client: Client, rows: readonly IncomingRow[], tally: Tally): Promise<void> {
  const byKey = new Map(rows.map((row) => [keyOf(row.series.id, row.ts), row]));
  for (const row of await keysOf(client, 'insert', INSERT, valuesOf(rows), byKey)) {
    byKey.delete(keyOf(row.series.id, row.ts));
    tally.stores(row.series, row.ts);
  }
  if (byKey.size === 0) return;
  const standing = [...byKey.values()];
  const times = standing.map(({ ts }) => ts);
  const bounds = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  tally.corrected += (await keysOf(client, 'correct', CORRECT, [...valuesOf(standing), ...bounds], byKey)).length;
}

async function keysOf(client: Client, name: string, text: string, values: unknown[], rows: ReadonlyMap<string, IncomingRow>): Promise<IncomingRow[]> {
  const { rows: keys } = await client.query<[number, string]>({ name: `holdfast-${name}`, rowMode: 'array', text, values });
  return keys.flatMap(([series, ts]) => rows.get(keyOf(series, ts)) ?? []);
}

function keyOf(series: number, ts: number | string): string {
  return `${series} ${ts}`;
}

function valuesOf(rows: readonly IncomingRow[]): unknown[] {
  return [
    rows.map(({ series }) => series.id), rows.map(({ ts }) => ts), rows.map(({ received }) => received), rows.map(({ number }) => number),
    rows.map(({ kind }) => kind), rows.map(({ quality }) => quality), rows.map(({ text }) => text), rows.map(({ note }) => note),
  ];
}

function columns(table: string): string {
  return ['kind', 'quality', 'number', 'text', 'note'].map((column) => `${table}.${column}`).join(', ');
}
