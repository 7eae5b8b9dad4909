import { excerpt } from '../../decode/limits.ts';
import type { Sample } from '../../sample/sample.ts';
import { typeOfValue } from './declared-metrics.ts';
import type { DeclaredMetric, DeclaredMetrics } from './declared-metrics.ts';
import type { Deviation } from './drift.ts';
import { isFirmware } from './firmware.ts';

/** What is remembered of one metric of a device. `first` and `last` number its samples. */
interface Seen {
  first: number;
  last: number;
  /** Samples that had it, from `first` on. */
  count: number;
  /** Absent while it never had a value. */
  type?: string;
  unit?: string;
  isFirmware: boolean;
}

const METRICS_PER_DEVICE = 200;
/** A metric is missed when it was in so many samples, in such a share of them, and is absent from the last of them. */
const USUAL_SAMPLES = 20;
const USUAL_SHARE = 0.95;
export const ABSENT_SAMPLES = 10;
/** Absent for so long, it makes room for another one. */
const FORGOTTEN_SAMPLES = 100;
/** What only counts on is kept every so many samples. */
const KEPT_EVERY = 100;
const FIRMWARE_LENGTH = 64;
const NONE: readonly Deviation[] = [];

/** What one device usually sends, and by which firmware. Bounded, whatever names the device makes up. */
export class DeviceDrift {
  #samples = 0;
  #firmware = '';
  #isChanged = false;
  readonly #metrics = new Map<string, Seen>();

  /** @param snapshot what `snapshot` gave; what cannot be read of it is learned anew. */
  constructor(snapshot?: unknown) {
    if (typeof snapshot !== 'object' || snapshot === null) return;
    const { samples, firmware, metrics }: { samples?: unknown; firmware?: unknown; metrics?: unknown } = snapshot;
    if (typeof samples !== 'number' || !Array.isArray(metrics)) return;
    this.#samples = samples;
    if (typeof firmware === 'string') this.#firmware = firmware;
    for (const entry of metrics as unknown[]) {
      if (!Array.isArray(entry) || this.#metrics.size >= METRICS_PER_DEVICE) continue;
      const [metric, first, last, count, type, unit] = entry as unknown[];
      if (typeof metric !== 'string' || typeof first !== 'number' || typeof last !== 'number' || typeof count !== 'number') continue;
      this.#metrics.set(metric, { first, last, count, isFirmware: isFirmware(metric), ...(typeof type === 'string' && { type }), ...(typeof unit === 'string' && { unit }) });
    }
  }

  /** The newest that the device has named; empty when it never did. */
  get firmware(): string {
    return this.#firmware;
  }

  /** Whether the last sample changed something that is worth keeping on disk. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Compares a sample with the contract and with what the device sent before, and learns from it. */
  judge({ values, metrics }: Pick<Sample, 'values' | 'metrics'>, declared: DeclaredMetrics): readonly Deviation[] {
    this.#samples += 1;
    this.#isChanged = this.#samples % KEPT_EVERY === 0 || this.#samples === USUAL_SAMPLES;
    let deviations: Deviation[] | undefined;
    let known = 0;
    let mayMakeRoom = true;
    for (const metric in values) {
      const value = values[metric];
      if (value === undefined) continue;
      const declaration = declared.metrics.get(metric);
      if (!declaration && declared.isComplete) (deviations ??= []).push({ kind: 'new', metric, was: null, is: familyOf(typeOfValue(value)) });
      let seen = this.#metrics.get(metric);
      if (!seen) {
        if (this.#metrics.size >= METRICS_PER_DEVICE && mayMakeRoom) {
          mayMakeRoom = false;
          this.#makeRoom();
        }
        seen = this.#begin(metric);
      }
      if (seen) {
        known += 1;
        this.#count(seen);
        if (seen.isFirmware && typeof value === 'string') this.#noteFirmware(value);
      }
      if (value === null) continue;
      const unit = metrics && Object.hasOwn(metrics, metric) ? metrics[metric]?.unit : undefined;
      const type = this.#changedType(metric, typeOfValue(value), declaration, seen);
      if (type) (deviations ??= []).push(type);
      const changed = typeof unit === 'string' ? this.#changedUnit(metric, unit, declaration, seen) : undefined;
      if (changed) (deviations ??= []).push(changed);
    }
    if (known < this.#metrics.size) deviations = this.#missing(deviations);
    return deviations ?? NONE;
  }

  /** Plain JSON. */
  snapshot(): unknown {
    const metrics = Array.from(this.#metrics, ([metric, { first, last, count, type, unit }]) => [metric, first, last, count, type ?? null, unit ?? null]);
    return { samples: this.#samples, firmware: this.#firmware, metrics };
  }

  #begin(metric: string): Seen | undefined {
    if (this.#metrics.size >= METRICS_PER_DEVICE) return undefined;
    const seen: Seen = { first: this.#samples, last: this.#samples, count: 0, isFirmware: isFirmware(metric) };
    this.#metrics.set(metric, seen);
    this.#isChanged = true;
    return seen;
  }

  /** What comes back after it was missing begins anew. */
  #count(seen: Seen): void {
    if (this.#samples - seen.last > ABSENT_SAMPLES) {
      seen.first = this.#samples;
      seen.count = 0;
      this.#isChanged = true;
    }
    seen.last = this.#samples;
    seen.count += 1;
  }

  /** Against the contract, or where it says nothing against the device's first reading. A whole number is a number. */
  #changedType(metric: string, type: ReturnType<typeof typeOfValue>, declaration: DeclaredMetric | undefined, seen: Seen | undefined): Deviation | undefined {
    const family = familyOf(type);
    if (seen && seen.type === undefined) {
      seen.type = family;
      this.#isChanged = true;
    }
    const types = declaration?.types;
    if (types) {
      if (types.has(type) || (type === 'integer' && types.has('number'))) return undefined;
      const was = [...types].filter((one) => one !== 'null');
      return { kind: 'type', metric, was: was.join(' or ') || 'null', is: family };
    }
    return seen?.type === undefined || seen.type === family ? undefined : { kind: 'type', metric, was: seen.type, is: family };
  }

  #changedUnit(metric: string, unit: string, declaration: DeclaredMetric | undefined, seen: Seen | undefined): Deviation | undefined {
    if (declaration?.unit === undefined && seen && seen.unit === undefined) {
      seen.unit = unit;
      this.#isChanged = true;
    }
    const was = declaration?.unit ?? seen?.unit;
    return was === undefined || was === unit ? undefined : { kind: 'unit', metric, was, is: unit };
  }

  #missing(deviations: Deviation[] | undefined): Deviation[] | undefined {
    let found = deviations;
    for (const [metric, { first, last, count, type }] of this.#metrics) {
      if (this.#samples - last < ABSENT_SAMPLES || count < USUAL_SAMPLES || count < USUAL_SHARE * (last - first + 1)) continue;
      (found ??= []).push({ kind: 'missing', metric, was: type ?? 'present', is: null });
    }
    return found;
  }

  #makeRoom(): void {
    for (const [metric, { last }] of this.#metrics) {
      if (this.#samples - last < FORGOTTEN_SAMPLES) continue;
      this.#metrics.delete(metric);
      return;
    }
  }

  #noteFirmware(value: string): void {
    const firmware = excerpt(value, FIRMWARE_LENGTH);
    if (firmware === this.#firmware) return;
    this.#firmware = firmware;
    this.#isChanged = true;
  }
}

function familyOf(type: ReturnType<typeof typeOfValue>): string {
  return type === 'integer' ? 'number' : type;
}
