import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Series } from '../series/series-index.ts';

/** What has gone of a series. */
export interface RetentionMark {
  /** Readings before this time have gone; -Infinity: none has. Late ones may stand there until they go too. */
  readingsFrom: number;
  /** How often anything went since the store was opened. */
  times: number;
}

const NOTHING_GONE: Readonly<RetentionMark> = { readingsFrom: -Infinity, times: 0 };

/** The table `expiry`: from when on the readings of a series are there. All of it in memory. */
export class RetentionMarks {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #marks = new Map<number, RetentionMark>();

  constructor(database: DatabaseSync) {
    this.#put = database.prepare('INSERT INTO expiry (series, readings_from) VALUES (?, ?) ON CONFLICT DO UPDATE SET readings_from = excluded.readings_from');
    this.#remove = database.prepare('DELETE FROM expiry WHERE series = ?');
    for (const row of database.prepare('SELECT series, readings_from FROM expiry').iterate()) {
      this.#marks.set(Number(row['series']), { readingsFrom: Number(row['readings_from']), times: 0 });
    }
  }

  of(series: Series): Readonly<RetentionMark> {
    return this.#marks.get(series.id) ?? NOTHING_GONE;
  }

  /** Writes that readings before this time have gone, within the running transaction. */
  write(series: Series, readingsFrom: number): void {
    if (readingsFrom > this.of(series).readingsFrom) this.#put.run(series.id, readingsFrom);
  }

  /** The transaction of `write`, or one that changed rollups, is on disk. */
  written(series: Series, readingsFrom: number): void {
    const { readingsFrom: before, times } = this.of(series);
    this.#marks.set(series.id, { readingsFrom: Math.max(before, readingsFrom), times: times + 1 });
  }

  /** The series is deleted, within the running transaction. */
  remove(series: Series): void {
    this.#remove.run(series.id);
  }

  /** The transaction of `remove` is on disk. */
  removed(series: Series): void {
    this.#marks.delete(series.id);
  }
}
