import { givenRecord, readGivenList, refuseUnknown, shownGiven } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { serverTimeZone, timeZone } from '../../history/time/time-zone.ts';
import type { TimeZone } from '../../history/time/time-zone.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** 1970-01-01 was a Thursday, the fourth day of a week that begins with Monday. */
const FIRST_DAY = 4;
const DAYS_OF_WEEK = 7;
/** At the end of all calendars no clock on a wall shows anything. */
const FURTHEST = 8.64e15 - 3 * DAY;
const MOST_WINDOWS = 100;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** A stretch of each week, by the clock on the wall. */
export interface WeeklyWindow {
  /** On which days it begins: 1 for Monday to 7 for Sunday. */
  readonly days: readonly number[];
  /** When it begins, and when it is over: `22:00`. One that is not over before midnight ends on the next day; `00:00` to `00:00` is the whole day. */
  readonly from: string;
  readonly to: string;
}

/**
 * Weekly windows in a time zone. They go by what the clock on the wall shows: where it is put forward, a window is shorter or does not come about; where
 * it is put back, what it shows twice is in the window twice.
 */
export class WeeklyWindows {
  readonly #zone: TimeZone;
  readonly #isEmpty: boolean;
  /** For each day of the week, from Monday on: from and to in ms since its midnight. */
  readonly #stretches: readonly (readonly [from: number, to: number])[][];

  /** @throws RangeError when there is no such time zone. */
  constructor(windows: readonly WeeklyWindow[], zone: string = serverTimeZone()) {
    this.#zone = timeZone(zone);
    this.#isEmpty = windows.length === 0;
    this.#stretches = Array.from({ length: DAYS_OF_WEEK }, (): [number, number][] => []);
    for (const { days, from, to } of windows) for (const day of days) this.#add(day - 1, millisecondsOf(from), millisecondsOf(to));
  }

  /** @param instant ms since the epoch. */
  has(instant: number): boolean {
    if (this.#isEmpty || !(Math.abs(instant) <= FURTHEST)) return false;
    const wall = this.#zone.wallAt(instant);
    const day = Math.floor(wall / DAY);
    const time = wall - day * DAY;
    const weekday = (((day + FIRST_DAY - 1) % DAYS_OF_WEEK) + DAYS_OF_WEEK) % DAYS_OF_WEEK;
    return this.#stretches[weekday]?.some(([from, to]) => time >= from && time < to) ?? false;
  }

  #add(day: number, from: number, to: number): void {
    this.#stretches[day]?.push([from, to > from ? to : DAY]);
    if (to <= from) this.#stretches[(day + 1) % DAYS_OF_WEEK]?.push([0, to]);
  }
}

/**
 * Checks the windows that a dialog or an imported flow gives: a list of `{ days: [6, 7], from: "22:00", to: "06:00" }`.
 *
 * @throws ConfigError naming the row, the value and the cure.
 */
export function readWeeklyWindows(value: unknown): WeeklyWindow[] {
  return readGivenList(value, { field: 'maintenance windows', one: 'window', maximum: MOST_WINDOWS, read: readWindow, key: 'times', keyOf: ({ days, from, to }) => `${days.join(', ')} ${from}-${to}` });
}

function readWindow(value: unknown, field: string): WeeklyWindow {
  const given = givenRecord(value, field, 'an object such as { "days": [6, 7], "from": "22:00", "to": "06:00" }');
  refuseUnknown(given, ['days', 'from', 'to'], field);
  return { days: readDays(given['days'], `${field}, days`), from: readClock(given['from'], `${field}, from`), to: readClock(given['to'], `${field}, to`) };
}

function readDays(value: unknown, field: string): number[] {
  const days: unknown[] = Array.isArray(value) ? value : [];
  const known = days.filter((day): day is number => typeof day === 'number' && Number.isInteger(day) && day >= 1 && day <= DAYS_OF_WEEK);
  if (known.length === 0 || known.length < days.length) throw new ConfigError(field, `${field}, is ${shownGiven(value)} that names no days, or others than 1 to 7. Give a list of days, from 1 for Monday to 7 for Sunday.`);
  return [...new Set(known)].sort((one, other) => one - other);
}

function readClock(value: unknown, field: string): string {
  if (typeof value === 'string' && TIME.test(value)) return value;
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give a time of day such as "22:00".`);
}

function millisecondsOf(time: string): number {
  const [, hours, minutes] = TIME.exec(time) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * MINUTE;
}
