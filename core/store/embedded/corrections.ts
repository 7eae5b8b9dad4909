import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Quality, ReadingValue } from '../../sample/sample.ts';
import { qualityOf, sameValue } from '../codec/kind.ts';
import { fromSql, toSql } from './sql-value.ts';
import type { Series } from './series-index.ts';
import type { StoredReading } from '../store.ts';

/** A reading that was replaced, and when that was, milliseconds since the epoch. */
export interface Superseded {
  value: ReadingValue;
  quality: Quality;
  at: number;
}

/**
 * What happens when a reading comes for a time that has one: the same value is a redelivery; another one is a correction,
 * which takes the place of the former, and the former is kept. A value that was superseded before is a redelivery too, so
 * that two readings of one time, delivered again after a crash in whatever order, never chase each other.
 *
 * What was superseded since its series was last sealed waits in memory; the log has it.
 */
export class Corrections {
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #range: StatementSync;
  #pending = 0;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT value, typeof(value) AS type FROM superseded WHERE series = ? AND ts = ?');
    this.#insert = database.prepare('INSERT INTO superseded (series, ts, value, quality, superseded) VALUES (?, ?, ?, ?, ?)');
    this.#range = database.prepare('SELECT ts, value, typeof(value) AS type, quality FROM superseded WHERE series = ? AND ts >= ? AND ts < ? ORDER BY ts, rowid LIMIT ?');
  }

  /** How many wait in memory. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether the value once stood at this time. */
  wasSuperseded(series: Series, ts: number, value: ReadingValue): boolean {
    if (series.superseded?.get(ts)?.some((former) => sameValue(former.value, value))) return true;
    return this.#select.all(series.id, ts).some((row) => sameValue(fromSql(row['value'], row['type']), value));
  }

  add(series: Series, ts: number, former: Superseded): void {
    series.superseded ??= new Map();
    const formers = series.superseded.get(ts);
    if (formers) formers.push(former);
    else series.superseded.set(ts, [former]);
    this.#pending += 1;
  }

  /** Puts what waits of a series into its table, within the running transaction. */
  seal(series: Series): void {
    for (const [ts, formers] of series.superseded ?? []) {
      for (const { value, quality, at } of formers) this.#insert.run(series.id, ts, toSql(value), quality, at);
    }
  }

  /** The transaction of `seal` is on disk. */
  release(series: Series): void {
    for (const formers of series.superseded?.values() ?? []) this.#pending -= formers.length;
    series.superseded = undefined;
  }

  range(series: Series, from: number, to: number, limit: number): StoredReading[] {
    const readings = this.#range.all(series.id, from, to, limit).map((row) => ({ ts: Number(row['ts']), value: fromSql(row['value'], row['type']), quality: qualityOf(row['quality']) }));
    if (!series.superseded) return readings;
    for (const [ts, formers] of series.superseded) {
      if (ts >= from && ts < to) for (const { value, quality } of formers) readings.push({ ts, value, quality });
    }
    // A stable sort: of one time, those that waited in memory come last, as they came.
    return readings.sort((a, b) => a.ts - b.ts).slice(0, limit);
  }
}
