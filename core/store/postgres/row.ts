import type { ReadingValue } from '../../sample/sample.ts';
import { qualityOf, TYPE } from '../codec/kind.ts';
import { readNote } from '../codec/note.ts';
import type { StoredReading } from '../store.ts';

/**
 * What stands in the column `kind`. 0 to 4 are those of the embedded store. NaN and infinities are apart from other numbers, so that
 * `kind IN (1, 2, 3, 7)` are those that `number` may be summed up of; and -0 is, since PostgreSQL holds it for equal to 0. A text that
 * PostgreSQL cannot hold, for a NUL or half a surrogate pair, stands as the JSON of it.
 */
export const KIND = { null: TYPE.null, false: TYPE.false, true: TYPE.true, number: TYPE.number, text: TYPE.text, textAsJson: 5, notFinite: 6, negativeZero: 7 } as const;

/** In SQL: whether a row counts in `numbers`, `min`, `max` and `sum` of a bucket. */
export const IS_NUMBER = `kind IN (${KIND.false}, ${KIND.true}, ${KIND.number}, ${KIND.negativeZero})`;

/** A value as it stands in the columns `kind`, `number` and `text`. True and false are 1 and 0 in `number`. */
export interface ValueColumns {
  kind: number;
  number: number | null;
  text: string | null;
}

export function columnsOf(value: ReadingValue): ValueColumns {
  switch (typeof value) {
    case 'number':
      return { kind: Object.is(value, -0) ? KIND.negativeZero : Number.isFinite(value) ? KIND.number : KIND.notFinite, number: value, text: null };
    case 'string':
      return isPlain(value) ? { kind: KIND.text, number: null, text: value } : { kind: KIND.textAsJson, number: null, text: JSON.stringify(value) };
    case 'boolean':
      return { kind: value ? KIND.true : KIND.false, number: Number(value), text: null };
    default:
      return { kind: KIND.null, number: null, text: null };
  }
}

export function valueOf(kind: number, number: number | null, text: string | null): ReadingValue {
  switch (kind) {
    case KIND.false:
      return false;
    case KIND.true:
      return true;
    case KIND.number:
    case KIND.notFinite:
      return number ?? NaN;
    case KIND.negativeZero:
      return -0;
    case KIND.text:
      return text ?? '';
    case KIND.textAsJson:
      return String(JSON.parse(text ?? '""'));
    default:
      return null;
  }
}

/** A row of `ts, kind, quality, number, text, note`, as pg gives it: a bigint as text. */
export type ReadingRow = [ts: string, kind: number, quality: number, number: number | null, text: string | null, note: string | null];

export const READING = 'ts, kind, quality, number, text, note';

export function readingOf([ts, kind, quality, number, text, note]: ReadingRow): StoredReading {
  return { ts: Number(ts), value: valueOf(kind, number, text), quality: qualityOf(quality), ...(note !== null && readNote(note)) };
}

/** Beyond the times that readings may have, on both sides; bigint has no infinity. */
const BEYOND = 9e15;

/** A time of a question or a rule as a bigint: what has a fraction begins with the next whole millisecond. */
export function bounded(ts: number): number {
  return Math.min(BEYOND, Math.max(-BEYOND, Math.ceil(ts)));
}

/**
 * A name of a device or a metric as PostgreSQL can hold it: without NUL, and in the same order as without this. Names are hardly
 * ever changed by it. Half a surrogate pair becomes U+FFFD, as in the embedded store.
 */
export function nameToText(name: string): string {
  const wellFormed = name.toWellFormed();
  return ESCAPED.test(wellFormed) ? wellFormed.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001') : wellFormed;
}

export function textToName(text: string): string {
  return text.includes('\u0001') ? text.replaceAll('\u0001\u0001', '\0').replaceAll('\u0001\u0002', '\u0001') : text;
}

// eslint-disable-next-line no-control-regex -- it is these that PostgreSQL cannot hold, and what stands for them.
const ESCAPED = /[\0\u0001]/;

function isPlain(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
