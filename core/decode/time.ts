import { types } from 'node:util';

/**
 * RFC 3339 date-time; a space may stand for the `T` (section 5.6, note), and the offset may be missing, which many
 * data loggers do ("2013-12-02 21:15:00"): it is then read as UTC.
 */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,12}))?(?:[Zz]|([+-])(\d\d):?(\d\d))?$/;
const DIGITS = /^\d{9,20}$/;
const MINUTE = 60_000;

/**
 * The time of a reading as a device wrote it, in milliseconds since the epoch (UTC); undefined when it is not understood.
 *
 * A number counts from the epoch, and its magnitude tells its unit:
 *
 * | from | to below | unit         | first time it can say |
 * |------|----------|--------------|-----------------------|
 * | 1e8  | 1e11     | seconds      | 1973-03-03 (to 5138)  |
 * | 1e11 | 1e14     | milliseconds | 1973-03-03            |
 * | 1e14 | 1e17     | microseconds | 1973-03-03            |
 * | 1e17 | 1e20     | nanoseconds  | 1973-03-03            |
 *
 * A smaller number is the uptime of a device whose clock was never set, not a time. Numbers written as text are read
 * alike. A text is an RFC 3339 date-time, see `DATE_TIME`; a `Date` is taken as it is. Digits beyond a millisecond are cut.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value === 'string') {
    if (value.length > 40) return undefined;
    return DIGITS.test(value) ? fromNumber(Number(value)) : fromText(value);
  }
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? undefined : time;
  }
  return undefined;
}

function fromNumber(value: number): number | undefined {
  if (!(value >= 1e8 && value < 1e20)) return undefined;
  if (value < 1e11) return Math.round(value * 1e3);
  if (value < 1e14) return Math.floor(value);
  if (value < 1e17) return Math.floor(value / 1e3);
  return Math.floor(value / 1e6);
}

function fromText(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const year = Number(parts[1]);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = Number(parts[6]);
  const offsetHour = Number(parts[9] ?? 0);
  const offsetMinute = Number(parts[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  // RFC 3339 allows a leap second: like POSIX, it is read as the first second of the next minute.
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const fraction = parts[7];
  const millisecond = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const offset = (offsetHour * 60 + offsetMinute) * MINUTE;
  return timeOf(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond - (parts[8] === '-' ? -offset : offset);
}

function timeOf(year: number, month: number, day: number): number {
  if (year >= 100) return Date.UTC(year, month - 1, day);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
