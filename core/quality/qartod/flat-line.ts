import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { ReadingTest } from '../quality-test.ts';
import { runTest } from '../run-test.ts';
import { FlatRun } from './flat-run.ts';
import { IntervalEstimate } from './interval-estimate.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { isGiven, readAmount, readOptionalAmount, readThresholds } from './options.ts';
import { createRepetitionTest, type RepetitionOptions } from './repetition.ts';
import { toSeries, type Series } from './series.ts';
import { sharedBy } from './shared.ts';
import { isFlatFor, StillLineTest, type StillLineSettings } from './still-line.ts';

/** A flat line by time. */
export interface FlatLineDurations {
  /** Seconds for which values may stay within the tolerance before they are suspect. */
  suspectThreshold?: number;
  /** Seconds for which values may stay within the tolerance before they are bad. */
  failThreshold?: number;
  /** Values whose range is smaller have not moved; 0, the default: only equal values. In the unit of the metric. */
  tolerance?: number;
  /** Seconds between readings. Without it, the usual interval of the last nine is taken. */
  interval?: number;
}

export type FlatLineOptions = FlatLineDurations | RepetitionOptions;

const NAME = 'flat_line_test';

/**
 * `flat_line_test`: a reading is suspect or bad when the values did not move for too long (IOOS QARTOD manuals, test 8).
 *
 * By time (ioos_qc `flat_line_test`): as many readings as fit into the threshold, by the interval between readings, and the one before them
 * must differ by the tolerance or more. So 50 minutes at an interval of 15 look 3 readings back. Missing readings count as readings, not as values; one value alone is no
 * line. The interval is the one given, or the usual one so far: in a series that is regular but for gaps, both are the
 * median interval of ioos_qc. State: about 130 bytes as JSON, and more only while values creep within the tolerance.
 *
 * By count, with `suspectCount` and `failCount` (the manuals): see `createRepetitionTest`.
 *
 * @throws ConfigError when no threshold is given, or one cannot be.
 */
export function createFlatLineTest(options: FlatLineOptions): ReadingTest {
  const settings = settingsOf(options);
  if (!('tolerance' in settings)) return createRepetitionTest(options);
  return settings.tolerance === 0 ? new StillLineTest(NAME, settings) : new FlatLineTest(settings);
}

interface Settings extends StillLineSettings {
  readonly tolerance: number;
}

const BY_COUNT = {};

const settingsOf = sharedBy((options: FlatLineOptions): Settings | typeof BY_COUNT => {
  const { suspectThreshold, failThreshold, tolerance, interval, suspectCount, failCount }: FlatLineDurations & RepetitionOptions = options;
  if (isGiven(suspectCount) || isGiven(failCount)) {
    if (isGiven(suspectThreshold) || isGiven(failThreshold)) throw new ConfigError('suspectCount', 'Both counts and thresholds are given: give the one or the other.');
    return BY_COUNT;
  }
  const { suspect, fail } = readThresholds(suspectThreshold, failThreshold, 'for how many seconds values may stay the same');
  const seconds = readOptionalAmount('interval', interval, 'the seconds between readings');
  if (seconds === 0) throw new ConfigError('interval', 'interval is 0: give the seconds between readings, or leave it out to have them found.');
  return {
    suspect: suspect * 1000,
    fail: fail * 1000,
    tolerance: readAmount('tolerance', tolerance ?? 0, 'by how much values may differ and count as the same'),
    interval: seconds === undefined ? undefined : seconds * 1000,
  };
});

/** `flat_line_test` over a whole series; see `createFlatLineTest`. */
export function flatLineTest({ times, values, ...options }: FlatLineOptions & Series): Quality[] {
  const series = toSeries({ times, values });
  return runTest(createFlatLineTest(options), series.times, series.values);
}

class FlatLineTest implements ReadingTest {
  readonly #settings: Settings;
  readonly #estimate: IntervalEstimate | undefined;
  readonly #run: FlatRun;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#estimate = settings.interval === undefined ? new IntervalEstimate() : undefined;
    this.#run = new FlatRun(settings.tolerance);
  }

  get delay(): 0 {
    return 0;
  }

  update(ts: number, value: number): Quality {
    this.#estimate?.update(ts);
    const missing = !Number.isFinite(value);
    this.#run.add(missing ? Number.NaN : value);
    if (missing) return QUALITY.missing;
    const { steps, distance } = this.#run;
    if (steps === 0) return QUALITY.good;
    const interval = this.#settings.interval ?? this.#estimate?.interval ?? Number.NaN;
    if (isFlatFor(this.#settings.fail / interval, steps, distance)) return QUALITY.bad;
    return isFlatFor(this.#settings.suspect / interval, steps, distance) ? QUALITY.suspect : QUALITY.good;
  }

  end(): 0 {
    return 0;
  }

  snapshot(): NumberSnapshot {
    const estimate = this.#estimate?.pack() ?? [];
    return packNumbers([estimate.length, ...estimate, ...this.#run.pack()]);
  }

  restore(snapshot: unknown): void {
    const [length = Number.NaN, ...numbers] = unpackNumbers(NAME, snapshot);
    if (!(length >= 0 && length <= numbers.length)) throw new QualitySnapshotError(NAME);
    const run = new FlatRun(0);
    run.unpack(NAME, numbers.slice(length));
    this.#estimate?.unpack(NAME, numbers.slice(0, length));
    this.#run.unpack(NAME, numbers.slice(length));
  }
}
