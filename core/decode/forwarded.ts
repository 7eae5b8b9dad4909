import type { MetricInfo, Quality } from '../sample/sample.ts';
import { QUALITY } from '../sample/sample.ts';
import { DecodeError, emptyPayload, tooManySamples } from './decode-error.ts';
import type { Decoded } from './decoded.ts';
import { parseJson, refuseDuplicateKeys } from './json.ts';
import { LIMITS } from './limits.ts';
import { atPlace, linesOf } from './line.ts';
import { decodeStructure } from './structure.ts';
import { textOf } from './text.ts';

/** A sample as another Holdfast forwarded it: it names its device and its id, and keeps what was known of its readings. */
export interface Forwarded extends Decoded {
  device: string;
  id: string;
}

/** One forwarded sample, and the text that it was read from. */
export interface ForwardedLine {
  text: string;
  sample: Forwarded;
}

const LONGEST_ID = 300;
/** No database keeps a zero in a text, and a line break would end a line of a log. */
const NAMING = new RegExp(`^\\P{Cc}{1,${LONGEST_ID}}$`, 'u');
const LONGEST_TEXT = 256;
const MOST_FLAGS = 32;
const MOST_TESTS = 32;
const TEST_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const QUALITIES: ReadonlySet<unknown> = new Set<Quality>(Object.values(QUALITY));
/** ECMA-262, section 21.4.1.1: a time that a Date can hold. */
const LATEST = 8.64e15;

/**
 * Reads forwarded samples: one JSON object in each line, as docs/forward.md describes them.
 *
 * @throws DecodeError that names the line.
 */
export function decodeForwarded(payload: Uint8Array | string): Forwarded[] {
  return Array.from(eachForwardedLine(payload), ({ sample }) => sample);
}

/** The same, each with its own text, one after the other, so that something else can be done in between. Throws as `decodeForwarded` does. */
export function* eachForwardedLine(payload: Uint8Array | string): Generator<ForwardedLine, void, undefined> {
  let count = 0;
  for (const { text, number, start } of linesOf(typeof payload === 'string' ? payload : textOf(payload))) {
    yield { text, sample: sampleAt(text, number, start) };
    count += 1;
    if (count > LIMITS.samplesPerPayload) throw tooManySamples();
  }
  if (count === 0) throw emptyPayload();
}

function sampleAt(text: string, number: number, start: number): Forwarded {
  try {
    return forwardedOf(text);
  } catch (error) {
    throw atPlace(error, `Line ${number}`, start);
  }
}

function forwardedOf(text: string): Forwarded {
  const line = parseJson(text);
  if (!isObject(line)) throw wrong('the line', 'an object');
  refuseDuplicateKeys(text, membersIn(line));
  const { device, id, ts, tsSource, seq, historical, values, metrics, alarm } = line;
  if (typeof device !== 'string' || device === '') throw wrong('device', 'the id of a device');
  if (typeof id !== 'string' || !NAMING.test(id) || !id.isWellFormed()) throw wrong('id', `a text of 1 to ${LONGEST_ID} characters, none of them a control character`);
  if (typeof ts !== 'number' || !Number.isInteger(ts) || Math.abs(ts) > LATEST) throw wrong('ts', 'a whole number of milliseconds since 1970');
  const readings = alarm === undefined ? values : readingsOfAlarm(alarm);
  if (!isObject(readings)) throw wrong('values', 'an object of readings');
  const sample: Forwarded = { ...readingsIn({ values: readings, seq }), device, id, ts };
  if (tsSource === 'server') sample.tsSource = 'server';
  if (historical === true) sample.historical = true;
  const infos = metrics === undefined ? undefined : infosOf(metrics, sample);
  if (infos) sample.metrics = infos;
  return sample;
}

/** Of the object, and of all objects within it. */
function membersIn(value: object): number {
  let members = 0;
  const open: object[] = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const isList = Array.isArray(one);
    for (const inner of Object.values(one) as unknown[]) {
      if (!isList) members += 1;
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
  }
  return members;
}

