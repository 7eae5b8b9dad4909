import { types } from 'node:util';
import { CLOCK_TOLERANCE } from '../sample/judged-time.ts';
import type { MetricInfo, Values } from '../sample/sample.ts';
import { DecodeError } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { arrayRefused, isGroup, kindOf, type Origin, Readings } from './readings.ts';
import { parseJson, textOf } from './text.ts';
import { parseTime } from './time.ts';
import { parseExact, UnsafeNumber } from './unsafe-number.ts';

export { DecodeError, type DecodeReason } from './decode-error.ts';
export { LIMITS } from './limits.ts';
export { parseTime } from './time.ts';

/** One sample as a payload told it; device, id and time of receipt are known only to whoever received it. */
export interface Decoded {
  /** Event time, ms since the epoch (UTC); absent when the payload gave none that is understood. */
  ts?: number;
  /** The device's own sequence number. */
  seq?: number;
  values: Values;
  /**
   * Only for readings that need a remark. Flags: `big-integer`, an integer beyond 2^53, kept exact as text; `not-finite`, null for a
   * number that no double holds, its text in `raw`; `clock`, the payload's `ts` is not understood (and dropped) or more than five
   * minutes ahead of the time of receipt (and kept); `sequence`, its `seq` is not a whole number from 0 to 2^53 and was dropped.
   */
  metrics?: Record<string, MetricInfo>;
  /** The device says that it kept this reading for a while: stored, but never pages anyone and never actuates. */
  historical?: boolean;
}


/**
 * Reads a payload of bytes or JSON text, received at `received` (ms since the epoch). It takes
 * - a flat object: `{"temperature":21.4,"running":true,"ts":1764000000000,"seq":7}`; nested objects are flattened with dots;
 * - ThingsBoard's telemetry form: `{"ts":1764000000000,"values":{"temperature":21.4}}`, with `seq` if wanted;
 * - an array of those, one sample each, in their order;
 * - one number, true, false or text, which becomes the metric `value`.
 *
 * `ts` and `seq` are never metrics; null for either is the same as none. See `parseTime` for what `ts` may be. As in every JSON
 * parser, the last of several equal keys of an object counts. Throws DecodeError, and nothing else; limits are in `LIMITS`.
 */
export function decodeJson(bytes: Uint8Array | string, received: number): Decoded[] {
  const text = typeof bytes === 'string' ? bytes : textOf(bytes);
  const decoded = decodePayload(parseJson(text), received, 'json');
  return decoded ?? decodePayload(parseExact(text), received, 'exact') ?? [];
}

/**
 * The same for a value that a flow holds already. Text and bytes are read as JSON, except that a text that does not start like
 * JSON is itself a reading ("on"). A Date is written as RFC 3339 text (as `ts` it is a time), a bigint as a number or exact text, and
 * undefined is null. Functions, class instances and objects that contain themselves are refused. An integer beyond 2^53 that is a
 * number already stays one, flagged `big-integer`. Throws DecodeError, and nothing else.
 */
export function decodeValue(value: unknown, received: number): Decoded[] {
  try {
    if (types.isUint8Array(value)) return decodeJson(value, received);
    if (typeof value === 'string') return looksLikeJson(value) ? decodeJson(value, received) : (decodePayload({ value }, received, 'script') ?? []);
    return decodePayload(value, received, 'script') ?? [];
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    // A getter or a proxy can throw whatever it likes.
    throw new DecodeError('type', 'The payload cannot be read: looking at one of its properties failed. Send plain data.', { cause });
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*(?:[[{"]|$|(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*$)/.test(text);
}

/** Undefined when numbers lost digits in parsing, so that the text has to be parsed exactly. */
function decodePayload(payload: unknown, received: number, origin: Origin): Decoded[] | undefined {
  if (isGroup(payload, origin)) {
    const decoded = decodeObject(payload, received, origin);
    return decoded && [decoded];
  }
  if (Array.isArray(payload)) return decodeArray(payload, received, origin);
  if (payload === null || payload === undefined) throw new DecodeError('empty', 'The payload is null. Send an object with at least one reading.');
  const decoded = decodeObject({ value: payload }, received, origin);
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
