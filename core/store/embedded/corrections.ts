import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Quality, ReadingValue } from '../../sample/sample.ts';
import { qualityOf, sameValue } from '../codec/kind.ts';
import { readNote } from '../codec/note.ts';
import type { StoredReading } from '../store.ts';
import type { Series } from './series-index.ts';
import { fromSql, toSql } from './sql-value.ts';

/** What can be corrected of a reading. */
export interface Content {
  value: ReadingValue;
  quality: Quality;
  /** Unit, flags and raw value; see note.ts. */
  note: string | undefined;
}

/** A reading that was replaced, and when the one that replaced it was received, milliseconds since the epoch. */
export interface Superseded extends Content {
  at: number;
}

export function sameContent(a: Content, b: Content): boolean {
  return sameValue(a.value, b.value) && a.quality === b.quality && a.note === b.note;
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
  #pending = 0;

  constructor(database: DatabaseSync) {
    const columns = 'value, typeof(value) AS type, quality, note';
    this.#select = database.prepare(`SELECT ${columns} FROM superseded WHERE series = ? AND ts = ? AND superseded >= ?`);
    this.#insert = database.prepare('INSERT INTO superseded (series, ts, value, quality, note, superseded) VALUES (?, ?, ?, ?, ?, ?)');
    this.#range = database.prepare(`SELECT ts, ${columns} FROM superseded WHERE series = ? AND ts >= ? AND ts < ? ORDER BY ts, rowid LIMIT ?`);
  }

  /** How many wait in memory. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether this once stood at this time, and was replaced when `received` had come. */
  wasSuperseded(series: Series, ts: number, content: Content, received: number): boolean {
    if (series.superseded?.get(ts)?.some((former) => former.at >= received && sameContent(former, content))) return true;
    return this.#select.all(series.id, ts, received).some((row) => sameContent(contentOf(row), content));
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
      for (const { value, quality, note, at } of formers) this.#insert.run(series.id, ts, toSql(value), quality, note ?? null, at);
    }
  }

  /** The transaction of `seal` is on disk. */
  release(series: Series): void {
    for (const formers of series.superseded?.values() ?? []) this.#pending -= formers.length;
    series.superseded = undefined;
  }

  range(series: Series, from: number, to: number, limit: number): StoredReading[] {
    const readings = this.#range.all(series.id, from, to, limit).map((row) => readingOf(Number(row['ts']), contentOf(row)));
    if (!series.superseded) return readings;
    for (const [ts, formers] of series.superseded) {
      if (ts >= from && ts < to) for (const former of formers) readings.push(readingOf(ts, former));
    }
    // A stable sort: of one time, those that waited in memory come last, as they came.
    return readings.sort((a, b) => a.ts - b.ts).slice(0, limit);
  }
}

function contentOf(row: Record<string, SQLOutputValue>): Content {
  const note = row['note'];
  return { value: fromSql(row['value'], row['type']), quality: qualityOf(row['quality']), note: typeof note === 'string' ? note : undefined };
}

function readingOf(ts: number, { value, quality, note }: Content): StoredReading {
  return { ts, value, quality, ...(note !== undefined && readNote(note)) };
}
