import type { Clock } from '../../clock/clock.ts';
import { BoundNotice } from '../bound-notice.ts';
import { ROLLUP_WIDTHS } from '../retention.ts';
import type { StoreCounts } from '../store.ts';
import type { Client } from './connection.ts';
import { expirePartitionWhole, expireSlice } from './expiry.ts';
import type { SeriesRule } from './expiry.ts';
import type { Partitions } from './partitions.ts';
import type { Server } from './server.ts';
import { lockForWriting, transaction } from './transaction.ts';
import { vacuum } from './vacuum.ts';

export interface BoundOptions {
  server: Server;
  partitions: Partitions;
  clock: Clock;
  counts: StoreCounts;
  rulesOf: (client: Client) => Promise<SeriesRule[]>;
  problem: (error: Error) => void;
}

/** Of what is left in one partition, or of rollups, one of so many parts goes at a time. */
const PARTS = 16;

interface Table {
  name: string;
  bytes: number;
  rows: number;
}

/**
 * Keeps the schema within its bound: the oldest partition goes first, whole; in the last one the oldest readings; then the oldest rollups, the
 * finest first. A table does not become smaller when rows go, but takes new ones in their place once it has been vacuumed, so
 * what it takes is reckoned by the most rows that it ever had.
 */
export class Bound {
  readonly #options: BoundOptions;
  readonly #notice: BoundNotice;
  readonly #most = new Map<string, number>();
  bytes: number | undefined;

  constructor(options: BoundOptions) {
    this.#options = options;
    const { server, clock, problem } = options;
    this.#notice = new BoundNotice({ clock, store: `in ${server.place}`, problem });
  }

  /** What is wrong, in the last hour; a sentence. */
  get problem(): string | undefined {
    return this.#notice.problem;
  }

  async keep(maximumBytes: number): Promise<void> {
    this.bytes = await this.#used();
    if (this.bytes <= maximumBytes) return;
    this.#notice.reached(maximumBytes);
    // What rows there are is known once they have been counted; without that nobody could tell how much has become free.
    await this.#vacuum('reading');
    await this.#vacuum('rollup');
    this.bytes = await this.#used();
    while (this.bytes > maximumBytes) {
      if (!(await this.#dropPartition()) && !(await this.#dropOldest()) && !(await this.#dropRollups())) return;
      this.bytes = await this.#used();
    }
  }

  async #used(): Promise<number> {
    const { partitions, server } = this.#options;
    const tables = await this.#tables();
    const chunks = partitions.hypertable ? await server.use(async (client) => (await partitions.hypertable?.bytes(client)) ?? 0) : 0;
    return tables.reduce((sum, { name, bytes, rows }) => {
      const most = Math.max(rows, this.#most.get(name) ?? 0);
      this.#most.set(name, most);
      return sum + (most > 0 ? bytes * (rows / most) : bytes);
    }, chunks);
  }

  async #tables(): Promise<Table[]> {
    const { rows } = await this.#options.server.use((client) => client.query<[string, string, number]>({
      rowMode: 'array',
      text: `SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
    }));
    return rows.map(([name, bytes, count]) => ({ name, bytes: Number(bytes), rows: count }));
  }

  /** The oldest partition, unless it is the one that is written to. */
  async #dropPartition(): Promise<boolean> {
    const { server, partitions, counts, rulesOf } = this.#options;
    const oldest = partitions.known.toSorted((a, b) => a.from - b.from);
    const filled: typeof oldest = [];
    for (const partition of oldest) {
      const { rowCount } = await server.use((client) => client.query(`SELECT FROM ${partition.name} LIMIT 1`));
      if (rowCount) filled.push(partition);
      if (filled.length > 1) break;
    }
    const [first, second] = filled;
    if (!first || !second) return false;
    const gone = await server.use((client) => expirePartitionWhole(client, partitions, first, rulesOf));
    counts.dropped += gone ?? 0;
    return gone !== undefined;
  }

  async #dropOldest(): Promise<boolean> {
    const { server, counts, rulesOf } = this.#options;
    const { rows: [found] } = await server.use((client) => client.query<[string | null, string | null]>({ rowMode: 'array', text: 'SELECT min(ts), max(ts) FROM reading' }));
    if (!found || found[0] === null) return false;
    const [oldest, newest] = [Number(found[0]), Number(found[1])];
    const before = oldest + Math.max(1, Math.ceil((newest - oldest) / PARTS));
    for (let more = true; more;) {
      const slice = await server.use(async (client) => expireSlice(client, (await rulesOf(client)).map((rule) => ({ ...rule, before }))));
      counts.dropped += slice.gone;
      more = slice.more;
    }
    await this.#vacuum('reading');
    return true;
  }

  async #dropRollups(): Promise<boolean> {
    const { server } = this.#options;
    for (const width of Object.values(ROLLUP_WIDTHS)) {
      const { rowCount } = await server.use((client) => transaction(client, async () => {
        await lockForWriting(client);
        return client.query(`DELETE FROM rollup WHERE width = $1 AND ts < (SELECT min(ts) + greatest(1, (max(ts) - min(ts)) / ${PARTS}) FROM rollup WHERE width = $1)`, [width]);
      }));
      if (rowCount) {
        await this.#vacuum('rollup');
        return true;
      }
    }
    return false;
  }

  /** `reltuples` then tells what is left. */
  async #vacuum(table: string): Promise<void> {
    await this.#options.server.use((client) => vacuum(client, [table]));
  }
}
