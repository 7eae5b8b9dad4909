import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';
import { pageSize } from './page-fill.ts';

/** Rows that are moved at a time: a millisecond or two. */
const ROWS = 64;
/** How far around a row there may be copies of it, in rows: SQLite spreads what a page has over its neighbours when it is too full or too empty. */
const NEIGHBOURHOOD = 512;
/** No series has this number: a row of it fills a page, so that what is moved does not come into one that has been used. */
const NO_SERIES = 0;
const BESIDE_SPACER = 100;

/**
 * Moves rows to the end of their table, so that their pages become free, and are overwritten. When SQLite moves rows between the pages of
 * a table, it leaves what is no longer used of a page as it was: a row that is deleted later may still stand there.
 */
export class PageRenewal {
  readonly #database: DatabaseSync;
  readonly #newest: StatementSync;
  readonly #chunks: StatementSync;
  readonly #move: StatementSync;
  readonly #refer: StatementSync;
  readonly #left: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#newest = database.prepare('SELECT max(id) AS id FROM chunk_data');
    this.#chunks = database.prepare(`SELECT series, first_ts, data FROM chunk WHERE (series, first_ts) > (?, ?) ORDER BY series, first_ts LIMIT ${ROWS}`);
    this.#move = database.prepare('UPDATE chunk_data SET id = ? WHERE id = ?');
    this.#refer = database.prepare('UPDATE chunk SET data = ? WHERE series = ? AND first_ts = ?');
    this.#left = database.prepare('SELECT 1 FROM chunk_data WHERE id <= ? LIMIT 1');
  }

  /** Moves what stood near these rows of `chunk_data`, which have been removed; everything when they are not known. */
  *steps(removed: readonly number[] | undefined): Generator<void> {
    this.#removeSpacers();
    yield* this.#moveChunks(removed);
    yield* this.#moveSuperseded();
    unsyncedTransaction(this.#database, () => this.#removeSpacers());
  }

  *#moveChunks(removed: readonly number[] | undefined): Generator<void> {
    const last = Number(this.#newest.get()?.['id'] ?? 0);
    if (last === 0) return;
    const near = removed && neighbourhoods(removed);
    this.#addSpacers();
    for (let moved = 1; moved > 0 && this.#left.get(last) !== undefined;) {
      moved = 0;
      for (let [series, first] = [NO_SERIES, Infinity]; ;) {
        const rows = this.#chunks.all(series, first).map((row) => ({ series: Number(row['series']), first: Number(row['first_ts']), data: Number(row['data']) }));
        const stale = rows.filter(({ data }) => data <= last && (near?.(data) ?? true));
        if (stale.length > 0) unsyncedTransaction(this.#database, () => stale.forEach((row) => this.#moveChunk(row)));
        moved += stale.length;
        const end = rows.at(-1);
        if (end === undefined) break;
        [series, first] = [end.series, end.first];
        yield;
      }
    }
  }

  #moveChunk({ series, first, data }: { series: number; first: number; data: number }): void {
    const id = Number(this.#newest.get()?.['id'] ?? 0) + 1;
    this.#move.run(id, data);
    this.#refer.run(id, series, first);
  }

  /** Those of one series at a time, since they are in the order in which they came. */
  *#moveSuperseded(): Generator<void> {
    const database = this.#database;
    const last = Number(database.prepare('SELECT max(rowid) AS id FROM superseded').get()?.['id'] ?? 0);
    const next = database.prepare(`SELECT series FROM superseded WHERE rowid <= ? AND series <> ${NO_SERIES} ORDER BY rowid LIMIT 1`);
    const move = database.prepare('UPDATE superseded SET rowid = (SELECT max(rowid) + 1 FROM superseded) WHERE rowid = ?');
    const all = database.prepare('SELECT rowid AS id FROM superseded WHERE series = ? ORDER BY rowid');
    for (let found = next.get(last); found; found = next.get(last)) {
      const { series } = found;
      unsyncedTransaction(database, () => all.all(Number(series)).forEach(({ id }) => move.run(Number(id))));
      yield;
    }
  }

  #addSpacers(): void {
    const length = BigInt(pageSize(this.#database) - BESIDE_SPACER);
    unsyncedTransaction(this.#database, () => {
      const { lastInsertRowid } = this.#database.prepare('INSERT INTO chunk_data (data) VALUES (zeroblob(?))').run(length);
      this.#database.prepare(`INSERT INTO chunk (series, first_ts, last_ts, count, data) VALUES (${NO_SERIES}, 0, 0, 0, ?)`).run(lastInsertRowid);
      this.#database.prepare(`INSERT INTO superseded (series, ts, value, quality, superseded) VALUES (${NO_SERIES}, 0, zeroblob(?), 1, 0)`).run(length);
    });
  }

  /** Also those that a kill has left. */
  #removeSpacers(): void {
    this.#database.exec(`DELETE FROM chunk_data WHERE id IN (SELECT data FROM chunk WHERE series = ${NO_SERIES});
      DELETE FROM chunk WHERE series = ${NO_SERIES}; DELETE FROM superseded WHERE series = ${NO_SERIES}`);
  }
}

/** Whether a row is not far from one of those that are given. */
function neighbourhoods(rows: readonly number[]): (row: number) => boolean {
  const sorted = Float64Array.from(rows).sort();
  return (row) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? Infinity) < row - NEIGHBOURHOOD) low = middle + 1;
      else high = middle;
    }
    return (sorted[low] ?? Infinity) <= row + NEIGHBOURHOOD;
  };
}
