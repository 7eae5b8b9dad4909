import { CLOCK_TOLERANCE } from '../sample/judged-time.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { arrayRefused, isGroup, kindOf, type Origin, Readings } from './readings.ts';
import { parseTime } from './time.ts';
import { UnsafeNumber } from './unsafe-number.ts';

/**
 * The samples in a payload that a parser has turned into objects, arrays and scalars; the forms are those that `decodePayload` tells of.
 * For a parser of a binary format the origin is `script`: a bigint, a Date and a Map-free plain object are understood then, and a class
 * instance or bytes are refused.
 *
 * @returns undefined, for the origin `json` alone, when numbers lost digits in parsing, so that the text has to be parsed exactly.
 * @throws DecodeError
 */
export function decodeStructure(payload: unknown, context: Pick<DecodeContext, 'received'>, origin: Origin): Decoded[] | undefined {
  if (isGroup(payload, origin)) {
    const decoded = decodeObject(payload, context.received, origin);
    return decoded && [decoded];
  }
  if (Array.isArray(payload)) return decodeArray(payload, context.received, origin);
  if (payload === null || payload === undefined) throw new DecodeError('empty', 'The payload is null. Send an object with at least one reading.');
  const decoded = decodeObject({ value: payload }, context.received, origin);
  return decoded && [decoded];
}

function decodeArray(payload: readonly unknown[], received: number, origin: Origin): Decoded[] | undefined {
  if (payload.length === 0) throw new DecodeError('empty', 'The payload is an empty array. Send at least one sample.');
  if (payload.length > LIMITS.samplesPerPayload) {
    throw new DecodeError('too-many', `The payload holds ${payload.length} samples; at most ${LIMITS.samplesPerPayload} are read at once. Split it.`);
  }
  const samples: Decoded[] = [];
  for (const [index, item] of payload.entries()) {
    if (Array.isArray(item)) throw arrayRefused(`Element ${index}`, item);
    if (!isGroup(item, origin)) {
      throw new DecodeError('type', `Element ${index} of the array is ${kindOf(item)}. Send an object for each sample, such as {"ts":1764000000000,"temperature":21.4}.`);
    }
    const decoded = decodeObject(item, received, origin);
    if (decoded === undefined) return undefined;
    samples.push(decoded);
  }
  return samples;
}

function decodeObject(object: Record<string, unknown>, received: number, origin: Origin): Decoded | undefined {
  const readings = new Readings(origin);
  const { ts, seq, values } = object;
  if (isGroup(values, origin) && isEnvelope(object)) {
    for (const name in values) readings.add(name, values[name]);
  } else {
    for (const name in object) {
      if (name !== 'ts' && name !== 'seq') readings.add(name, object[name]);
    }
  }
  if (readings.unsafe) return undefined;
  return finish(readings, ts, seq, received);
}

function finish(readings: Readings, ts: unknown, seq: unknown, received: number): Decoded {
  if (readings.isEmpty) throw new DecodeError('empty', 'The payload holds no reading. Send at least one metric, such as {"temperature":21.4}.');
  const decoded: Decoded = { values: readings.values };
  if (ts !== undefined && ts !== null) {
    const time = parseTime(ts instanceof UnsafeNumber ? ts.value : ts);
    if (time !== undefined) decoded.ts = time;
    if (time === undefined || time > received + CLOCK_TOLERANCE) readings.flagAll('clock');
  }
  if (seq !== undefined && seq !== null) {
    if (typeof seq === 'number' && seq >= 0 && Number.isSafeInteger(seq)) decoded.seq = seq;
    else readings.flagAll('sequence');
  }
  if (readings.metrics) decoded.metrics = readings.metrics;
  return decoded;
}

/** Whether an object with `values` is ThingsBoard's form; with any other member it is a flat object, so that nothing gets lost. */
function isEnvelope(object: Record<string, unknown>): boolean {
  for (const key in object) {
    if (key !== 'ts' && key !== 'seq' && key !== 'values') return false;
  }
  return true;
}
