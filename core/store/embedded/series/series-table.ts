import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { kindOf, qualityOfKind, TYPE, typeOfKind } from '../../codec/kind.ts';
import { readNote } from '../../codec/note.ts';
import type { Content } from '../content.ts';
import { Series } from './series.ts';
import { fromSql, toSql } from '../sql-value.ts';

/** Longer texts and notes are not kept in memory, but read from their chunk when they are asked for. */
const LONGEST_TEXT = 64;
const LONGEST_NOTE = 256;

/** What the row of a series says of what is in chunks. */
export interface SeriesState {
  readings: number;
  /** -Infinity when there is none. */
  newest: number;
  /** The newest reading, when it is short enough to be kept in memory. */
  content: Content | undefined;
  /** Everything of the series up to this row of the log is in chunks. */
  logged: number;
}

/** A reading that is the newest of its series, unless it is better read from its chunk than kept in memory. */
export function shortOf(content: Content): Content | undefined {
  const { value, note = '' } = content;
  return note.length > LONGEST_NOTE || (typeof value === 'string' && value.length > LONGEST_TEXT) ? undefined : content;
}

/** The table `series`. Writes are part of the running transaction. */
export class SeriesTable {
  readonly #update: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#update = database.prepare('UPDATE series SET readings = ?, newest = ?, newest_kind = ?, newest_value = ?, newest_note = ?, logged = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM series WHERE id = ?');
  }

  update(series: Series, { readings, newest, content, logged }: SeriesState): void {
    this.#update.run(readings, Number.isFinite(newest) ? newest : null, ...newestToSql(content), logged, series.id);
  }

  remove(series: Series): void {
    this.#remove.run(series.id);
  }
}

/** All rows of `series`. */
export function* loadSeries(database: DatabaseSync): Generator<Series> {
  // Many series share a note, which is to be in memory once.
  const notes = new Map<string, string>();
  for (const row of database.prepare('SELECT id, device, metric, readings, newest, logged, newest_kind, newest_value, newest_note FROM series').iterate()) {
    const newest = row['newest'] === null ? -Infinity : Number(row['newest']);
    const series = new Series(Number(row['id']), String(row['device']), String(row['metric']), Number(row['readings']), newest, Number(row['logged']));
    series.newestSealed = newestOf(row, notes);
    yield series;
  }
}

/** The columns `newest_kind`, `newest_value` and `newest_note`. */
function newestToSql(content: Content | undefined): SQLInputValue[] {
  // A text or a raw value is somebody's own words, of which there is one copy, so that it can be deleted.
  if (content === undefined || typeof content.value === 'string' || (content.note !== undefined && readNote(content.note).raw !== undefined)) return [null, null, null];
  const { value, quality, note } = content;
  const type = value === null ? TYPE.null : typeof value === 'number' ? TYPE.number : value ? TYPE.true : TYPE.false;
  return [kindOf(type, quality), toSql(value), note ?? null];
}

function newestOf(row: Record<string, SQLOutputValue>, notes: Map<string, string>): Content | undefined {
  const { newest_kind: kind, newest_value: value, newest_note: text } = row;
  if (typeof kind !== 'number') return undefined;
  let note: string | undefined;
  if (typeof text === 'string') {
    note = notes.get(text) ?? text;
    notes.set(note, note);
  }
  const type = typeOfKind(kind);
  return { value: fromSql(value, type === TYPE.true || type === TYPE.false ? 'integer' : undefined), quality: qualityOfKind(kind), note };
}
