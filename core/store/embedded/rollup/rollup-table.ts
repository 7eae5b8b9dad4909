import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StorageError } from '../../../sqlite/storage-error.ts';
import { mergedBucket } from '../../bucket.ts';
import { DamagedDataError } from '../../codec/damaged-data-error.ts';
import { ROLLUP_WIDTHS } from '../../retention.ts';
import { rollupBlocks } from './rollup-blocks.ts';
import { decodeRollups } from './rollup-codec.ts';
import type { Rollup } from './rollup-codec.ts';
import type { Series } from '../series/series-index.ts';

export interface RollupTableOptions {
  database: DatabaseSync;
  path: string;
  problem: (error: Error) => void;
}

/** A row of rollups: the number of its series, and when its last one begins. */
export interface OldestRollups {
  series: number;
  last: number;
}

interface Row {
  id: number;
  rollups: Rollup[];
}

/** What a step of a walk along rollups reads at most: about 3 ms. */
const PAGE = 32;
const WIDTHS = Object.values(ROLLUP_WIDTHS);
const COLUMNS = 'id, series, width, first_ts, last_ts, rollups, data';

/** The table `rollup`: of each series and width, some hundred rollups a row, which do not overlap. Writes are part of the running transaction. */
export class RollupTable {
  readonly #options: RollupTableOptions;
  readonly #range: StatementSync;
  readonly #pageEnd: StatementSync;
  readonly #target: StatementSync;
  readonly #nextFirst: StatementSync;
  readonly #first: StatementSync;
  readonly #hasBefore: StatementSync;
  readonly #oldest: StatementSync;
  readonly #touched: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeWithin: StatementSync;
  readonly #setAside: StatementSync;
  /** The last row that a question has read of each width: its buckets follow each other. Forgotten with each change. */
  readonly #read = new Map<number, Row>();
  readonly #told = new Set<number>();

