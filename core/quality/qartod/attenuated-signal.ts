import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { ReadingTest } from '../quality-test.ts';
import { runTest } from '../run-test.ts';
import { readAttenuation, type AttenuatedSignalOptions, type CheckedAttenuation } from './attenuation-options.ts';
import { DeviationWindow } from './deviation-window.ts';
import { IntervalEstimate } from './interval-estimate.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { RangeWindow } from './range-window.ts';
import { toSeries, type Series } from './series.ts';
import { sharedBy } from './shared.ts';

export type { AttenuatedSignalOptions } from './attenuation-options.ts';

const NAME = 'attenuated_signal_test';

/**
 * `attenuated_signal_test`: a reading is suspect or bad when the values of the test period up to it vary too little (IOOS QARTOD manuals, test 10
 * or 11; ioos_qc `attenuated_signal_test`): the standard deviation of these as a sample (n - 1), or their range, is below the threshold. A reading as old as the test period is not in it.
 * With too few values in the period, and one alone has no deviation, it is not evaluated (2). Missing readings are no values; a range is not evaluated while there is one
 * in the period, since what is missing may be the extreme. A reading that is older than the one before it counts as of the same
 * time; one older than the whole period begins the test anew.
 *
 * State: 16 bytes a reading of the test period for the standard deviation, 8 for the range, up to `maxReadings`.
 *
 * @throws ConfigError when an option cannot be, or `testPeriod` is missing: without it only `attenuatedSignalTest` can judge, which sees the whole series.
 */
export function createAttenuatedSignalTest(options: AttenuatedSignalOptions): ReadingTest {
  const checked = settingsOf(options);
  if (checked.period === undefined) throw new ConfigError('testPeriod', 'testPeriod is missing: give over how many seconds the values have to vary, such as 3600.');
  return new AttenuatedSignalTest(checked, checked.period);
}

const settingsOf = sharedBy(readAttenuation);

/**
 * `attenuated_signal_test` over a whole series; see `createAttenuatedSignalTest`. Without a test period all values are taken together, by their
 * population standard deviation, and all that are not missing get the same flag.
 */
export function attenuatedSignalTest({ times, values, ...options }: AttenuatedSignalOptions & Series): Quality[] {
  const series = toSeries({ times, values });
  const checked = readAttenuation(options);
  if (checked.period !== undefined) return runTest(new AttenuatedSignalTest(checked, checked.period), series.times, series.values);
  const window = checked.checkType === 'range' ? new RangeWindow(Number.POSITIVE_INFINITY) : new DeviationWindow(Number.POSITIVE_INFINITY);
  for (const value of series.values) {
    if (!Number.isNaN(value)) window.add(0, value);
  }
  const flag = checked.thresholds.judge(window instanceof RangeWindow ? window.range : window.deviation);
  return series.values.map((value) => (Number.isNaN(value) ? QUALITY.missing : flag));
}

class AttenuatedSignalTest implements ReadingTest {
  readonly #options: CheckedAttenuation;
  /** In milliseconds. */
  readonly #period: number;
  #window: DeviationWindow | RangeWindow;
  readonly #estimate: IntervalEstimate | undefined;
  #newest = Number.NaN;
  /** When the last missing reading was. */
  #missing = Number.NaN;

  constructor(options: CheckedAttenuation, period: number) {
    this.#options = options;
    this.#period = period;
    this.#window = this.#emptyWindow();
    this.#estimate = options.minPeriod !== undefined && options.interval === undefined ? new IntervalEstimate() : undefined;
  }

  get delay(): 0 {
    return 0;
  }

  update(ts: number, value: number): Quality {
    this.#estimate?.update(ts);
    const whole = Math.floor(ts);
    if (!Number.isFinite(value)) {
      if (Number.isFinite(ts)) this.#missing = whole;
      return QUALITY.missing;
    }
    if (!Number.isFinite(ts)) return QUALITY.unknown;
    const window = this.#window;
    if (whole <= this.#newest - this.#period) window.clear();
    const time = whole > this.#newest - this.#period && whole < this.#newest ? this.#newest : whole;
    this.#newest = time;
    window.leave(time - this.#period);
    window.add(time, value);
    if (!(window.count >= this.#least())) return QUALITY.unknown;
    if (!(window instanceof RangeWindow)) return this.#options.thresholds.judge(window.sampleDeviation);
    const isWhole = !(this.#missing > time - this.#period && this.#missing <= time);
    return isWhole ? this.#options.thresholds.judge(window.range) : QUALITY.unknown;
  }

  end(): 0 {
    return 0;
  }

  snapshot(): NumberSnapshot {
    const estimate = this.#estimate?.pack() ?? [];
    return packNumbers([this.#newest, this.#missing, estimate.length, ...estimate, ...this.#window.pack(Number.isNaN(this.#newest) ? 0 : this.#newest)]);
  }

  restore(snapshot: unknown): void {
    const [newest = Number.NaN, missing = Number.NaN, length = Number.NaN, ...numbers] = unpackNumbers(NAME, snapshot);
    if (!(length >= 0 && length <= numbers.length)) throw new QualitySnapshotError(NAME);
    const window = this.#emptyWindow();
    window.unpack(NAME, numbers.slice(length), Number.isNaN(newest) ? 0 : newest);
    this.#estimate?.unpack(NAME, numbers.slice(0, length));
    this.#window = window;
    this.#newest = newest;
    this.#missing = missing;
  }

  #emptyWindow(): DeviationWindow | RangeWindow {
    return this.#options.checkType === 'range' ? new RangeWindow(this.#options.maxReadings) : new DeviationWindow(this.#options.maxReadings);
  }

  /** How many values it takes; NaN as long as the interval is not known that tells. */
  #least(): number {
    const { minObs, minPeriod, interval } = this.#options;
    return minPeriod === undefined ? minObs : Math.floor(minPeriod / (interval ?? this.#estimate?.interval ?? Number.NaN));
  }
}
