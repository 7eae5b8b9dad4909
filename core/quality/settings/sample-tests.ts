import type { SampleTest } from '../device/plan.ts';
import type { TimeTest } from '../quality-test.ts';
import { createClockDriftTest } from '../sensor/clock-drift.ts';
import { sampleTest } from './known-test.ts';
import type { KnownSampleTest } from './known-test.ts';
import { number } from './option.ts';

/** The tests whose finding holds for all readings of a sample, by their standard names, with the options of each. */
export const SAMPLE_TESTS: Readonly<Record<string, KnownSampleTest>> = {
  clock_drift_test: sampleTest(
    { suspectThreshold: number, failThreshold: number, driftSuspectThreshold: number, driftFailThreshold: number, window: number }, 0,
    (options) => ofDeviceTimes(createClockDriftTest(options)),
  ),
};

/** A test of times that a device said itself: one that we put there says nothing of its clock. */
function ofDeviceTimes(test: TimeTest): SampleTest {
  return {
    update: ({ tsSource, ts, received }) => (tsSource === 'device' ? test.update(ts, received) : 0),
    snapshot: () => test.snapshot(),
    restore: (snapshot) => test.restore(snapshot),
  };
}
