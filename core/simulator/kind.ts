import type { Values } from '../sample/sample.ts';
import type { FaultKind, Strengths } from './faults.ts';
import type { Random } from './random.ts';

export interface Range {
  low: number;
  high: number;
}

/** A measured quantity of a kind of device. */
export interface NumericMetric {
  name: string;
  type: 'number';
  /** In UCUM: https://ucum.org/ucum */
  unit: string;
  /** Where readings stay while nothing is wrong. */
  typical: Range;
  /** What the sensor can say at all; a contract refuses what lies beyond. */
  possible: Range;
  /** Digits after the point, as the sensor resolves them. */
  decimals: number;
  /** Standard deviation of the sensor's own noise, in the unit of the metric. */
  noise: number;
  meaning: string;
}

/** A state of a device that is on or off. */
export interface BooleanMetric {
  name: string;
  type: 'boolean';
  meaning: string;
}

export type MetricDescription = NumericMetric | BooleanMetric;

/** The true state of a device, before any sensor has looked at it. */
export interface Physics {
  /**
   * Moves the state on. `seconds` is at most 1, so that plain Euler steps are good enough.
   *
   * @param time at the end of the step, ms since the epoch, for what follows the time of day.
   * @param faults those that strike the device; only the ones that its kind names matter here.
   */
  advance(seconds: number, time: number, faults: Strengths): void;
  /** Metric → true value, not rounded, without sensor noise. */
  state(): Record<string, number | boolean>;
}

/** What the drift fault does to a kind: extra heat comes in, and Newton's law of cooling takes it out again. */
export interface DriftDescription {
  metric: string;
  /** Degrees a second that come in at strength 1. */
  perSecond: number;
  /** Time constant of the cooling, seconds. */
  cooling: number;
}

/** A kind of simulated device: what it measures and how it behaves. */
export interface Kind {
  name: string;
  description: string;
  metrics: readonly MetricDescription[];
  drift: DriftDescription;
  /** What else can fail: faults of a part that only some kinds have. */
  faults: readonly FaultKind[];
  /** The metric that shows how its bearings run, where it has some. */
  bearing?: string;
  /** What its sensors would say of it on a scrapyard: metric → value. */
  scrapped: Values;
  /** A device of this kind somewhere in the middle of its day. */
  start(random: Random): Physics;
}
