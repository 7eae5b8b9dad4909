import type { ReadingValue } from '../sample/sample.ts';
import type { FaultKind, Strengths } from './faults.ts';
import type { Kind, NumericMetric, Range } from './kind.ts';
import type { Random } from './random.ts';

const SPIKE_SHARE = 0.2;
const NOISE_VARIANCE_FACTOR = 100;
const BURST_SHARE = 0.5;
/** How likely a loose contact opens or closes from one reading to the next. */
const CONTACT_CHANGES = 0.4;
/** What a DS18B20 says when it is not heard (its driver's DEVICE_DISCONNECTED_C). */
const NOT_CONNECTED = -127;
/** How far a number falls towards the lower end of its sensor while a battery runs down. */
const SAG = 0.5;
/** A bearing worn by 1 shakes by so much more, and by so much unevenly, as a share of what it did. */
const WORN_MORE = 0.6;
const WORN_UNEVEN = 0.25;

/** What is wrong with one reading of a device; all its metrics are measured under the same. */
export interface Disturbance {
  /** What a sensor says in place of `value`, within what it can say at all. */
  distort(metric: NumericMetric, value: number): number;
  /** What stands in place of the value as it would be sent, where something does. */
  replace(metric: NumericMetric): ReadingValue | undefined;
}

/** The faults that lie in what the sensors of one device say. What they leave to chance comes from `random`. */
export class SensorFaults {
  readonly #kind: Kind;
  readonly #random: Random;
  readonly #numeric: readonly NumericMetric[];
  #spikedBefore = false;
  readonly #struckBefore = new Set<FaultKind>();
  #contactOpen = false;

  constructor(kind: Kind, random: Random) {
    this.#kind = kind;
    this.#random = random;
    this.#numeric = kind.metrics.filter((metric) => metric.type === 'number');
  }

  /** What is wrong with the next reading. */
  next(strengths: Strengths): Disturbance {
    const spiking = this.#metricToSpike(strengths);
    const burst = this.#isBurst(strengths);
    const open = this.#isContactOpen(strengths);
    return {
      distort: (metric, value) => within(metric.possible, this.#distorted(metric, value, strengths, { spiking, burst })),
      replace: (metric) => (open && metric.name === this.#kind.drift.metric ? NOT_CONNECTED : undefined),
    };
  }

  #distorted(metric: NumericMetric, given: number, strengths: Strengths, { spiking, burst }: { spiking: NumericMetric | undefined; burst: boolean }): number {
    let value = given;
    const rest = strengths.has('scrapped') ? this.#kind.scrapped[metric.name] : undefined;
    // At the end of its scale a sensor has no noise to show.
    if (typeof rest === 'number') value = rest <= metric.possible.low ? rest : this.#random.normal(rest, metric.noise / 10);
    const noise = strengths.get('noise');
    if (noise) value += this.#random.normal(0, metric.noise * Math.sqrt((NOISE_VARIANCE_FACTOR - 1) * noise));
    const wear = metric.name === this.#kind.bearing ? strengths.get('bearing-wear') : undefined;
    if (wear) value += wear * value * this.#random.normal(WORN_MORE, WORN_UNEVEN);
    value -= SAG * (strengths.get('dead-battery') ?? 0) * (value - metric.possible.low);
    if (burst) value = thrown(metric, value, (strengths.get('interference') ?? 1) * this.#random.uniform(0.5, 2), this.#random);
    return metric === spiking ? thrown(metric, value, (strengths.get('spike') ?? 1) * this.#random.uniform(4, 8), this.#random) : value;
  }

  #metricToSpike(strengths: Strengths): NumericMetric | undefined {
    // Never two in a row.
    const spikes = !this.#spikedBefore ? this.#happens('spike', strengths, SPIKE_SHARE) : this.#note('spike', strengths);
    this.#spikedBefore = spikes;
    return spikes ? this.#numeric[Math.floor(this.#random.uniform(0, this.#numeric.length))] : undefined;
  }

  #isBurst(strengths: Strengths): boolean {
    return this.#happens('interference', strengths, BURST_SHARE);
  }

  #isContactOpen(strengths: Strengths): boolean {
    if (!strengths.has('loose-wire')) this.#contactOpen = false;
    if (this.#happens('loose-wire', strengths, CONTACT_CHANGES)) this.#contactOpen = !this.#contactOpen;
    return this.#contactOpen;
  }

  /** Whether something that a fault does now and then happens. It does at the first reading, so that a short fault shows. */
  #happens(kind: FaultKind, strengths: Strengths, share: number): boolean {
    const isFirst = !this.#struckBefore.has(kind);
    this.#note(kind, strengths);
    return strengths.has(kind) && (isFirst || this.#random.uniform() < share);
  }

  #note(kind: FaultKind, strengths: Strengths): false {
    if (strengths.has(kind)) this.#struckBefore.add(kind);
    else this.#struckBefore.delete(kind);
    return false;
  }
}

/** A value so many typical ranges away, up or down, wherever the sensor has room for it. */
function thrown(metric: NumericMetric, value: number, ranges: number, random: Random): number {
  const width = metric.typical.high - metric.typical.low;
  const distance = ranges * width * (random.uniform() < 0.5 ? -1 : 1);
  const chosen = within(metric.possible, value + distance);
  return Math.abs(chosen - value) >= Math.min(width, Math.abs(distance)) ? chosen : within(metric.possible, value - distance);
}

/** The nearest value that a sensor can say. */
function within(range: Range, value: number): number {
  return Math.min(range.high, Math.max(range.low, value));
}
