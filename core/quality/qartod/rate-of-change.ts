import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { ReadingTest } from '../quality-test.ts';
import { runTest } from '../run-test.ts';
import { unpackNumbers } from './number-snapshot.ts';
import { readThresholds, type Thresholds } from './options.ts';
import { toSeries, type Series } from './series.ts';
import { sharedBy } from './shared.ts';

export interface RateOfChangeOptions {
  /** A faster change is suspect, in units of the metric per second. */
  suspectThreshold?: number;
  /** A faster change is bad, in units of the metric per second. */
  failThreshold?: number;
}

const NAME = 'rate_of_change_test';

/**
 * `rate_of_change_test`: a reading is suspect or bad when it differs from the one before it by more, per second between the two, than
 * the threshold (IOOS QARTOD manuals, test 7; ioos_qc `rate_of_change_test`). The first reading, and the first after a missing one,
 * are good. Of two readings at one time the difference itself counts, as though a second lay between them. The direction of time does not matter.
 * State: 16 bytes.
 *
 * @throws ConfigError when no threshold is given, or one cannot be.
 */
export function createRateOfChangeTest(options: RateOfChangeOptions): ReadingTest {
  return new RateOfChangeTest(thresholdsOf(options));
}

const thresholdsOf = sharedBy((options: RateOfChangeOptions) => readThresholds(options.suspectThreshold, options.failThreshold, 'the fastest change that passes in units per second'));

/** `rate_of_change_test` over a whole series; see `createRateOfChangeTest`. */
export function rateOfChangeTest({ times, values, ...options }: RateOfChangeOptions & Series): Quality[] {
  const series = toSeries({ times, values });
  return runTest(createRateOfChangeTest(options), series.times, series.values);
}

/** How fast a value changed, per second; NaN where one of the two is missing. */
export function rateOf(ts: number, value: number, lastTs: number, last: number): number {
  const step = Math.abs(value - last);
  const seconds = Math.abs(ts - lastTs) / 1000;
  return seconds === 0 ? step : step / seconds;
}

class RateOfChangeTest extends CompactTest implements ReadingTest {
  readonly #thresholds: Thresholds;
  #ts = Number.NaN;
  #value = Number.NaN;

  constructor(thresholds: Thresholds) {
    super();
    this.#thresholds = thresholds;
  }

  get delay(): 0 {
    return 0;
  }

  update(ts: number, value: number): Quality {
    const missing = !Number.isFinite(value);
    const rate = rateOf(ts, value, this.#ts, this.#value);
    this.#ts = ts;
    this.#value = missing ? Number.NaN : value;
    if (missing) return QUALITY.missing;
    if (rate > this.#thresholds.fail) return QUALITY.bad;
    return rate > this.#thresholds.suspect ? QUALITY.suspect : QUALITY.good;
  }

  end(): 0 {
    return 0;
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Quality {
    this.takeUp(memory, at);
    const flag = this.update(ts, value);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#ts;
    memory[at + 1] = this.#value;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#ts = memory[at] ?? Number.NaN;
    this.#value = memory[at + 1] ?? Number.NaN;
  }

  restore(snapshot: unknown): void {
    this.takeUp(unpackNumbers(NAME, snapshot, 2), 0);
  }
}
