import { HistoryQueryError, shown } from './history-error.ts';
import { MAXIMUM_NAMES } from './query.ts';
import { readTime } from './time/time-expression.ts';
import type { TimeSpan } from './time/time-expression.ts';
import type { TimeZone } from './time/time-zone.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of an id, a name of a metric or of a tag. */
const LONGEST_NAME = 1_000;

/** @throws HistoryQueryError when the field is there and no text. */
export function textField(fields: Fields, field: string, longest = LONGEST_NAME): string | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new HistoryQueryError(field, `${field} is ${shown(value)}. Give one text.`);
  if (value.length > longest) throw new HistoryQueryError(field, `${field} has ${value.length} characters. Use at most ${longest}.`);
  return value.trim();
}

/** @throws HistoryQueryError when the field is there and not one of the choices. */
export function choiceField<const Choice extends string>(fields: Fields, field: string, choices: readonly Choice[], preset: Choice): Choice {
  const value = fields[field];
  if (value === undefined) return preset;
  const found = choices.find((one) => one === value);
  if (found === undefined) throw new HistoryQueryError(field, `${field} is ${shown(value)}. Choose one of: ${choices.join(', ')}.`);
  return found;
}

/** A whole number, also written as text. @throws HistoryQueryError when the field is there and none, or not within the bounds. */
export function numberField(fields: Fields, field: string, minimum: number, maximum: number): number | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  if (Number.isInteger(number) && number >= minimum && number <= maximum) return number;
  throw new HistoryQueryError(field, `${field} is ${shown(value)}. Give a whole number from ${minimum} to ${maximum}.`);
}

/** Names from a list or from a text with commas, each once. @throws HistoryQueryError for something else, or too many. */
export function namesField(fields: Fields, field: string): string[] | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  const items: readonly unknown[] = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : Array.isArray(value) ? value : [undefined];
  const names = new Set<string>();
  for (const item of items) {
    if (typeof item !== 'string') throw new HistoryQueryError(field, `${field} is ${shown(value)}${Array.isArray(value) ? ` with something in it that is ${shown(item)}` : ''}. Give a list of texts, or one text with commas.`);
    if (item.length > LONGEST_NAME) throw new HistoryQueryError(field, `${field} has a name of ${item.length} characters. Use at most ${LONGEST_NAME}.`);
    if (item !== '') names.add(item);
    if (names.size > MAXIMUM_NAMES) throw new HistoryQueryError(field, `${field} has more than ${MAXIMUM_NAMES} names. Ask in parts, or leave it out to ask for all.`);
  }
  return names.size > 0 ? [...names] : undefined;
}

/** Some of the choices, each once. @throws HistoryQueryError for anything else. */
export function listField<const Choice extends string>(fields: Fields, field: string, choices: readonly Choice[]): Choice[] | undefined {
  return namesField(fields, field)?.map((name) => {
    const found = choices.find((one) => one === name);
    if (found !== undefined) return found;
    throw new HistoryQueryError(field, `${field} has ${shown(name)}. Choose from: ${choices.join(', ')}.`);
  });
}

/** @throws HistoryQueryError when the field is there and no time. */
export function timeField(fields: Fields, field: string, now: number, zone: TimeZone): TimeSpan | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  const span = (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'string' ? readTime(value, now, zone) : undefined;
  if (span) return span;
  throw new HistoryQueryError(field, `${field} is ${shown(value)}, which is no time. Write ISO 8601 such as 2026-03-01T06:00:00Z, milliseconds since 1970, or an expression such as -24h, now, today, last month or now/d, between the years 1 and 9999.`);
}
