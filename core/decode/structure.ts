import type { ReadingValue, Values } from '../sample/sample.ts';
import type { Decoded } from './decoded.ts';
import { DecodeError, tooManySamples } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { arrayRefused, finish, isGroup, isName, kindOf, type Origin, Readings } from './readings.ts';
import { isUnsafe } from './unsafe-number.ts';

/** How many members the objects of a payload had together. */
export interface Tally {
  members: number;
}

/**
 * The samples in what a parser has turned into objects, arrays and scalars; the forms are those that `decodePayload` tells of. For the
 * origin `script` a bigint, a Date, an UnsafeNumber and a ByteString are understood too.
 *
 * @param tally counts the members of all objects that were read.
 * @returns undefined, for the origin `json` alone, when numbers lost digits in parsing, so that the text has to be parsed exactly.
 * @throws DecodeError
 */
export function decodeStructure(payload: unknown, origin: Origin, tally: Tally = { members: 0 }): Decoded[] | undefined {
  if (Array.isArray(payload)) return decodeArray(payload, origin, tally);
  if (payload === null || payload === undefined) throw new DecodeError('empty', 'The payload is null. Send an object with at least one reading.');
  const decoded = isGroup(payload, origin) ? decodeObject(payload, origin, tally) : decodeObject({ value: payload }, origin, { members: 0 });
  return decoded && [decoded];
}

function decodeArray(payload: readonly unknown[], origin: Origin, tally: Tally): Decoded[] | undefined {
  if (payload.length === 0) throw new DecodeError('empty', 'The payload is an empty array. Send at least one sample.');
  if (payload.length > LIMITS.samplesPerPayload) {
    throw tooManySamples(payload.length);
  }
  const samples: Decoded[] = [];
  for (const [index, item] of payload.entries()) {
    if (Array.isArray(item)) throw arrayRefused(`Element ${index}`, item);
    if (!isGroup(item, origin)) {
      throw new DecodeError('type', `Element ${index} of the array is ${kindOf(item)}. Send an object for each sample, such as {"ts":1764000000000,"temperature":21.4}.`);
    }
    const decoded = decodeObject(item, origin, tally);
    if (decoded === undefined) return undefined;
    samples.push(decoded);
  }
  return samples;
}

function decodeObject(object: Record<string, unknown>, origin: Origin, tally: Tally): Decoded | undefined {
  const { ts, seq, values, historical } = object;
  const beside = isGroup(values, origin) ? besideValues(object) : undefined;
  const group = beside === undefined || !isGroup(values, origin) ? object : values;
  if (origin === 'json') {
    const flat = flatValues(group, group === object, tally);
    if (flat !== undefined) {
      tally.members += beside ?? 0;
      return marked(finish({ values: flat }, ts, seq), beside !== undefined && historical === true);
    }
  }
  const readings = new Readings(origin);
  for (const name in group) {
    if (group !== object || (name !== 'ts' && name !== 'seq')) readings.add(name, group[name]);
    tally.members += 1;
  }
  tally.members += readings.members + (beside ?? 0);
  return readings.unsafe ? undefined : marked(readings.finish(ts, seq), beside !== undefined && historical === true);
}

function marked(decoded: Decoded, isHistorical: boolean): Decoded {
  if (isHistorical) decoded.historical = true;
  return decoded;
}

/**
 * How many members an object of ThingsBoard's form has: `values`, with `ts`, `seq` and a true or false `historical` if wanted. Undefined with one
 * member more: it is a flat object then, so that nothing gets lost.
 */
function besideValues(object: Record<string, unknown>): number | undefined {
  let members = 0;
  for (const key in object) {
    if (key !== 'ts' && key !== 'seq' && key !== 'values' && !(key === 'historical' && typeof object[key] === 'boolean')) return undefined;
    members += 1;
  }
  return members;
}

/**
 * The readings of an object from JSON that holds nothing but valid names and plain values, as nearly all do; undefined for any other, which
 * `Readings` takes, at twice the time. Whatever passes here must pass there with the same result.
 *
 * @param isSample whether `ts` and `seq` are the sample's own, and no readings.
 */
function flatValues(group: Record<string, unknown>, isSample: boolean, tally: Tally): Values | undefined {
  const isBare = !isSample || (group['ts'] === undefined && group['seq'] === undefined);
  // Copying costs as much as all checks together, and is needed only to leave something out.
  const values: Values = isBare ? (group as Values) : {};
  let members = 0;
  let count = 0;
  for (const name in group) {
    members += 1;
    if (!isBare && (name === 'ts' || name === 'seq')) continue;
    const value = group[name];
    if (!isPlain(value) || !isName(name)) return undefined;
    if (!isBare) values[name] = value;
    count += 1;
  }
  if (count === 0 || count > LIMITS.metricsPerSample) return undefined;
  tally.members += members;
  return values;
}

function isPlain(value: unknown): value is ReadingValue {
  if (typeof value === 'number') return !isUnsafe(value);
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value === 'boolean' || value === null;
}
