import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { isGiven, readChoice, readOptionalAmount, readOptionalCount } from './options.ts';

export interface AttenuatedSignalOptions {
  /** Less variation is suspect, in the unit of the metric. */
  suspectThreshold?: number;
  /** Less variation is bad, in the unit of the metric. */
  failThreshold?: number;
  /** What the variation is: the standard deviation (`std`, the default) or the range, largest less smallest (`range`). */
  checkType?: 'std' | 'range';
  /** Over how many seconds. */
  testPeriod?: number;
  /** How many values the period must hold before a reading is judged; default 1. */
  minObs?: number;
  /** In place of `minObs`: as many values as fit into so many seconds. */
  minPeriod?: number;
  /** Seconds between readings, for `minPeriod`. Without it, the usual interval of the last nine is taken. */
  interval?: number;
  /** Readings of the period that are kept; beyond it the oldest go early. From 2 to 1,000,000, default 10,000. */
  maxReadings?: number;
}

/** Durations in milliseconds. */
export interface CheckedAttenuation {
  thresholds: AttenuationThresholds;
  checkType: 'std' | 'range';
  period: number | undefined;
  minObs: number;
  minPeriod: number | undefined;
  interval: number | undefined;
  maxReadings: number;
}

/** Below which variation a reading is suspect and bad. */
class AttenuationThresholds {
  readonly #suspect: number;
  readonly #fail: number;

  constructor(suspect: number, fail: number) {
    this.#suspect = suspect;
    this.#fail = fail;
  }

  judge(variation: number): Quality {
    if (variation < this.#fail) return QUALITY.bad;
    if (variation < this.#suspect) return QUALITY.suspect;
    return Number.isNaN(variation) ? QUALITY.unknown : QUALITY.good;
  }
}

const MOST = 1_000_000;

/** @throws ConfigError when an option cannot be. */
export function readAttenuation(options: AttenuatedSignalOptions): CheckedAttenuation {
  const what = 'the least variation that passes in the unit of the metric';
  const suspect = readOptionalAmount('suspectThreshold', options.suspectThreshold, what);
  const fail = readOptionalAmount('failThreshold', options.failThreshold, what);
  if (suspect === undefined && fail === undefined) throw new ConfigError('suspectThreshold', `Neither suspectThreshold nor failThreshold is given: give ${what}.`);
  if (suspect !== undefined && fail !== undefined && fail > suspect) {
    throw new ConfigError('failThreshold', `failThreshold is ${fail}, above suspectThreshold, which is ${suspect}: nothing could be suspect. Exchange the two.`);
  }
  if (isGiven(options.minObs) && isGiven(options.minPeriod)) throw new ConfigError('minPeriod', 'Both minObs and minPeriod are given: give one of them.');
  return {
    thresholds: new AttenuationThresholds(suspect ?? 0, fail ?? 0),
    checkType: readChoice('checkType', options.checkType ?? 'std', ['std', 'range']),
    period: readDuration('testPeriod', options.testPeriod, 'over how many seconds the values have to vary'),
    minObs: readOptionalCount('minObs', options.minObs, 'how many values it takes', 0, MOST) ?? 1,
    minPeriod: options.minPeriod === 0 ? undefined : readDuration('minPeriod', options.minPeriod, 'for how many seconds there have to be values'),
    interval: readDuration('interval', options.interval, 'the seconds between readings'),
    maxReadings: readOptionalCount('maxReadings', options.maxReadings, 'how many readings are kept', 2, MOST) ?? 10_000,
  };
}

/** Milliseconds, of a number of seconds above 0. */
function readDuration(field: string, seconds: unknown, what: string): number | undefined {
  const duration = readOptionalAmount(field, seconds, what);
  if (duration === 0) throw new ConfigError(field, `${field} is 0: give ${what}, a number above 0, or leave it out.`);
  return duration === undefined ? undefined : duration * 1000;
}
