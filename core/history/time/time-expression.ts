import { calendarShift, intervalAt } from './calendar.ts';
import type { IntervalUnit } from '../query.ts';
import type { TimeZone } from './time-zone.ts';

/** A point in time, or a period with its beginning and its end (not included), in milliseconds since the epoch. */
export interface TimeSpan {
  start: number;
  end: number;
  /** The period has a name, such as `yesterday` or `now/d`: whoever begins with it means all of it. Who begins with a date means all that came since. */
  named?: true;
}

/** Where the years 1 and 9999 begin and end in some zone or other: programs mean by them the beginning and the end of time. */
const EARLIEST = new Date(0).setUTCFullYear(1, 0, 1) - 86_400_000;
const LATEST = Date.UTC(10_000, 0) + 86_400_000;
const LONGEST_TEXT = 80;

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
// A space may stand for the T, and for a + that a URL has made a space of.
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+ -])(\d\d):?(\d\d)?)?$/;
const ZONED = /(?:[Zz]|[+ -]\d\d(?::?\d\d)?)$/;
const DIGITS = /^\d{1,16}$/;
const PERIOD = /^(this|last|next) (minute|hour|day|week|month|quarter|year)$/;
const RELATIVE = /^(?:now)?((?:\s*[+-]\s*\d{1,9}\s*[A-Za-z]+)*)\s*(?:\/\s*([A-Za-z]+))?$/;
const STEP = /([+-])\s*(\d{1,9})\s*([A-Za-z]+)/g;
const DURATION = /^-?P(?!$)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?!$)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,3})?)S)?)?$/i;

const DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const PERIODS: Readonly<Record<string, number>> = { last: -1, this: 0, next: 1 };

/**
 * A time as a person writes it, in a zone: milliseconds since the epoch, ISO 8601 (without an offset it is the zone's), `now`, `-24h`, `now-1d/d`,
 * an ISO duration such as `PT24H` (before now), `today`, `yesterday`, `this month`, `last week`. What names a period, a date among them, has an end;
 * `/d` makes a period of the day that holds the time. Hours and shorter units are elapsed time; days and longer ones keep the time of day.
 *
 * @returns undefined when it is no time, or none that can be.
 */
export function readTime(value: string | number, now: number, zone: TimeZone): TimeSpan | undefined {
  if (typeof value === 'number') return checked(at(Math.trunc(value)));
  const text = value.trim();
  if (text.length > LONGEST_TEXT) return undefined;
  return checked(fromDate(text, zone) ?? fromDateTime(text, zone) ?? fromDigits(text) ?? named(fromName(text.toLowerCase(), now, zone)) ?? fromDuration(text, now, zone) ?? fromRelative(text, now, zone));
}

/** Whether a question can be about this time. */
export function isAskable(instant: number): boolean {
  return instant >= EARLIEST && instant <= LATEST;
}

function checked(span: TimeSpan | undefined): TimeSpan | undefined {
  return span && isAskable(span.start) && isAskable(span.end) ? span : undefined;
}

function at(instant: number): TimeSpan {
  return { start: instant, end: instant };
}

function period(zone: TimeZone, instant: number, unit: IntervalUnit): TimeSpan {
  return intervalAt(zone, instant, { every: 1, unit });
}

function fromDate(text: string, zone: TimeZone): TimeSpan | undefined {
  const parts = DATE.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1)];
  const wall = wallOf(year, month, day);
  if (wall === undefined) return undefined;
  return period(zone, zone.instantOf(wall), parts[3] !== undefined ? 'day' : parts[2] !== undefined ? 'month' : 'year');
}

