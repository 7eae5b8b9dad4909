import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What somebody deletes of one series. */
export interface SeriesDeletion {
  id: number;
  series: number;
  from: number;
  /** Not included. */
  to: number;
  /** Whether the readings have gone, and only what is left of them in free pages has not. */
  removed: boolean;
  /** How many have gone since the store was opened. */
  gone: number;
  /** The rows of `chunk_data` that had some of it; undefined for one that a kill has interrupted. */
  data: number[] | undefined;
}

/** The table `deletion`: what somebody deletes, until no byte of it is left, so that a start after a kill goes on with it. */
export class DeletionTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #removed: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO deletion (series, from_ts, to_ts, removed) VALUES (?, ?, ?, 0)');
    this.#removed = database.prepare('UPDATE deletion SET removed = 1 WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM deletion WHERE id = ?');
  }

  /** Those that a start finds. */
  all(): SeriesDeletion[] {
    return this.#database.prepare('SELECT id, series, from_ts, to_ts, removed FROM deletion').all().map((row) => ({
      id: Number(row['id']), series: Number(row['series']), from: Number(row['from_ts'] ?? -Infinity), to: Number(row['to_ts'] ?? Infinity), removed: row['removed'] === 1, gone: 0, data: undefined,
    }));
  }

  add(series: number, from: number, to: number): SeriesDeletion {
    const id = Number(this.#insert.run(series, timeOrNull(from), timeOrNull(to)).lastInsertRowid);
    return { id, series, from, to, removed: false, gone: 0, data: [] };
  }

  /** The readings have gone, once the running transaction is on disk. */
  setRemoved({ id }: SeriesDeletion): void {
    this.#removed.run(id);
  }

  remove({ id }: SeriesDeletion): void {
    this.#remove.run(id);
  }
}

function timeOrNull(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
