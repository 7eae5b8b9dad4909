import type { Bucket, BucketQuery, Buckets } from '../bucket.ts';
import { mergedBucket } from '../bucket.ts';
import { checkEdges } from '../bucket-edges.ts';
import type { Client } from './connection.ts';
import { IS_NUMBER, KIND, nameToText, valueOf } from './row.ts';
import type { Server } from './server.ts';

/** What pg gives of a bucket; a bigint as text. */
export type BucketRow = [
  place: number, count: string, good: string, numbers: string, min: number | null, max: number | null, sum: number, huge: number,
  firstTs: string, firstKind: number, firstNumber: number | null, firstText: string | null,
  lastTs: string, lastKind: number, lastNumber: number | null, lastText: string | null,
];

/** Beyond this, a sum may run over, which PostgreSQL refuses; it is summed up apart, divided by 2^64. */
const HUGE = '1e290';
const SCALE = 2 ** 64;
const BIG = `abs(number) >= ${HUGE}`;

/** In SQL: what readings of one group come to. */
export const SUMS = `count(*) AS count, count(*) FILTER (WHERE quality = 1) AS good, count(*) FILTER (WHERE ${IS_NUMBER}) AS numbers,
  min(number) FILTER (WHERE ${IS_NUMBER}) AS min, max(number) FILTER (WHERE ${IS_NUMBER}) AS max,
  coalesce(sum(number) FILTER (WHERE ${IS_NUMBER} AND NOT ${BIG}), 0) AS sum, coalesce(sum(number / ${SCALE}) FILTER (WHERE ${IS_NUMBER} AND ${BIG}), 0) AS huge,
  min(ts) AS first_ts, max(ts) AS last_ts`;

/** Readings and rollups are asked for in one statement: a reading is in one of them, whatever happens meanwhile. */
const BUCKETS = `WITH chosen AS (SELECT id FROM series WHERE device = $1 AND metric = $2),
  summed AS (SELECT width_bucket(ts, $3::bigint[]) AS place, ${SUMS}
    FROM reading WHERE series = (SELECT id FROM chosen) AND ts >= $4 AND ts < $5 AND kind <> ${KIND.null} AND quality <= $6 GROUP BY 1)
  SELECT b.place, b.count, b.good, b.numbers, b.min, b.max, b.sum, b.huge, f.ts, f.kind, f.number, f.text, l.ts, l.kind, l.number, l.text
  FROM summed b CROSS JOIN LATERAL ${readingAt('b.first_ts')} f CROSS JOIN LATERAL ${readingAt('b.last_ts')} l
  UNION ALL SELECT width_bucket(ts, $3::bigint[]), count, good, numbers, min, max, sum, huge, first_ts, first_kind, first_number, first_text, last_ts, last_kind, last_number, last_text
  FROM rollup WHERE series = (SELECT id FROM chosen) AND ts >= $4 AND ts < $5`;

/** Answers questions in buckets. The server sums up, so that no reading leaves it. */
export class BucketReader {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /** @throws BucketEdgesError; the reason of `signal`; StorageError. */
  async buckets(query: BucketQuery): Promise<Buckets> {
    const { edges, signal } = query;
    checkEdges(edges);
    signal?.throwIfAborted();
    return this.#server.use((client) => cancellable(client, this.#server, signal, () => read(client, query)));
  }
}

async function read(client: Client, { device, metric, edges, minimumQuality = 9 }: BucketQuery): Promise<Buckets> {
  const buckets = Array.from<Bucket | undefined>({ length: edges.length - 1 });
  const names = [nameToText(device), nameToText(metric)];
  // First: what expires in between is then in readings or in rollups that the question sees.
  const { rows: [series] } = await client.query<[string | null]>({ name: 'holdfast-expired', rowMode: 'array', text: 'SELECT expired FROM series WHERE device = $1 AND metric = $2', values: names });
  const { rows } = await client.query<BucketRow>({ name: 'holdfast-buckets', rowMode: 'array', text: BUCKETS, values: [...names, edges, edges[0], edges.at(-1), minimumQuality] });
  for (const row of rows) buckets[row[0] - 1] = mergedBucket(buckets[row[0] - 1], bucketOf(row));
  return { buckets, readingsFrom: series?.[0] === null || series === undefined ? -Infinity : Number(series[0]) };
}

function bucketOf([, count, good, numbers, min, max, sum, huge, firstTs, firstKind, firstNumber, firstText, lastTs, lastKind, lastNumber, lastText]: BucketRow): Bucket {
  return {
    count: Number(count), good: Number(good), numbers: Number(numbers), min: min ?? Infinity, max: max ?? -Infinity, sum: sum + huge * SCALE,
    first: { ts: Number(firstTs), value: valueOf(firstKind, firstNumber, firstText) },
    last: { ts: Number(lastTs), value: valueOf(lastKind, lastNumber, lastText) },
  };
}

/** In SQL: one reading of the series, looked up by the index whatever PostgreSQL thinks of how many there are. */
function readingAt(ts: string): string {
  return `(SELECT ts, kind, number, text FROM reading WHERE series = (SELECT id FROM chosen) AND ts = ${ts} LIMIT 1)`;
}

/** Work that ends on the server as soon as nobody wants its answer any more. */
async function cancellable<Result>(client: Client, server: Server, signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
  if (!signal) return work();
  const { rows } = await client.query<[number]>({ rowMode: 'array', text: 'SELECT pg_backend_pid()' });
  const cancel = (): void => void server.use((other) => other.query('SELECT pg_cancel_backend($1)', [rows[0]?.[0]]), 'write').catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
