import { ConfigError } from '../errors/holdfast-error.ts';

/** What a detector can be told; everything has a default that suits an ordinary sensor. */
export interface DetectorOptions {
  /** How many readings what is usual is learned from, and the longest an episode can last. Default 200. */
  memory?: number;
  /** How far, in robust standard deviations, a reading must be from what is usual to be an anomaly. Default 6. */
  threshold?: number;
  /** How many readings are learned before any is judged; at most `memory`. Default 30. */
  warmUp?: number;
  /**
   * The least spread to reckon with, in the unit of the metric: what the sensor cannot resolve is no anomaly.
   * Without it the detector takes the resolution it has seen: the unit of the last decimal, or the smallest step when that
   * is larger; for a series that has not moved yet, 1 % of its level when that is larger, and at least 0.02.
   */
  minimumScale?: number;
}

export interface CheckedOptions {
  memory: number;
  threshold: number;
  warmUp: number;
  minimumScale: number | undefined;
}

const MOST_READINGS = 100_000;

/** No spread is ever smaller: the largest reading divided by it is still finite. */
export const LEAST_SCALE = 1e-100;

/** Fills in the defaults; throws a ConfigError (`HOLDFAST_CONFIG`) that names the field, the value and the cure. */
export function checkDetectorOptions(options: DetectorOptions): CheckedOptions {
  const { memory = 200, threshold = 6, warmUp = Math.min(30, memory), minimumScale } = options;
  if (!Number.isInteger(memory) || memory < 10 || memory > MOST_READINGS) {
    throw new ConfigError('memory', `The memory is ${memory}: give a whole number of readings from 10 to ${MOST_READINGS}.`);
  }
  if (!Number.isFinite(threshold) || threshold < 1 || threshold > 1000) {
    throw new ConfigError('threshold', `The threshold is ${threshold}: give a number of standard deviations from 1 to 1000; 6 suits most sensors.`);
  }
  if (!Number.isInteger(warmUp) || warmUp < 5 || warmUp > memory) {
    throw new ConfigError('warmUp', `The warm-up is ${warmUp}: give a whole number of readings from 5 to the memory, which is ${memory}.`);
  }
  if (minimumScale !== undefined && !(minimumScale >= LEAST_SCALE && minimumScale <= 1e100)) {
    throw new ConfigError('minimumScale', `The minimum scale is ${minimumScale}: give a number above 0 in the unit of the metric, or leave it out.`);
  }
  return { memory, threshold, warmUp, minimumScale };
}
