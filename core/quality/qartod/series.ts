import { ConfigError } from '../../errors/holdfast-error.ts';
import { isGiven, show } from './options.ts';

/** A time: milliseconds since the epoch, a Date, or text in ISO 8601, in UTC when it names no offset; null: not known. */
export type Time = number | Date | string | null | undefined;

/** A value; null, undefined, NaN, infinities and what is no number are missing. */
export type Value = number | null | undefined;

/** The readings of one metric, in the order in which they arrived. */
export interface Series {
  /** As many as there are values. */
  times: ArrayLike<Time>;
  values: ArrayLike<Value>;
}

const ISO = /^(\d{4}-\d\d(?:-\d\d)?)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,12})?)?)([Zz]|[+-]\d\d:?\d\d)?)?$/;

/** Milliseconds since the epoch, NaN for a time that is not known. @throws ConfigError when one cannot be read. */
export function toTimes(times: unknown, field = 'times'): number[] {
  return Array.from(toArrayLike(field, times), (time, index) => toTime(time, `${field}[${index}]`));
}

/** Numbers, NaN for what is missing. @throws ConfigError when it is no array. */
export function toValues(values: unknown, field = 'values'): number[] {
  return Array.from(toArrayLike(field, values), (value) => (typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN));
}

/** Both as numbers. @throws ConfigError when one is no array, or they are not of the same length. */
export function toSeries({ times, values }: { times: unknown; values: unknown }): { times: number[]; values: number[] } {
  const series = { times: toTimes(times), values: toValues(values) };
  requireSameLength('times', series.times.length, series.values.length);
  return series;
}

/** The values of a series whose times do not matter to a test and may be left out. */
export function toTimelessSeries({ times, values }: { times?: unknown; values: unknown }): { times: number[]; values: number[] } {
  if (isGiven(times)) return toSeries({ times, values });
  const numbers = toValues(values);
  return { times: numbers.map(() => Number.NaN), values: numbers };
}

/** @throws ConfigError when there are not as many of a field as there are of the values. */
export function requireSameLength(field: string, length: number, wanted: number): void {
  if (length !== wanted) throw new ConfigError(field, `${field} has ${length} elements, where ${wanted} are needed: give one for each reading, null where it is not known.`);
}

/** One time in milliseconds since the epoch. @throws ConfigError when it cannot be read. */
export function toTime(time: unknown, field: string): number {
  if (typeof time === 'number') return Number.isFinite(time) ? time : Number.NaN;
  if (time === null || time === undefined) return Number.NaN;
  if (time instanceof Date) return time.getTime();
  const parts = typeof time === 'string' ? ISO.exec(time) : null;
  const milliseconds = parts ? Date.parse(parts[2] === undefined ? String(parts[1]) : `${parts[1]}T${parts[2].replace(',', '.')}${(parts[3] ?? 'Z').toUpperCase()}`) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new ConfigError(field, `${field} is ${show(time)}: give milliseconds since 1970 as a number, a Date, or a text such as "2026-11-22T10:00:00Z".`);
  }
  return milliseconds;
}

function toArrayLike(field: string, list: unknown): ArrayLike<unknown> {
  if (Array.isArray(list) || (ArrayBuffer.isView(list) && !(list instanceof DataView) && 'length' in list)) return list as ArrayLike<unknown>;
  throw new ConfigError(field, `${field} is ${show(list)}: give an array, one element for each reading.`);
}
