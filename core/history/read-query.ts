import { fitsCalendar } from './time/calendar.ts';
import { LONGEST_CURSOR, readCursor } from './cursor.ts';
import { HistoryQueryError, shown } from './history-error.ts';
import { AGGREGATES, DEFAULT_LIMIT, DEFAULT_POINTS, FIELD_NAMES, FILLS, INTERVAL_UNITS, KINDS, MAXIMUM_BUCKETS, MAXIMUM_LIMIT, ORDERS, RESETS } from './query.ts';
import { QUALITY_NAMES } from '../sample/good-enough.ts';
import type { Fill, Grid, HistoryQuery } from './query.ts';
import { choiceField, listField, namesField, numberField, textField, timeField } from './read-field.ts';
import { readInterval, readLength } from './time/time-expression.ts';
import type { TimeSpan } from './time/time-expression.ts';
import { serverTimeZone, timeZone } from './time/time-zone.ts';
import type { TimeZone } from './time/time-zone.ts';
import { QUALITY } from '../sample/sample.ts';

export interface ReadOptions {
  /** What "now" is, in milliseconds since the epoch. */
  now: number;
  /** Where the question names no time zone. Default: the server's. */
  timeZone?: string;
  /** Where the question has no limit. Default 10,000 rows. */
  limit?: number;
}

/** A question as it came, each field once. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a question (see `HistoryQueryInput`) from a node's properties, a message or a request, and puts in what it leaves open.
 *
 * @throws HistoryQueryError that names the field, its value and the cure.
 */
export function readHistoryQuery(value: unknown, options: ReadOptions): HistoryQuery {
  const fields = fieldsOf(value);
  const zone = zoneOf(fields, options.timeZone);
  const cursor = cursorOf(fields);
  const { from, to } = cursor ?? readRange(fields, options.now, zone);
  const at = timeField(fields, 'at', options.now, zone);
  const grid = gridOf(fields, from, to);
  const kind = choiceField(fields, 'kind', KINDS, ['aggregates', 'points', 'every'].some((name) => given(fields[name])) ? 'aggregate' : 'raw');
  const ids = namesField(fields, 'devices');
  const [profile, tag] = [textField(fields, 'profile'), textField(fields, 'tag')];
  return {
    kind,
    devices: { ...(ids && { ids }), ...(profile !== undefined && { profile }), ...(tag !== undefined && { tag }) },
    metrics: namesField(fields, 'metrics'),
    from, to,
    at: at === undefined ? options.now : at.end > at.start ? at.end - 1 : at.start,
    timeZone: zone.name,
    aggregates: listField(fields, 'aggregates', AGGREGATES) ?? ['mean'],
    grid,
    minimumQuality: QUALITY[choiceField(fields, 'minimumQuality', QUALITY_NAMES, 'suspect')],
    fill: fillOf(fields),
    resets: choiceField(fields, 'resets', RESETS, 'signed'),
    gapAfter: gapOf(fields),
    limit: numberField(fields, 'limit', 1, MAXIMUM_LIMIT) ?? options.limit ?? DEFAULT_LIMIT,
    order: choiceField(fields, 'order', ORDERS, 'oldest'),
    position: cursor?.position,
  };
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HistoryQueryError('', `The question is ${shown(value)}. Give an object such as {"devices":"press-1","metrics":"temperature","from":"-24h"}.`);
  }
  const known: readonly string[] = FIELD_NAMES;
  const entries = Object.entries(value);
  const unknown = entries.find(([name, one]) => !known.includes(name) && given(one));
  if (unknown) throw new HistoryQueryError(unknown[0].slice(0, 60), `The question has a field ${shown(unknown[0])}, which is not known. Use: ${FIELD_NAMES.join(', ')}.`);
  return Object.fromEntries(entries.filter(([name, one]) => known.includes(name) && given(one)));
}

/** An empty text and an empty list say as little as no field. */
function given(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '') && !(Array.isArray(value) && value.length === 0);
}

function zoneOf(fields: Fields, preset = serverTimeZone()): TimeZone {
  const name = textField(fields, 'timeZone') ?? preset;
  try {
    return timeZone(name);
  } catch {
    throw new HistoryQueryError('timeZone', `timeZone is ${shown(name)}, which is not known here. Use a name of the IANA time zone database, such as Europe/Berlin or UTC.`);
  }
}

function cursorOf(fields: Fields): ReturnType<typeof readCursor> {
  const text = textField(fields, 'next', LONGEST_CURSOR);
  if (text === undefined) return undefined;
  const cursor = readCursor(text);
  if (!cursor) throw new HistoryQueryError('next', `next is ${shown(text)}, which is no cursor. Send the "next" of the last answer as it is, or leave it out to begin anew.`);
  return cursor;
}

function readRange(fields: Fields, now: number, zone: TimeZone): { from: number; to: number } {
  const begin = timeField({ from: '-24h', ...fields }, 'from', now, zone);
  const from = begin?.start ?? now;
  const end = timeField(fields, 'to', now, zone)?.end ?? (begin?.named ? endOfPeriod(begin, now) : now);
  if (end > from) return { from, to: end };
  const iso = (time: number): string => new Date(time).toISOString();
  throw new HistoryQueryError('to', `from is ${iso(from)} and to is ${iso(end)}: nothing lies between. Choose a "to" after "from".`);
}

/** Of a period that has not come to its end, there is nothing yet of what is still to come. */
function endOfPeriod({ start, end }: TimeSpan, now: number): number {
  return now > start && now < end ? now : end;
}

function gridOf(fields: Fields, from: number, to: number): Grid {
  const points = numberField(fields, 'points', 1, MAXIMUM_BUCKETS);
  const text = textField(fields, 'every');
  if (text === undefined) return { points: Math.min(points ?? DEFAULT_POINTS, to - from) };
  if (points !== undefined) throw new HistoryQueryError('points', `points is ${points} and every is ${shown(text)}. Give only one of the two.`);
  const interval = readInterval(text);
  if (!interval || interval.every < 1) throw new HistoryQueryError('every', `every is ${shown(text)}, which is no interval. Write a number up to 9999 and one of ${INTERVAL_UNITS.join(', ')}, such as "15 minutes" or "1 month".`);
  if (!fitsCalendar(interval)) throw new HistoryQueryError('every', `every is ${shown(text)}, which does not divide a day. Choose minutes or hours that do, such as 5, 10, 15 or 30 minutes or 1, 2, 3, 4, 6, 8 or 12 hours, or use days.`);
  return interval;
}

function fillOf(fields: Fields): Fill {
  const value = fields['fill'] ?? 'null';
  const named = FILLS.find((one) => one === value);
  if (named !== undefined) return named;
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new HistoryQueryError('fill', `fill is ${shown(value)}. Choose one of ${FILLS.join(', ')}, or a number.`);
}

function gapOf(fields: Fields): 'auto' | 'off' | number {
  const value = fields['gapAfter'] ?? 'auto';
  if (value === 'auto' || value === 'off') return value;
  const length = typeof value === 'string' || typeof value === 'number' ? readLength(value) : undefined;
  if (length !== undefined && length >= 1 && Number.isSafeInteger(Math.trunc(length))) return Math.trunc(length);
  throw new HistoryQueryError('gapAfter', `gapAfter is ${shown(value)}. Use auto, off, or a length of time such as "5m", "PT5M" or milliseconds.`);
}
