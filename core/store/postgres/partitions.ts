import type { Client } from './connection.ts';
import { Hypertable } from './hypertable.ts';

/** One partition of the table `reading`: from is included, to is not. */
export interface Partition {
  name: string;
  from: number;
  to: number;
}

const DAY = 86_400_000;
export const WEEK = 7 * DAY;
/** 1970 began on a Thursday, weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY;
/** For readings that are no older than this, in weeks, there is a partition a week; for those before, which come late, one a year. */
const WEEKS = 8;
/** Where readings are that have no partition of their own: those before 1970, and those more than a week ahead of the clock. */
export const OTHER = 'reading_other';

/**
 * The partitions of readings by time. A week each: what has expired goes by dropping whole ones, so the last of what is to go stays a
 * week too long at most, and ten years are some five hundred, which PostgreSQL plans with in a few milliseconds. Late readings cannot
 * make many, whatever their times are.
 */
export class Partitions {
  #known: Partition[] = [];
  #hypertable: Hypertable | undefined;

  get known(): readonly Partition[] {
    return this.#known;
  }

  /** The hypertable that makes its chunks by itself; undefined on plain PostgreSQL. */
  get hypertable(): Hypertable | undefined {
    return this.#hypertable;
  }

  async load(client: Client): Promise<void> {
    const { rows: [layout] } = await client.query<{ hypertable: boolean }>('SELECT hypertable FROM layout');
    this.#hypertable = layout?.hypertable ? await Hypertable.find(client) : undefined;
    this.#known = this.#hypertable ? await this.#hypertable.chunks(client) : await ownPartitions(client);
  }

  /** Whether each of the times has its partition. */
  has(times: Iterable<number>, now: number): boolean {
    if (this.#hypertable) return true;
    let last: Partition | undefined;
    for (const ts of times) {
      if (last && ts >= last.from && ts < last.to) continue;
      last = partitionAt(this.#known, ts);
      if (!last && ts >= 0 && ts < horizon(now)) return false;
    }
    return true;
  }

  /** Makes the partitions that the times lack, within the running transaction, which has the lock of the writer. */
  async make(client: Client, times: Iterable<number>, now: number): Promise<void> {
    await this.load(client);
    for (const ts of this.#hypertable ? [] : times) {
      if (ts < 0 || ts >= horizon(now) || partitionAt(this.#known, ts)) continue;
      const partition = partitionFor(this.#known, ts, now);
      await attach(client, partition);
      this.#known.push(partition);
    }
  }

  /** The times that are to have partitions before the readings come. */
  static ahead(now: number): number[] {
    return [now, now + WEEK];
  }

  /** The transaction was rolled back: they are to be read anew. */
  forget(): void {
    this.#known = [];
  }

  async drop(client: Client, partition: Partition): Promise<void> {
    if (this.#hypertable) await this.#hypertable.drop(client, partition);
    else await client.query(`DROP TABLE ${partition.name}`);
    this.#known = this.#known.filter(({ name }) => name !== partition.name);
  }
}

async function ownPartitions(client: Client): Promise<Partition[]> {
  const { rows } = await client.query<{ name: string; bound: string }>(`SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'reading'::regclass`);
  return rows.flatMap(({ name, bound }) => {
    const [, from, to] = /FROM \('?(-?\d+)'?\) TO \('?(-?\d+)'?\)/.exec(bound) ?? [];
    return from === undefined || to === undefined ? [] : [{ name, from: Number(from), to: Number(to) }];
  });
}

function partitionAt(partitions: readonly Partition[], ts: number): Partition | undefined {
  return partitions.find(({ from, to }) => ts >= from && ts < to);
}

/** The one to make for a time: its week or its year, as far as it is not taken. */
export function partitionFor(partitions: readonly Partition[], ts: number, now: number): Partition {
  const weeksFrom = weekOf(now) - WEEKS * WEEK;
  const year = new Date(ts).getUTCFullYear();
  let [from, to] = ts >= weeksFrom ? [weekOf(ts), weekOf(ts) + WEEK] : [Date.UTC(year), Math.min(Date.UTC(year + 1), weeksFrom)];
  for (const other of partitions) {
    if (other.to <= ts) from = Math.max(from, other.to);
    if (other.from > ts) to = Math.min(to, other.from);
  }
  return { name: `reading_${day(from)}_${day(to)}`, from, to };
}

/** Takes over what has come for that time before the partition was there. */
async function attach(client: Client, { name, from, to }: Partition): Promise<void> {
  await client.query(`CREATE TABLE ${name} (LIKE reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  await client.query(`WITH moved AS (DELETE FROM ${OTHER} WHERE ts >= ${from} AND ts < ${to} RETURNING *) INSERT INTO ${name} SELECT * FROM moved`);
  await client.query(`ALTER TABLE reading ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`);
}

/** When the week begins that a time is in; -Infinity for -Infinity. */
export function weekOf(ts: number): number {
  return Math.floor((ts - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
}

function horizon(now: number): number {
  return weekOf(now) + 2 * WEEK;
}

function day(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10).replaceAll('-', '');
}