function fromDateTime(text: string, zone: TimeZone): TimeSpan | undefined {
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const number = (index: number): number => Number(parts[index] ?? 0);
  const day = wallOf(number(1), number(2), number(3));
  if (day === undefined || number(4) > 24 || number(5) > 59 || number(6) > 59 || number(9) > 23 || number(10) > 59) return undefined;
  if (number(4) === 24 && (number(5) > 0 || number(6) > 0)) return undefined;
  const millisecond = Number((parts[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  const wall = day + ((number(4) * 60 + number(5)) * 60 + number(6)) * 1_000 + millisecond;
  if (!ZONED.test(text.slice(16))) return at(zone.instantOf(wall));
  const offset = (number(9) * 60 + number(10)) * 60_000;
  return at(wall - (parts[8] === '-' ? -offset : offset));
}

function wallOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  const wall = date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && day > 0 ? wall : undefined;
}

function fromDigits(text: string): TimeSpan | undefined {
  return DIGITS.test(text) ? at(Number(text)) : undefined;
}

function fromName(text: string, now: number, zone: TimeZone): TimeSpan | undefined {
  const days = Object.hasOwn(DAYS, text) ? DAYS[text] : undefined;
  if (days !== undefined) return shiftedPeriod(zone, now, days, 'day');
  const parts = PERIOD.exec(text);
  const unit = unitOf(parts?.[2] ?? '');
  return unit === undefined || unit === 'second' ? undefined : shiftedPeriod(zone, now, PERIODS[parts?.[1] ?? ''] ?? 0, unit);
}

function shiftedPeriod(zone: TimeZone, now: number, periods: number, unit: IntervalUnit): TimeSpan {
  const { start, end } = period(zone, now, unit);
  if (periods === 0) return { start, end };
  return period(zone, periods > 0 ? end : start - 1, unit);
}

function fromDuration(text: string, now: number, zone: TimeZone): TimeSpan | undefined {
  const parts = DURATION.exec(text);
  if (!parts) return undefined;
  const number = (index: number): number => Number((parts[index] ?? '0').replace(',', '.'));
  const months = calendarShift(zone, now, -(number(1) * 12 + number(2)), 'month');
  const days = calendarShift(zone, months, -(number(3) * 7 + number(4)), 'day');
  return at(days - Math.round(((number(5) * 60 + number(6)) * 60 + number(7)) * 1_000));
}

function fromRelative(text: string, now: number, zone: TimeZone): TimeSpan | undefined {
  const parts = RELATIVE.exec(text);
  if (!parts || text === '') return undefined;
  let instant = now;
  for (const [, sign, amount, name] of (parts[1] ?? '').matchAll(STEP)) {
    const unit = unitOf(name ?? '');
    if (unit === undefined) return undefined;
    const steps = sign === '-' ? -Number(amount) : Number(amount);
    instant = unit === 'second' ? instant + steps * 1_000 : calendarShift(zone, instant, steps, unit);
    if (!isAskable(instant)) return undefined;
  }
  if (parts[2] === undefined) return at(instant);
  const rounding = unitOf(parts[2]);
  return rounding === undefined || rounding === 'second' ? undefined : named(period(zone, instant, rounding));
}

function named(span: TimeSpan | undefined): TimeSpan | undefined {
  return span && { ...span, named: true };
}

const UNITS: Readonly<Record<string, IntervalUnit | 'second'>> = {
  s: 'second', sec: 'second', second: 'second', m: 'minute', min: 'minute', minute: 'minute', h: 'hour', hr: 'hour', hour: 'hour', d: 'day', day: 'day', w: 'week', week: 'week',
  M: 'month', mo: 'month', month: 'month', q: 'quarter', Q: 'quarter', quarter: 'quarter', y: 'year', Y: 'year', year: 'year',
};

/** The unit that a text names, in the singular, the plural or short; `m` is a minute and `M` a month. */
function unitOf(text: string): IntervalUnit | 'second' | undefined {
  const name = text.length === 1 ? text : text.toLowerCase().replace(/(?<=..)s$/, '');
  return Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
}

const LENGTH = /^(\d{1,9}(?:[.,]\d{1,3})?)\s*([A-Za-z]+)$/;
const SECONDS = { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 } as const;

/** A length of time in milliseconds, from a number of them, `90s`, `5 minutes` or `PT5M`; undefined when it is none. A day has 24 hours; months and years have no length. */
export function readLength(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = value.trim();
  if (text.length > LONGEST_TEXT) return undefined;
  if (DIGITS.test(text)) return Number(text);
  const parts = LENGTH.exec(text);
  if (parts) {
    const unit = unitOf(parts[2] ?? '');
    if (unit === undefined || unit === 'month' || unit === 'quarter' || unit === 'year') return undefined;
    return Math.round(Number((parts[1] ?? '').replace(',', '.')) * SECONDS[unit] * 1_000);
  }
  const iso = DURATION.exec(text);
  if (!iso || text.startsWith('-') || iso[1] !== undefined || iso[2] !== undefined) return undefined;
  const number = (index: number): number => Number((iso[index] ?? '0').replace(',', '.'));
  return Math.round(((((number(3) * 7 + number(4)) * 24 + number(5)) * 60 + number(6)) * 60 + number(7)) * 1_000);
}

const INTERVAL = /^(?:every\s+)?(?:(\d{1,4})\s*)?([A-Za-z]+)$/;
const ISO_INTERVAL = /^P(?:(\d{1,4})([YMWD])|T(\d{1,4})([HM]))$/i;
const ISO_UNITS: Readonly<Record<string, IntervalUnit>> = { Y: 'year', M: 'month', W: 'week', D: 'day', TH: 'hour', TM: 'minute' };

/** A calendar interval from `15 minutes`, `day`, `every 2 weeks`, `15m`, `1M` or `P1M`, up to 9999 of a unit; undefined when it is none. */
export function readInterval(value: string): { every: number; unit: IntervalUnit } | undefined {
  const text = value.trim();
  const iso = ISO_INTERVAL.exec(text);
  if (iso) {
    const unit = ISO_UNITS[iso[2] !== undefined ? iso[2].toUpperCase() : `T${(iso[4] ?? '').toUpperCase()}`];
    return unit && { every: Number(iso[1] ?? iso[3]), unit };
  }
  const parts = INTERVAL.exec(text);
  const unit = unitOf(parts?.[2] ?? '');
  return parts && unit !== undefined && unit !== 'second' ? { every: Number(parts[1] ?? 1), unit } : undefined;
}