/** A number is a double where it comes from, also one beyond 2^53, and stays one. */
function readingsIn(payload: Record<string, unknown>): Decoded {
  const [decoded] = decodeStructure(payload, 'json') ?? decodeStructure(payload, 'script') ?? [];
  if (!decoded) throw wrong('values', 'an object of readings');
  if (decoded.metrics && Object.values(decoded.metrics).some(({ flags }) => flags?.includes('not-finite'))) throw wrong('values', 'an object of readings whose numbers are within the range of a double');
  const { values, seq } = decoded;
  return seq === undefined ? { values } : { values, seq };
}

/** An alarm arrives as readings of its device, since that is what a door takes: its state, its severity and its sentence. */
function readingsOfAlarm(alarm: unknown): Record<string, unknown> {
  if (!isObject(alarm)) throw wrong('alarm', 'an object');
  const name = `alarm.${typeof alarm['alarm'] === 'string' ? alarm['alarm'].slice(0, 100) : 'unnamed'}`;
  const readings: Record<string, unknown> = { [name]: alarm['state'] };
  for (const part of ['severity', 'message', 'value'] as const) if (alarm[part] !== undefined) readings[`${name}.${part}`] = alarm[part];
  return readings;
}

function infosOf(metrics: unknown, { values }: Decoded): Record<string, MetricInfo> | undefined {
  if (!isObject(metrics)) throw wrong('metrics', 'an object');
  const infos: [string, MetricInfo][] = [];
  for (const [name, info] of Object.entries(metrics)) {
    if (!Object.hasOwn(values, name)) throw new DecodeError('type', `metrics tells of "${name.slice(0, 40)}", and values has no such reading. Send both or neither.`);
    if (!isObject(info)) throw wrong(`metrics.${name.slice(0, 40)}`, 'an object');
    infos.push([name, infoOf(info, `metrics.${name.slice(0, 40)}`)]);
  }
  return infos.length === 0 ? undefined : Object.fromEntries(infos);
}

function infoOf({ unit, q, flags, raw, tests }: Record<string, unknown>, field: string): MetricInfo {
  const info: MetricInfo = {};
  if (unit !== undefined) {
    if (!isShort(unit)) throw wrong(`${field}.unit`, `a text of at most ${LONGEST_TEXT} characters`);
    info.unit = unit;
  }
  if (q !== undefined) {
    if (!isQuality(q)) throw wrong(`${field}.q`, '1, 2, 3, 4 or 9');
    info.q = q;
  }
  if (flags !== undefined) {
    if (!Array.isArray(flags) || flags.length > MOST_FLAGS || !flags.every(isShort)) throw wrong(`${field}.flags`, `a list of at most ${MOST_FLAGS} texts`);
    info.flags = flags;
  }
  if (raw !== undefined) {
    if (!isShort(raw) && !(typeof raw === 'number' && Number.isFinite(raw)) && typeof raw !== 'boolean' && raw !== null) throw wrong(`${field}.raw`, `a number, true, false or a text of at most ${LONGEST_TEXT} characters`);
    info.raw = raw;
  }
  if (tests !== undefined) {
    if (!areTests(tests)) throw wrong(`${field}.tests`, `an object of at most ${MOST_TESTS} names of tests, each with 1, 2, 3, 4 or 9`);
    info.tests = tests;
  }
  return info;
}

function areTests(value: unknown): value is Record<string, Quality> {
  return isObject(value) && Object.keys(value).length <= MOST_TESTS && Object.entries(value).every(([name, flag]) => TEST_NAME.test(name) && isQuality(flag));
}

function isQuality(value: unknown): value is Quality {
  return QUALITIES.has(value);
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT && value.isWellFormed();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(field: string, must: string): DecodeError {
  return new DecodeError('type', `${field} of a forwarded sample must be ${must}. Forward with a Holdfast of this version, or send telemetry to devices/<device>/telemetry.`);
}
