import { types } from 'node:util';
import type { MetricInfo, ReadingValue, Values } from '../sample/sample.ts';
import { ByteString } from './byte-string.ts';
import type { Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { excerpt, LIMITS } from './limits.ts';
import { flag, flagAll } from './remark.ts';
import { parseTime } from './time.ts';
import { isUnsafe, UnsafeNumber } from './unsafe-number.ts';

/**
 * Where a value came from. `json`: JSON.parse made it, so it holds plain objects only. `exact`: so too, with UnsafeNumber where
 * digits were lost. `script`: anything that JavaScript knows.
 */
export type Origin = 'json' | 'exact' | 'script';

/** The readings of one sample while they are gathered from a payload. */
export class Readings {
  values: Values = {};
  metrics: Record<string, MetricInfo> | undefined;
  /** Members of the nested objects that were flattened. */
  members = 0;
  /** Whether a number may have lost digits, so that the text has to be read again. */
  unsafe = false;
  readonly #origin: Origin;
  /** The objects that are being flattened, outermost first. */
  readonly #open: object[] = [];
  #count = 0;
  #groups = 0;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Takes one member of the payload; an object is flattened, its names joined with dots. */
  add(name: string, value: unknown): void {
    checkName(name, name);
    this.#add(name, value, 1);
  }

  /** Takes one member of a named group: the metric `<group>.<key>`. */
  addTo(group: string, key: string, value: unknown): void {
    checkName(group, group);
    const name = `${group}.${key}`;
    checkName(key, name);
    this.#add(name, value, 1);
  }

  /**
   * The sample, with its time and sequence number as the payload has them; see `finish`.
   *
   * @throws DecodeError `empty` without a reading.
   */
  finish(ts: unknown, seq: unknown): Decoded {
    if (this.#count === 0) throw new DecodeError('empty', 'The payload holds no reading. Send at least one metric, such as {"temperature":21.4}.');
    const decoded: Decoded = { values: this.values };
    if (this.metrics) decoded.metrics = this.metrics;
    return finish(decoded, ts, seq);
  }

  #add(name: string, value: unknown, depth: number): void {
    if (typeof value === 'number') {
      this.#put(name, isUnsafe(value) ? this.#unsafeNumber(name, value) : value);
    } else if (typeof value === 'boolean' || value === null) {
      this.#put(name, value);
    } else if (typeof value === 'string') {
      if (!value.isWellFormed()) throw new DecodeError('encoding', `${excerpt(name)} holds half a character (a lone UTF-16 surrogate). Send text that is valid Unicode.`);
      this.#put(name, value);
    } else if (typeof value === 'object' && isGroup(value, this.#origin)) {
      this.#addGroup(name, value, depth);
    } else {
      this.#put(name, this.#special(name, value));
    }
  }

  #addGroup(prefix: string, group: Record<string, unknown>, depth: number): void {
    if (depth >= LIMITS.depth) throw tooDeep(prefix);
    if (++this.#groups > LIMITS.groupsPerSample) throw tooMany(`more than ${LIMITS.groupsPerSample} nested objects`);
    if (this.#open.includes(group)) throw new DecodeError('depth', `${excerpt(prefix)} refers to itself. Send plain data without cycles.`);
    this.#open.push(group);
    for (const key in group) {
      this.members += 1;
      const name = `${prefix}.${key}`;
      checkName(key, name);
      this.#add(name, group[key], depth + 1);
    }
    this.#open.pop();
  }

  #put(name: string, value: ReadingValue): void {
    if (++this.#count > LIMITS.metricsPerSample) throw tooMany(`more than ${LIMITS.metricsPerSample} readings in one sample`);
    // Only flattening can make a name twice: {"a.b":1,"a":{"b":2}}.
    if ((this.#groups > 0 || name.includes('.')) && Object.hasOwn(this.values, name)) {
      throw new DecodeError('type', `${excerpt(name)} is there twice, once with a dot in its name and once as a nested object. Rename one of them.`);
    }
    this.values[name] = value;
  }

  #unsafeNumber(name: string, value: number): ReadingValue {
    if (this.#origin === 'json') {
      this.unsafe = true;
      return null;
    }
    if (!Number.isFinite(value)) return this.#notFinite(name, String(value));
    // Whoever parsed the number may have lost digits already: it stays a number, and says so. From 1e21 on it prints as a float.
    if (Number.isInteger(value) && Math.abs(value) < 1e21) flag(this, name, 'big-integer');
    return value;
  }

  #special(name: string, value: unknown): ReadingValue {
    if (value instanceof UnsafeNumber) return this.#exact(name, value);
    if (Array.isArray(value)) throw arrayRefused(name, value);
    if (value instanceof ByteString) {
      flag(this, name, 'bytes');
      return value.text;
    }
    if (this.#origin === 'script') {
      if (value === undefined) return null;
      if (typeof value === 'bigint') return this.#exact(name, new UnsafeNumber(String(value), Number(value)));
      if (types.isDate(value)) {
        const time = Date.prototype.getTime.call(value);
        return Number.isNaN(time) ? this.#notFinite(name, 'Invalid Date') : new Date(time).toISOString();
      }
    }
    throw new DecodeError('type', `${excerpt(name)} is ${kindOf(value)}, which cannot be a reading. Send a number, a text, true, false or null.`);
  }

  #exact(name: string, number: UnsafeNumber): ReadingValue {
    const isInteger = /^-?\d+$/.test(number.source);
    if (isInteger && !isUnsafe(number.value)) return number.value;
    if (isInteger && number.source.length <= LIMITS.integerDigits) {
      flag(this, name, 'big-integer');
      return number.source;
    }
    return Number.isFinite(number.value) ? number.value : this.#notFinite(name, excerpt(number.source, 64));
  }

  #notFinite(name: string, raw: string): null {
    flag(this, name, 'not-finite').raw = raw;
    return null;
  }
}

