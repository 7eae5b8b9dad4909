import { CompactTest } from '../compact-test.ts';
import type { Flag, ReadingTest, TimeTest } from '../quality-test.ts';
import { createAttenuatedSignalTest } from '../qartod/attenuated-signal.ts';
import { createFlatLineTest } from '../qartod/flat-line.ts';
import { createGrossRangeTest } from '../qartod/gross-range.ts';
import { createRateOfChangeTest } from '../qartod/rate-of-change.ts';
import { createSpikeTest, SPIKE_METHODS } from '../qartod/spike.ts';
import { createCounterResetTest } from '../sensor/counter-reset.ts';
import { createDuplicateTimeTest } from '../sensor/duplicate-time.ts';
import { createNoiseLevelTest } from '../sensor/noise-level.ts';
import { createOutOfOrderTest } from '../sensor/out-of-order.ts';
import { createQuantizationTest } from '../sensor/quantization.ts';
import { createSentinelTest } from '../sensor/sentinel.ts';
import { createUnitChangeTest } from '../sensor/unit-change.ts';
import { readingTest } from './known-test.ts';
import type { KnownReadingTest } from './known-test.ts';
import { number, numbers, oneOf, span, text } from './option.ts';

const THRESHOLDS = { suspectThreshold: number, failThreshold: number };
const SENSOR_UNIT = { unit: text };

/** The tests that judge a reading by those of its metric before it, by their standard names, with the options of each. */
export const READING_TESTS: Readonly<Record<string, KnownReadingTest>> = {
  gross_range_test: readingTest({ failSpan: span, suspectSpan: span }, -1, createGrossRangeTest),
  spike_test: readingTest({ ...THRESHOLDS, method: oneOf(SPIKE_METHODS) }, 2, createSpikeTest),
  rate_of_change_test: readingTest(THRESHOLDS, 2, createRateOfChangeTest),
  flat_line_test: readingTest({ ...THRESHOLDS, tolerance: number, interval: number, suspectCount: number, failCount: number }, 2, createFlatLineTest),
  attenuated_signal_test: readingTest(
    { ...THRESHOLDS, checkType: oneOf(['std', 'range']), testPeriod: number, minObs: number, minPeriod: number, interval: number, maxReadings: number }, 2, createAttenuatedSignalTest,
  ),
  sentinel_test: readingTest({ ...SENSOR_UNIT, values: numbers, jump: number }, 2, createSentinelTest),
  // A device may send each metric in a message of its own: each has an order of its own, in which backfill does not count.
  out_of_order_test: readingTest({ tolerance: number, settle: number }, 0, (options) => new TimesOfReadings(createOutOfOrderTest(options))),
  duplicate_time_test: readingTest({}, 1, createDuplicateTimeTest),
  quantization_test: readingTest({ suspectFactor: number, window: number, adopt: number }, 2, createQuantizationTest),
  noise_level_test: readingTest({ suspectFactor: number, failFactor: number, quietFactor: number, window: number, memory: number }, 2, createNoiseLevelTest),
  counter_reset_test: readingTest({ counter: oneOf(['yes', 'no', 'detect']), learn: number }, 2, createCounterResetTest),
  unit_change_test: readingTest({ ...SENSOR_UNIT, jump: number, confirm: number, memory: number, adopt: number }, 2, createUnitChangeTest),
};

/** The tests that can make use of the unit of the metric. */
export const TESTS_WITH_UNIT: readonly string[] = ['sentinel_test', 'unit_change_test'];

/** A test of times on the readings of one metric. The engine has judged the times by their reception already. */
class TimesOfReadings extends CompactTest implements ReadingTest {
  readonly delay = 0;
  readonly #test: TimeTest & CompactTest;

  constructor(test: TimeTest & CompactTest) {
    super();
    this.#test = test;
  }

  update(ts: number): Flag {
    return this.#test.update(ts, ts);
  }

  end(): Flag {
    return 0;
  }

  updateIn(memory: number[], at: number, ts: number): Flag {
    return this.#test.updateIn(memory, at, ts, ts, Number.NaN);
  }

  layDown(memory: number[], at: number): void {
    this.#test.layDown(memory, at);
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#test.takeUp(memory, at);
  }

  restore(snapshot: unknown): void {
    this.#test.restore(snapshot);
  }
}
