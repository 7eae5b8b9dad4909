import type { LatestQuery, LatestReading, Range, SeriesSummary, StoredReading } from '../store.ts';
import { bounded, nameToText, READING, readingOf, textToName } from './row.ts';
import type { ReadingRow } from './row.ts';
import type { Server } from './server.ts';

const DEFAULT_LIMIT = 10_000;

type LatestRow = [device: string, metric: string, ...reading: ReadingRow];

const ID = `(SELECT id FROM series WHERE device = $1 AND metric = $2)`;
const RANGE = `WHERE series = ${ID} AND ts >= $3 AND ts < $4 AND quality <= $5`;

/** The questions that are answered by single readings. */
export class Reader {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  range(query: Range): Promise<StoredReading[]> {
    return this.#readings('range', `SELECT ${READING} FROM reading ${RANGE} ORDER BY ts LIMIT $6`, query);
  }

  superseded(query: Range): Promise<StoredReading[]> {
    return this.#readings('superseded', `SELECT ${READING} FROM superseded ${RANGE} ORDER BY ts, id LIMIT $6`, query);
  }

  /** The newest reading of each series that is asked for, in the order of device and metric. */
  async latestOf({ devices, metrics, at, minimumQuality }: LatestQuery): Promise<LatestReading[]> {
    const chosen = `FROM summary s WHERE s.readings > 0 AND ($1::text[] IS NULL OR s.device = ANY($1)) AND ($2::text[] IS NULL OR s.metric = ANY($2))`;
    const names = [devices?.map(nameToText) ?? null, metrics?.map(nameToText) ?? null];
    const columns = READING.split(', ').map((column) => `r.${column}`).join(', ');
    // The newest of all is known by its time, and looked up in just its partition. LIMIT keeps PostgreSQL from reading all in place of that.
    const rows = at === undefined && minimumQuality === undefined
      ? await this.#rows<LatestRow>('latest', `SELECT s.device, s.metric, ${columns} FROM (SELECT s.id, s.device, s.metric, s.newest ${chosen}) s
          CROSS JOIN LATERAL (SELECT ${READING} FROM reading WHERE series = s.id AND ts = s.newest LIMIT 1) r ORDER BY s.device, s.metric`, names)
      : await this.#rows<LatestRow>('latest-at', `SELECT s.device, s.metric, ${columns} FROM (SELECT s.id, s.device, s.metric ${chosen}) s
          CROSS JOIN LATERAL (SELECT ${READING} FROM reading WHERE series = s.id AND ts <= $3 AND quality <= $4 ORDER BY ts DESC LIMIT 1) r ORDER BY s.device, s.metric`, [...names, bounded(Math.floor(at ?? Infinity)), minimumQuality ?? 9]);
    return rows.map(([device, metric, ...reading]) => ({ device: textToName(device), metric: textToName(metric), reading: readingOf(reading) }));
  }

  async series(devices?: readonly string[]): Promise<SeriesSummary[]> {
    const rows = await this.#rows<[string, string, string, string | null]>('series', 'SELECT device, metric, readings, newest FROM summary WHERE ($1::text[] IS NULL OR device = ANY($1)) ORDER BY device, metric', [devices?.map(nameToText) ?? null]);
    return rows.map(([device, metric, readings, newest]) => ({ device: textToName(device), metric: textToName(metric), readings: Number(readings), newest: newest === null ? -Infinity : Number(newest) }));
  }

  devices(): Promise<string[]> {
    return this.#names('device');
  }

  metrics(): Promise<string[]> {
    return this.#names('metric');
  }

  async count(device?: string): Promise<number> {
    const [row] = await this.#rows<[string]>('count', 'SELECT coalesce(sum(readings), 0) FROM summary WHERE $1::text IS NULL OR device = $1', [device === undefined ? null : nameToText(device)]);
    return Number(row?.[0] ?? 0);
  }

  async #names(column: 'device' | 'metric'): Promise<string[]> {
    const rows = await this.#rows<[string]>(column, `SELECT DISTINCT ${column} FROM series ORDER BY ${column}`, []);
    return rows.map(([name]) => textToName(name));
  }

  async #readings(name: string, text: string, { device, metric, from, to, limit = DEFAULT_LIMIT, minimumQuality = 9 }: Range): Promise<StoredReading[]> {
    const rows = await this.#rows<ReadingRow>(name, text, [nameToText(device), nameToText(metric), bounded(from), bounded(to), minimumQuality, Number.isFinite(limit) ? Math.max(0, Math.trunc(limit)) : null]);
    return rows.map(readingOf);
  }

  #rows<Row extends unknown[]>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return this.#server.use(async (client) => (await client.query<Row>({ name: `holdfast-${name}`, rowMode: 'array', text, values })).rows);
  }
}
