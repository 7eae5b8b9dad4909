/** The parts of a date that a climatology can go by, all in UTC. `week` and `weekofyear` are the ISO week; `dayofweek` is 0 on Monday. */
export const PERIODS = ['year', 'quarter', 'month', 'week', 'weekofyear', 'day', 'dayofyear', 'dayofweek', 'hour', 'minute'] as const;
export type Period = (typeof PERIODS)[number];

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The part of the date at a time in milliseconds since the epoch; NaN when it is no time. */
export function partOf(period: Period, ts: number): number {
  switch (period) {
    case 'minute':
      return mod(Math.floor(ts / MINUTE), 60);
    case 'hour':
      return mod(Math.floor(ts / HOUR), 24);
    case 'dayofweek':
      return weekday(Math.floor(ts / DAY));
    case 'day':
      return new Date(ts).getUTCDate();
    case 'dayofyear':
      return Math.floor(ts / DAY) - firstDay(new Date(ts).getUTCFullYear()) + 1;
    case 'week':
    case 'weekofyear':
      return isoWeek(Math.floor(ts / DAY));
    case 'month':
      return new Date(ts).getUTCMonth() + 1;
    case 'quarter':
      return Math.floor(new Date(ts).getUTCMonth() / 3) + 1;
    case 'year':
      return new Date(ts).getUTCFullYear();
  }
}

/** The week belongs to the year that its Thursday lies in (ISO 8601). */
function isoWeek(day: number): number {
  const thursday = day - weekday(day) + 3;
  return Math.floor((thursday - firstDay(new Date(thursday * DAY).getUTCFullYear())) / 7) + 1;
}

/** 1970-01-01 was a Thursday. */
function weekday(day: number): number {
  return mod(day + 3, 7);
}

/** Days from the epoch to the first of January. */
function firstDay(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1) / DAY;
}

function mod(number: number, by: number): number {
  return ((number % by) + by) % by;
}
