import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';

/**
 * What happens when a reading comes for a time that has one: the same value is a redelivery; another one is a correction,
 * which takes the place of the former, and the former is kept. A value that was superseded before is a redelivery too, so
 * that two readings of one time, delivered again after a crash in whatever order, never chase each other.
 */
export class Corrections {
  readonly #clock: Clock;
  readonly #isCurrent: StatementSync;
  readonly #wasCurrent: StatementSync;
  readonly #keep: StatementSync;
  readonly #replace: StatementSync;
  readonly #range: StatementSync;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#clock = clock;
    this.#isCurrent = database.prepare('SELECT 1 FROM reading WHERE series = ?2 AND ts = ?3 AND value IS ?1 AND typeof(value) = typeof(?1)');
    this.#wasCurrent = database.prepare('SELECT 1 FROM superseded WHERE series = ?2 AND ts = ?3 AND value IS ?1 AND typeof(value) = typeof(?1)');
    this.#keep = database.prepare('INSERT INTO superseded SELECT series, ts, value, quality, ?3 FROM reading WHERE series = ?1 AND ts = ?2');
    this.#replace = database.prepare('UPDATE reading SET value = ?, quality = ? WHERE series = ? AND ts = ?');
    this.#range = database.prepare('SELECT ts, value, typeof(value) AS type, quality FROM superseded WHERE series = ? AND ts >= ? AND ts < ? ORDER BY ts, rowid LIMIT ?');
  }

  /** Within the running transaction. @returns whether the reading was a correction; otherwise it was there already. */
  correct(series: number, ts: number, value: SQLInputValue, quality: number): boolean {
    if (this.#isCurrent.get(value, series, ts) || this.#wasCurrent.get(value, series, ts)) return false;
    this.#keep.run(series, ts, this.#clock.now());
    this.#replace.run(value, quality, series, ts);
    return true;
  }

  range(series: number, from: number, to: number, limit: number): Array<Record<string, SQLOutputValue>> {
    return this.#range.all(series, from, to, limit);
  }
}