  constructor(options: RollupTableOptions) {
    this.#options = options;
    const { database } = options;
    this.#range = database.prepare(`SELECT ${COLUMNS} FROM rollup WHERE series = ?1 AND width = ?2 AND first_ts < ?4
      AND first_ts >= coalesce((SELECT max(first_ts) FROM rollup WHERE series = ?1 AND width = ?2 AND first_ts <= ?3), ?3) AND last_ts >= ?3 ORDER BY first_ts`);
    this.#pageEnd = database.prepare(`SELECT first_ts FROM rollup WHERE series = ? AND width = ? AND first_ts > ? ORDER BY first_ts LIMIT 1 OFFSET ${PAGE - 1}`);
    this.#target = database.prepare(`SELECT ${COLUMNS} FROM rollup WHERE series = ? AND width = ? AND first_ts <= ? ORDER BY first_ts DESC LIMIT 1`);
    this.#nextFirst = database.prepare('SELECT first_ts FROM rollup WHERE series = ? AND width = ? AND first_ts > ? ORDER BY first_ts LIMIT 1');
    this.#first = database.prepare(`SELECT ${COLUMNS} FROM rollup WHERE series = ? AND width = ? AND first_ts < ? ORDER BY first_ts LIMIT 1`);
    this.#hasBefore = database.prepare('SELECT 1 FROM rollup WHERE series = ? AND width = ? AND first_ts < ? LIMIT 1');
    this.#oldest = database.prepare('SELECT series, last_ts FROM rollup WHERE width = ? ORDER BY last_ts LIMIT 1');
    this.#touched = database.prepare(`SELECT ${COLUMNS} FROM rollup WHERE series = ?1 AND first_ts < ?3 AND last_ts + width > ?2`);
    this.#insert = database.prepare('INSERT INTO rollup (id, series, width, first_ts, last_ts, rollups, data) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM rollup WHERE id = ?');
    this.#removeWithin = database.prepare('DELETE FROM rollup WHERE series = ? AND first_ts >= ? AND last_ts + width <= ?');
    this.#setAside = database.prepare(`INSERT INTO damaged (source, series, first_ts, last_ts, count, data) SELECT 'rollup', series, first_ts, last_ts, rollups, data FROM rollup WHERE id = ?`);
  }

  /** The rollups of whatever width that begin from `from` up to but without `to`; not to be changed. */
  *range(series: Series, from: number, to: number): Generator<Rollup> {
    for (const width of WIDTHS) {
      for (const row of this.#range.iterate(series.id, width, from, to)) {
        for (const rollup of this.#remembered(series, row)) if (rollup.start >= from && rollup.start < to) yield rollup;
      }
    }
  }

  /** Up to which time `range` reads no more than may be read at a time; Infinity when that is all there is. */
  pageEnd(series: Series, from: number): number {
    return Math.min(...WIDTHS.map((width) => Number(this.#pageEnd.get(series.id, width, from)?.['first_ts'] ?? Infinity)));
  }

  /** Adds rollups, each of another time and in order of it, to what there is. */
  merge(series: Series, width: number, added: readonly Rollup[]): void {
    this.#read.clear();
    for (let from = 0; from < added.length;) {
      const start = added[from]?.start ?? 0;
      const next = Number(this.#nextFirst.get(series.id, width, start)?.['first_ts'] ?? Infinity);
      let to = from + 1;
      while (to < added.length && (added[to]?.start ?? Infinity) < next) to += 1;
      this.#mergeInto(series, width, added.slice(from, to), this.#readOrSetAside(series, this.#target.get(series.id, width, start)));
      from = to;
    }
  }

  /** Removes rollups of one row that begin before a time, the oldest there are. @returns them; undefined when there are none. */
  take(series: Series, width: number, before: number): Rollup[] | undefined {
    this.#read.clear();
    const found = this.#first.get(series.id, width, before);
    if (!found) return undefined;
    const row = this.#readOrSetAside(series, found);
    if (!row) return [];
    this.#remove.run(row.id);
    const taken = row.rollups.filter(({ start }) => start < before);
    this.#write(series, width, row.rollups.slice(taken.length), row.id);
    return taken;
  }

  /** Whether there are rollups of a series and width that begin before a time. */
  hasBefore(series: Series, width: number, before: number): boolean {
    return this.#hasBefore.get(series.id, width, before) !== undefined;
  }

  /** Where the oldest rollups of a width are. */
  oldest(width: number): OldestRollups | undefined {
    const row = this.#oldest.get(width);
    return row && { series: Number(row['series']), last: Number(row['last_ts']) };
  }

  /** Deletes the rollups that have anything of the time from `from` up to but without `to`. */
  delete(series: Series, from: number, to: number): void {
    this.#read.clear();
    this.#removeWithin.run(series.id, from, to);
    // What is left lies across one end or the other.
    for (const row of this.#touched.all(series.id, from, to)) {
      const width = Number(row['width']);
      const kept = (this.#rollupsOf(series, row) ?? []).filter(({ start }) => start >= to || start + width <= from);
      this.#remove.run(Number(row['id']));
      this.#write(series, width, kept, Number(row['id']));
    }
  }

  #remembered(series: Series, row: Record<string, SQLOutputValue>): readonly Rollup[] {
    const id = Number(row['id']);
    const width = Number(row['width']);
    const read = this.#read.get(width);
    if (read?.id === id) return read.rollups;
    const rollups = this.#rollupsOf(series, row) ?? [];
    this.#read.set(width, { id, rollups });
    return rollups;
  }

  #mergeInto(series: Series, width: number, added: readonly Rollup[], row: Row | undefined): void {
    if (!row) return this.#write(series, width, added);
    this.#remove.run(row.id);
    this.#write(series, width, mergedRollups(row.rollups, added), row.id);
  }

  /** Writes rollups as rows, the first of them in place of the one that had that number. */
  #write(series: Series, width: number, rollups: readonly Rollup[], id: number | null = null): void {
    let place = id;
    for (const { rollups: block, blob } of rollupBlocks(rollups)) {
      this.#insert.run(place, series.id, width, block[0]?.start ?? 0, block.at(-1)?.start ?? 0, block.length, blob);
      place = null;
    }
  }

  #readOrSetAside(series: Series, row: Record<string, SQLOutputValue> | undefined): Row | undefined {
    if (!row) return undefined;
    const id = Number(row['id']);
    const rollups = this.#rollupsOf(series, row);
    if (rollups) return { id, rollups };
    this.#setAside.run(id);
    this.#remove.run(id);
    return undefined;
  }

  /** Undefined when they are damaged. */
  #rollupsOf(series: Series, row: Record<string, SQLOutputValue>): Rollup[] | undefined {
    try {
      return decodeRollups(row['data'] instanceof Uint8Array ? row['data'] : new Uint8Array());
    } catch (error) {
      if (!(error instanceof DamagedDataError)) throw error;
      this.#tell(series, row, error);
      return undefined;
    }
  }

  #tell({ device, metric }: Series, row: Record<string, SQLOutputValue>, cause: Error): void {
    const id = Number(row['id']);
    if (this.#told.has(id)) return;
    this.#told.add(id);
    const { path, problem } = this.#options;
    const [first, last] = [row['first_ts'], row['last_ts']].map((ts) => new Date(Number(ts)).toISOString());
    problem(new StorageError('DAMAGED', path, `${Number(row['rollups'])} rollups of "${metric}" of "${device}" from ${first} to ${last} in ${path} are damaged (${cause.message}). Everything else is served. Restore the file from a backup to have them again.`, { cause }));
  }
}

/** Both in order of time; those of one time are put together. */
function mergedRollups(a: readonly Rollup[], b: readonly Rollup[]): Rollup[] {
  const byStart = new Map(a.map((rollup) => [rollup.start, rollup]));
  for (const rollup of b) byStart.set(rollup.start, { start: rollup.start, bucket: mergedBucket(byStart.get(rollup.start)?.bucket, rollup.bucket) ?? rollup.bucket });
  return [...byStart.values()].sort((x, y) => x.start - y.start);
}
