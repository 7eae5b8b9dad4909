import { BadDeletionError } from './bad-deletion-error.ts';
import type { Deletion } from './store.ts';
import { shown } from './unstorable-error.ts';

const FIELDS: readonly string[] = ['device', 'metric', 'from', 'to'] satisfies ReadonlyArray<keyof Deletion>;

/** A time in milliseconds since the epoch, as a number or in ISO 8601; NaN for what is neither. */
export function timeOfText(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
}

/**
 * A deletion as a request or a command says it, in texts: device, and where they are given metric, from and to. Anything else in it is refused:
 * a name that is spelled wrongly must not delete all that there is.
 *
 * @throws BadDeletionError that names the field, the value and the cure.
 */
export function readDeletion(given: Readonly<Record<string, unknown>>): Deletion {
  const other = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (other !== undefined) throw new BadDeletionError(`A deletion has no field ${shown(other)}. Give device, and if not all of it is to go metric, from and to.`);
  const device = textIn(given, 'device');
  if (device === undefined) throw new BadDeletionError('No device is given. Say whose readings are to be deleted.');
  const [metric, from, to] = [textIn(given, 'metric'), timeIn(given, 'from'), timeIn(given, 'to')];
  if (from !== undefined && to !== undefined && from >= to) throw new BadDeletionError(`The deletion ends at ${new Date(to).toISOString()}, which is not after its beginning at ${new Date(from).toISOString()}. Give a later end; it is not included.`);
  return { device, ...(metric !== undefined && { metric }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** An empty text is as good as none. */
function textIn(given: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = given[field];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new BadDeletionError(`The ${field} of a deletion is ${shown(value)}. Give one text.`);
  return value;
}

function timeIn(given: Readonly<Record<string, unknown>>, field: 'from' | 'to'): number | undefined {
  const text = textIn(given, field);
  if (text === undefined) return undefined;
  const time = timeOfText(text);
  if (Number.isNaN(new Date(time).getTime())) throw new BadDeletionError(`The time ${field} of a deletion is ${shown(text)}. Give a time such as 2026-03-01T00:00:00Z, or milliseconds since 1970.`);
  return time;
}
