import { QUALITY } from '../../sample/sample.ts';
import { createAttenuatedSignalTest } from '../qartod/attenuated-signal.ts';
import { createFlatLineTest } from '../qartod/flat-line.ts';
import { createGapTest } from '../qartod/gap.ts';
import { createGrossRangeTest } from '../qartod/gross-range.ts';
import { createRateOfChangeTest } from '../qartod/rate-of-change.ts';
import { createSpikeTest } from '../qartod/spike.ts';
import type { Flag } from '../quality-test.ts';
import { createCounterResetTest } from '../sensor/counter-reset.ts';
import type { OptionsByTest, ProposedTestName } from './proposed-tests.ts';
import type { ReadingSlice } from './series-learner.ts';

/** How many readings a test would have flagged. */
export interface Flagged {
  suspect: number;
  bad: number;
}

interface Running {
  test: ProposedTestName;
  flagged: Flagged;
  update(ts: number, value: number): Flag;
}

/** Counts what tests with these options find in a series. */
export class Tally {
  readonly #running: Running[] = [];

  constructor(options: OptionsByTest) {
    const { gross_range_test: range, spike_test: spike, rate_of_change_test: rate, flat_line_test: flat, attenuated_signal_test: variation, counter_reset_test: counter, gap_test: gap } = options;
    if (range) this.#run('gross_range_test', createGrossRangeTest(range));
    if (spike) this.#run('spike_test', createSpikeTest(spike));
    if (rate) this.#run('rate_of_change_test', createRateOfChangeTest(rate));
    if (flat) this.#run('flat_line_test', createFlatLineTest(flat));
    if (variation) this.#run('attenuated_signal_test', createAttenuatedSignalTest(variation));
    if (counter) this.#run('counter_reset_test', createCounterResetTest(counter));
    if (gap) {
      const test = createGapTest(gap);
      this.#run('gap_test', { update: (ts) => test.update(ts, ts) });
    }
  }

  add({ times, values }: ReadingSlice): void {
    for (const { flagged, update } of this.#running) {
      for (let index = 0; index < times.length; index += 1) {
        const flag = update(times[index] ?? Number.NaN, values[index] ?? Number.NaN);
        if (flag === QUALITY.suspect) flagged.suspect += 1;
        else if (flag === QUALITY.bad) flagged.bad += 1;
      }
    }
  }

  flaggedBy(test: ProposedTestName): Flagged {
    return this.#running.find((one) => one.test === test)?.flagged ?? { suspect: 0, bad: 0 };
  }

  #run(test: ProposedTestName, one: { update(ts: number, value: number): Flag }): void {
    this.#running.push({ test, flagged: { suspect: 0, bad: 0 }, update: (ts, value) => one.update(ts, value) });
  }
}