/**
 * Gives a sample its time and sequence number as the payload has them; undefined or null: it has none. What is not understood is left out, and
 * every reading flagged.
 */
export function finish(decoded: Decoded, ts: unknown, seq: unknown): Decoded {
  if (ts !== undefined && ts !== null) {
    const time = parseTime(ts instanceof UnsafeNumber ? ts.value : ts);
    if (time === undefined) flagAll(decoded, 'clock');
    else decoded.ts = time;
  }
  if (seq !== undefined && seq !== null) {
    if (typeof seq === 'number' && seq >= 0 && Number.isSafeInteger(seq)) decoded.seq = seq;
    else flagAll(decoded, 'sequence');
  }
  return decoded;
}

/** Whether a value is an object to flatten, or to take for a sample: a plain one, of this or of another realm (function nodes run in one). */
export function isGroup(value: unknown, origin: Origin): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (origin === 'json') return true;
  if (origin === 'exact') return !(value instanceof UnsafeNumber);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether `checkName` lets the name of a metric pass. */
export function isName(name: string): boolean {
  return name !== '__proto__' && name !== 'constructor' && name !== 'prototype' && name.length > 0 && name.length <= LIMITS.metricName && name.isWellFormed();
}

/** Refuses a key that could reach an object's prototype, and a name that is empty or too long. */
function checkName(key: string, name: string): void {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw new DecodeError('forbidden-key', `The key "${excerpt(name, LIMITS.metricName)}" is refused: it could change objects of the server. Rename the metric.`);
  }
  if (key.length === 0) throw new DecodeError('type', 'A metric has an empty name. Give it a name.');
  if (name.length > LIMITS.metricName) throw tooMany(`a metric name of ${name.length} characters (${excerpt(name)}), where ${LIMITS.metricName} are allowed`);
  if (!key.isWellFormed()) throw new DecodeError('encoding', `The metric name ${excerpt(name)} holds half a character (a lone UTF-16 surrogate). Send names that are valid Unicode.`);
}

function tooMany(what: string): DecodeError {
  return new DecodeError('too-many', `The payload holds ${what}. Split it, or send less at once.`);
}

function tooDeep(name: string): DecodeError {
  return new DecodeError('depth', `${excerpt(name)} is nested deeper than ${LIMITS.depth} levels. Send a flatter object.`);
}

/** The refusal of an array where a reading belongs. */
export function arrayRefused(name: string, array: readonly unknown[]): DecodeError {
  if (isDeep(array, LIMITS.depth)) return tooDeep(name);
  return new DecodeError('type', `${excerpt(name)} is an array, which cannot be a reading. Send each element as a metric of its own, or as a sample of its own with its ts.`);
}

function isDeep(value: unknown, levels: number): boolean {
  let inner = value;
  for (let level = 0; Array.isArray(inner); level++) {
    if (level >= levels) return true;
    inner = inner[0];
  }
  return false;
}

/** What a value is, for a sentence. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== '' ? `a ${excerpt(made.name)} object` : 'an object of a class';
}
