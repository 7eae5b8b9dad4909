import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { qualityOf } from '../codec/kind.ts';
import type { StoredReading } from '../store.ts';
import { readingOf, sameContent } from './content.ts';
import type { Content } from './content.ts';
import type { RangeLimits } from './read-range.ts';
import type { Series } from './series/series-index.ts';
import { fromSql, toSql } from './sql-value.ts';

/** A reading that was replaced, and when the one that replaced it was received, milliseconds since the epoch. */
export interface Superseded extends Content {
  at: number;
}

/**
 * What happens when a reading comes for a time that has one: the same is a redelivery; another one is a correction, which takes
 * the place of the former, and the former is kept. One that was superseded before, and had been received by then, is a redelivery too,
 * so that two readings of one time, delivered again after a crash in whatever order, never chase each other. Received later,
 * it is a correction back.
 *
 * What was superseded since its series was last sealed waits in memory; the log has it.
 */
export class Corrections {
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #range: StatementSync;

  constructor(database: DatabaseSync) {
    const columns = 'value, typeof(value) AS type, quality, note';
    this.#select = database.prepare(`SELECT ${columns} FROM superseded WHERE series = ? AND ts = ? AND superseded >= ?`);
    this.#insert = database.prepare('INSERT INTO superseded (series, ts, value, quality, note, superseded) VALUES (?, ?, ?, ?, ?, ?)');
    this.#range = database.prepare(`SELECT ts, ${columns} FROM superseded WHERE series = ? AND ts >= ? AND ts < ? AND quality <= ? ORDER BY ts, rowid LIMIT ?`);
  }

  /** Whether this once stood at this time, and was replaced when `received` had come. */
  wasSuperseded(series: Series, ts: number, content: Content, received: number): boolean {
    if (series.superseded?.get(ts)?.some((former) => former.at >= received && sameContent(former, content))) return true;
    return !series.isDeleting(ts) && this.#select.all(series.id, ts, received).some((row) => sameContent(contentOf(row), content));
  }

  add(series: Series, ts: number, former: Superseded): void {
    series.superseded ??= new Map();
    const formers = series.superseded.get(ts);
    if (formers) formers.push(former);
    else series.superseded.set(ts, [former]);
  }

  /** Puts what waits of a series into its table, within the running transaction. */
  seal(series: Series): void {
    for (const [ts, formers] of series.superseded ?? []) {
      for (const { value, quality, note, at } of formers) this.#insert.run(series.id, ts, toSql(value), quality, note ?? null, at);
    }
  }

  /** The transaction of `seal` is on disk. */
  release(series: Series): void {
    series.superseded = undefined;
  }

  range(series: Series, { from, to, limit, minimumQuality }: RangeLimits): StoredReading[] {
    const readings = this.#range.all(series.id, from, to, minimumQuality, limit).map((row) => readingOf(Number(row['ts']), contentOf(row)));
    if (!series.superseded) return readings;
    for (const [ts, formers] of series.superseded) {
      if (ts >= from && ts < to) for (const former of formers) if (former.quality <= minimumQuality) readings.push(readingOf(ts, former));
    }
    // A stable sort: of one time, those that waited in memory come last, as they came.
    return readings.sort((a, b) => a.ts - b.ts).slice(0, limit);
  }
}

function contentOf(row: Record<string, SQLOutputValue>): Content {
  const note = row['note'];
  return { value: fromSql(row['value'], row['type']), quality: qualityOf(row['quality']), note: typeof note === 'string' ? note : undefined };
}
