import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { kindOf, qualityOfKind, TYPE, typeOfKind } from '../codec/kind.ts';
import type { Content } from './content.ts';
import { Series } from './series.ts';
import { fromSql, toSql } from './sql-value.ts';

/** Longer texts and notes are read from their chunk when they are asked for. */
const LONGEST_TEXT = 64;
const LONGEST_NOTE = 256;

/** The columns `newest_kind`, `newest_value` and `newest_note` of a reading. */
export function newestToSql(content: Content | undefined): SQLInputValue[] {
  if (content === undefined || !isShort(content)) return [null, null, null];
  const { value, quality, note } = content;
  const type = value === null ? TYPE.null : typeof value === 'number' ? TYPE.number : typeof value === 'string' ? TYPE.text : value ? TYPE.true : TYPE.false;
  return [kindOf(type, quality), toSql(value), note ?? null];
}

/** Whether a reading is kept in memory, and in the row of its series, while it is the newest one. */
export function isShort({ value, note = '' }: Content): boolean {
  return note.length <= LONGEST_NOTE && !(typeof value === 'string' && value.length > LONGEST_TEXT);
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
