import type { IntervalUnit } from '../query.ts';
import type { TimeZone } from './time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1970-01-05, the first Monday. */
const FIRST_MONDAY = 4;

/** What a `Date` can hold, less a year on either side. */
const FURTHEST = 8.6e15;

const MONTHS_OF = { month: 1, quarter: 3, year: 12 } as const;
const DAYS_OF = { day: 1, week: 7 } as const;
const MILLISECONDS_OF = { minute: MINUTE, hour: HOUR } as const;

/** A calendar interval: so many of a unit. */
export interface Interval {
  readonly every: number;
  readonly unit: IntervalUnit;
}

/** Whether intervals of this length begin anew each midnight without a shorter one: `every` minutes or hours must divide a day. */
export function fitsCalendar({ every, unit }: Interval): boolean {
  return unit === 'minute' || unit === 'hour' ? DAY % (every * MILLISECONDS_OF[unit]) === 0 : true;
}

/**
 * When the interval begins that holds `instant`, and when the next one does. Minutes and hours begin when the wall shows a multiple of them since
 * midnight: an hour that the wall shows twice is two hours. Days are counted from 1970-01-01, weeks from Monday 1970-01-05, months, quarters and
 * years from January 1970, so that the same question has the same intervals tomorrow.
 */
export function intervalAt(zone: TimeZone, instant: number, interval: Interval): { start: number; end: number } {
  const { every, unit } = interval;
  if (unit === 'minute' || unit === 'hour') return shortIntervalAt(zone, instant, every * MILLISECONDS_OF[unit]);
  const wall = zone.wallAt(instant);
  const index = unit === 'day' || unit === 'week' ? dayIndex(wall, DAYS_OF[unit] * every, unit) : monthIndex(wall, MONTHS_OF[unit] * every);
  const begins = (number: number): number => zone.instantOf(unit === 'day' || unit === 'week' ? wallOfDay(number, DAYS_OF[unit] * every, unit) : wallOfMonth(number * MONTHS_OF[unit] * every));
  let [start, end] = [begins(index), begins(index + 1)];
  // A zone that crosses the date line skips a day: the day before then ends where the one after it begins.
  for (let step = 2; end <= instant; step += 1) [start, end] = [end, begins(index + step)];
  return { start, end };
}

/** The beginnings of all intervals after `from`, in order, for as long as they are asked for. */
export function* beginningsAfter(zone: TimeZone, from: number, interval: Interval): Generator<number, never> {
  for (let at = intervalAt(zone, from, interval).end; ; at = intervalAt(zone, at, interval).end) yield at;
}

/** Those that come before `to`; it ends after `maximum` + 1 of them. */
export function beginningsBetween(zone: TimeZone, from: number, to: number, interval: Interval, maximum: number): number[] {
  const beginnings: number[] = [];
  for (const at of beginningsAfter(zone, from, interval)) {
    if (at >= to || beginnings.length > maximum) break;
    beginnings.push(at);
  }
  return beginnings;
}

/** The same wall time so many calendar units later (earlier, when negative); a day that the month does not have becomes its last one. NaN beyond all calendars. */
export function calendarShift(zone: TimeZone, instant: number, amount: number, unit: IntervalUnit): number {
  if (!(Math.abs(instant) < FURTHEST)) return Number.NaN;
  if (unit === 'minute' || unit === 'hour') return instant + amount * MILLISECONDS_OF[unit];
  const wall = zone.wallAt(instant);
  if (unit === 'day' || unit === 'week') return sameOr(zone, instant, wall, wall + amount * DAYS_OF[unit] * DAY);
  const date = new Date(wall);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + amount * MONTHS_OF[unit];
  const first = wallOfMonth(months - 1970 * 12);
  const days = (wallOfMonth(months + 1 - 1970 * 12) - first) / DAY;
  return sameOr(zone, instant, wall, first + (Math.min(date.getUTCDate(), days) - 1) * DAY + mod(wall, DAY));
}

/** Zero units later is the same instant, also in an hour that the wall shows twice. */
function sameOr(zone: TimeZone, instant: number, wall: number, shifted: number): number {
  if (!(Math.abs(shifted) < FURTHEST)) return Number.NaN;
  return shifted === wall ? instant : zone.instantOf(shifted);
}

function shortIntervalAt(zone: TimeZone, instant: number, width: number): { start: number; end: number } {
  return { start: shortIntervalStart(zone, instant, width), end: shortIntervalEnd(zone, instant, width) };
}

function shortIntervalStart(zone: TimeZone, instant: number, width: number): number {
  let at = instant;
  for (;;) {
    const offset = zone.offsetAt(at);
    const start = Math.floor((at + offset) / width) * width - offset;
    if (zone.offsetAt(start) === offset) return start;
    const change = zone.changeBetween(start, at);
    if (mod(change + offset, width) === 0) return change;
    at = change - 1;
  }
}

function shortIntervalEnd(zone: TimeZone, instant: number, width: number): number {
  let at = instant;
  for (;;) {
    const offset = zone.offsetAt(at);
    const end = (Math.floor((at + offset) / width) + 1) * width - offset;
    const offsetThere = zone.offsetAt(end);
    if (offsetThere === offset) return end;
    const change = zone.changeBetween(at, end);
    if (mod(change + offsetThere, width) === 0) return change;
    at = change;
  }
}

function dayIndex(wall: number, days: number, unit: 'day' | 'week'): number {
  return Math.floor((Math.floor(wall / DAY) - (unit === 'week' ? FIRST_MONDAY : 0)) / days);
}

function wallOfDay(index: number, days: number, unit: 'day' | 'week'): number {
  return (index * days + (unit === 'week' ? FIRST_MONDAY : 0)) * DAY;
}

function monthIndex(wall: number, months: number): number {
  const date = new Date(wall);
  return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / months);
}

/** @param months since January 1970. */
function wallOfMonth(months: number): number {
  return new Date(0).setUTCFullYear(1970 + Math.floor(months / 12), mod(months, 12), 1);
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
