import type { Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { excerpt, LIMITS } from './limits.ts';
import { Readings } from './readings.ts';
import { remarkOn } from './remark.ts';
import { metricOf } from './senml-metric.ts';
import { refused, type SenmlRecord } from './senml-record.ts';
import { UnsafeNumber } from './unsafe-number.ts';

/** Times below this many seconds are relative to now (RFC 8428, section 4.5.3). */
const RELATIVE = 2 ** 28;
/** Milliseconds since the epoch that a time can say here: 1973 to 5138, as in `parseTime`. */
const EARLIEST = 1e11;
const LATEST = 1e14;

/** Readings of one time, and the records that they are of. */
interface Group {
  /** Milliseconds since the epoch; undefined: the device told none; NaN: none that is understood. */
  time: number | undefined;
  readings: Readings;
  placed: { metric: string; index: number; name: string }[];
}

/**
 * Turns the records of a SenML pack into samples while it resolves them (RFC 8428, sections 4.1 to 4.6): base fields hold from the
 * record that has them, names are prefixed, times, values and sums added. Give it every record in order, then ask for the samples.
 * A record of base fields alone holds no reading. A sum is the metric `<name>.sum`, in the unit multiplied by seconds (`W.s`).
 */
export class SenmlPack {
  readonly #received: number;
  readonly #groups = new Map<number | undefined, Group>();
  readonly #units = new Map<string, string>();
  #baseName = '';
  #baseTime = 0;
  #baseUnit: string | undefined;
  #baseValue: number | UnsafeNumber | undefined;
  #baseSum: number | UnsafeNumber | undefined;

  /** @param received the "now" of relative times, ms since the epoch. */
  constructor(received: number) {
    this.#received = received;
  }

  /** @throws DecodeError */
  add(record: SenmlRecord, index: number): void {
    this.#baseName = record.baseName ?? this.#baseName;
    this.#baseTime = record.baseTime ?? this.#baseTime;
    this.#baseUnit = record.baseUnit ?? this.#baseUnit;
    this.#baseValue = record.baseValue ?? this.#baseValue;
    this.#baseSum = record.baseSum ?? this.#baseSum;
    const { name = '', time, unit, value, sum } = record;
    if (value === undefined && sum === undefined) {
      if (record.name === undefined && time === undefined && unit === undefined) return;
      if (this.#baseSum === undefined) throw refused(index, `(${this.#shown(name)}) holds no value. Send one of v, vs, vb, vd and s`);
    }
    const metric = metricOf(this.#baseName, name, this.#baseUnit, unit);
    if (metric === '') throw refused(index, 'has no name. Send n, or a base name bn');
    const group = this.#groupAt(this.#baseTime + (time ?? 0));
    const resolvedUnit = unit ?? this.#baseUnit;
    if (value !== undefined) {
      const isNumber = typeof value === 'number' || value instanceof UnsafeNumber;
      this.#put(group, metric, isNumber ? plus(value, this.#baseValue) : value, resolvedUnit, index, name);
    }
    if (sum !== undefined || this.#baseSum !== undefined) {
      this.#put(group, `${metric}.sum`, plus(sum ?? 0, this.#baseSum), resolvedUnit && `${resolvedUnit}.s`, index, name);
    }
  }

  /** One for each time, in the order in which the times came first. @throws DecodeError `empty` */
  samples(): Decoded[] {
    if (this.#groups.size === 0) throw new DecodeError('empty', 'The SenML pack holds no reading. Send at least one record, such as [{"n":"temperature","u":"Cel","v":21.4}].');
    return Array.from(this.#groups.values(), ({ readings, time }) => readings.finish(time, undefined));
  }

  #put(group: Group, metric: string, value: unknown, unit: string | undefined, index: number, name: string): void {
    if (Object.hasOwn(group.readings.values, metric)) throw this.#collision(group, metric, index, name);
    group.readings.add(metric, value);
    group.placed.push({ metric, index, name: this.#baseName + name });
    if (unit === undefined || unit === '') return;
    const known = this.#units.get(metric);
    if (known === undefined) this.#units.set(metric, unit);
    else if (known !== unit) {
      throw refused(index, `gives the metric ${excerpt(metric)} in ${excerpt(unit)}, and one before it in ${excerpt(known)}. Give each quantity a name of its own`);
    }
    remarkOn(group.readings, metric).unit = unit;
  }

  #collision(group: Group, metric: string, index: number, name: string): DecodeError {
    const other = group.placed.find((placed) => placed.metric === metric);
    const first = other === undefined ? 'another' : `record ${other.index + 1} (${excerpt(other.name, 80)})`;
    return refused(index, `(${this.#shown(name)}) and ${first} both give the metric ${excerpt(metric)} for one time, to the millisecond. Give them different names, or send each device's records as that device`);
  }

  #shown(name: string): string {
    return excerpt(this.#baseName + name, 80);
  }

  #groupAt(seconds: number): Group {
    const time = this.#resolve(seconds);
    let group = this.#groups.get(time);
    if (group === undefined) {
      if (this.#groups.size >= LIMITS.samplesPerPayload) {
        throw new DecodeError('too-many', `The SenML pack holds more than ${LIMITS.samplesPerPayload} times; at most so many are read at once. Split it.`);
      }
      group = { time, readings: new Readings('script'), placed: [] };
      this.#groups.set(time, group);
    }
    return group;
  }

  #resolve(seconds: number): number | undefined {
    // "Roughly now" is what the time of reception says, and then no time of the device is claimed.
    if (seconds === 0) return undefined;
    const time = Math.round(seconds * 1_000) + (seconds < RELATIVE ? this.#received : 0);
    return time >= EARLIEST && time < LATEST ? time : Number.NaN;
  }
}

/** Exact where both are integers, as far as an UnsafeNumber is. */
function plus(value: number | UnsafeNumber, base: number | UnsafeNumber | undefined): number | UnsafeNumber {
  if (base === undefined || base === 0) return value;
  const a = integerOf(value);
  const b = integerOf(base);
  if (a !== undefined && b !== undefined) return new UnsafeNumber(String(a + b), Number(a + b));
  return numberOf(value) + numberOf(base);
}

function numberOf(value: number | UnsafeNumber): number {
  return typeof value === 'number' ? value : value.value;
}

function integerOf(value: number | UnsafeNumber): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return value.source.length <= LIMITS.integerDigits && /^-?\d+$/.test(value.source) ? BigInt(value.source) : undefined;
}
