import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';
import { PageFill, pageSize } from './page-fill.ts';
import { PageRenewal } from './page-renewal.ts';
import { MOST_BYTES } from '../rollup/rollup-blocks.ts';

/** Free pages that are filled at a time: half a megabyte. */
const PAGES = 128;
/** A longer row takes overflow pages of its own, at any size of a page. */
const LONG_ROW = 400;
/** Rows that are written anew at a time. */
const ROWS = 100;

/**
 * Leaves nothing of deleted rows in the file. While somebody deletes, `secure_delete` overwrites what goes (sqlite.org/pragma.html#pragma_secure_delete);
 * before, in free pages, there may be copies of it: of the log, and of chunks that have grown since. Those pages are taken, filled
 * with zeros and given back.
 */
export class Scrubber {
  readonly #database: DatabaseSync;
  readonly #free: StatementSync;
  readonly #fill: StatementSync;
  readonly #clear: StatementSync;
  readonly #lengths: PageFill;
  readonly #renewal: PageRenewal;
  #steps: Generator<void> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#renewal = new PageRenewal(database);
    this.#lengths = new PageFill(pageSize(database));
    this.#free = database.prepare('PRAGMA freelist_count');
    this.#fill = database.prepare('INSERT INTO scrub (data) VALUES (zeroblob(?))');
    this.#clear = database.prepare('DELETE FROM scrub WHERE id = (SELECT max(id) FROM scrub)');
    this.relax();
  }

  /** From now on, what is deleted is overwritten wherever it is. */
  begin(): void {
    this.#database.exec('PRAGMA secure_delete=ON');
  }

  /** From now on, what is deleted is overwritten where that costs nothing. */
  relax(): void {
    this.#database.exec('PRAGMA secure_delete=FAST');
  }

  /** Does a few milliseconds of it. `removed`: the rows of `chunk_data` that have gone, when they are known. @returns whether there is more. */
  step(removed: readonly number[] | undefined): boolean {
    const steps = (this.#steps ??= this.#all(removed));
    try {
      const more = steps.next().done !== true;
      if (!more) this.#steps = undefined;
      return more;
    } catch (error) {
      this.#steps = undefined;
      throw error;
    }
  }

  /** Moves everything into the file and empties the write-ahead log. @returns whether it could: not while somebody reads. */
  truncate(): boolean {
    const database = this.#database;
    const { timeout } = { ...database.prepare('PRAGMA busy_timeout').get() };
    try {
      database.exec('PRAGMA busy_timeout=0');
      return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
    } finally {
      database.exec(`PRAGMA busy_timeout=${Number(timeout)}`);
    }
  }

  *#all(removed: readonly number[] | undefined): Generator<void> {
    yield* this.#renewal.steps(removed);
    while (Number(this.#free.get()?.['freelist_count']) > 0) {
      const pages = Math.min(PAGES, Number(this.#free.get()?.['freelist_count']));
      unsyncedTransaction(this.#database, () => this.#fill.run(BigInt(this.#lengths.filling(pages))));
      yield;
    }
    while (unsyncedTransaction(this.#database, () => this.#clear.run().changes) > 0) yield;
    // The last page of a long row that is somebody else's may have been free before.
    yield* this.#rewrite('superseded', 'series, ts, value, quality, superseded, note', 'coalesce(length(CAST(value AS BLOB)), 0) + coalesce(length(note), 0)');
    yield* this.#rewrite('rollup', 'series, width, first_ts, last_ts, rollups, data', `CASE WHEN length(data) > ${MOST_BYTES} THEN length(data) END`);
    yield* this.#rewrite('damaged', 'source, series, first_ts, last_ts, count, data', 'length(data)');
  }

  /** Writes the long rows of a table anew, into pages that have nothing else in them. */
  *#rewrite(table: string, columns: string, length: string): Generator<void> {
    const find = this.#database.prepare(`SELECT rowid AS id FROM ${table} WHERE rowid > ? AND ${length} > ${LONG_ROW} ORDER BY rowid LIMIT ${ROWS}`);
    const copy = this.#database.prepare(`INSERT OR REPLACE INTO ${table} (rowid, ${columns}) SELECT rowid, ${columns} FROM ${table} WHERE rowid = ?`);
    for (let last = -1; ;) {
      const rows = find.all(last).map((row) => Number(row['id']));
      if (rows.length === 0) return;
      unsyncedTransaction(this.#database, () => rows.forEach((id) => copy.run(id)));
      last = rows.at(-1) ?? last;
      yield;
    }
  }
}
