import type { Decoded } from './decoded.ts';
import { DecodeError, tooManySamples } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { arrayRefused, isGroup, kindOf, type Origin, Readings } from './readings.ts';

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
  const readings = new Readings(origin);
  const { ts, seq, values } = object;
  const isEnvelope = isGroup(values, origin) && hasNoOther(object);
  for (const name in object) {
    tally.members += 1;
    if (name !== 'ts' && name !== 'seq' && !isEnvelope) readings.add(name, object[name]);
  }
  if (isEnvelope) {
    for (const name in values) {
      tally.members += 1;
      readings.add(name, values[name]);
    }
  }
  tally.members += readings.members;
  return readings.unsafe ? undefined : readings.finish(ts, seq);
}

/** Whether an object with `values` is ThingsBoard's form; with any other member it is a flat object, so that nothing gets lost. */
function hasNoOther(object: Record<string, unknown>): boolean {
  for (const key in object) {
    if (key !== 'ts' && key !== 'seq' && key !== 'values') return false;
  }
  return true;
}
