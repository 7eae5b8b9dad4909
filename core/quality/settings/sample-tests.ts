import type { SampleTest } from '../device/plan.ts';
import type { TimeTest } from '../quality-test.ts';
import { createGapTest } from '../qartod/gap.ts';
import { DISTANCE_METHODS } from '../qartod/geodesic.ts';
import { createLocationTest } from '../qartod/location.ts';
import type { PositionTest } from '../qartod/position-test.ts';
import { createDataReceptionTest, createImpossibleDateTest } from '../qartod/reception.ts';
import { createSpeedTest } from '../qartod/speed.ts';
import { createClockDriftTest } from '../sensor/clock-drift.ts';
import { sampleTest } from './known-test.ts';
import type { KnownSampleTest } from './known-test.ts';
import { box, number, oneOf, text, timeSpan } from './option.ts';

const THRESHOLDS = { suspectThreshold: number, failThreshold: number };
const POSITION = { method: oneOf(DISTANCE_METHODS), longitude: text, latitude: text };

/** The metrics that a position is made of. */
interface Coordinates {
  longitude?: string;
  latitude?: string;
}

/** The tests whose finding holds for all readings of a sample, by their standard names, with the options of each. */
export const SAMPLE_TESTS: Readonly<Record<string, KnownSampleTest>> = {
  gap_test: sampleTest(THRESHOLDS, 0, (options) => ofTimes(createGapTest(options))),
  impossible_date_test: sampleTest({ ahead: number, failSpan: timeSpan }, -1, (options) => ofDeviceTimes(createImpossibleDateTest(options)), true),
  data_reception_test: sampleTest(THRESHOLDS, 0, (options) => ofDeviceTimes(createDataReceptionTest(options)), true),
  clock_drift_test: sampleTest({ ...THRESHOLDS, driftSuspectThreshold: number, driftFailThreshold: number, window: number }, 0, (options) => ofDeviceTimes(createClockDriftTest(options))),
  location_test: sampleTest({ ...POSITION, bbox: box, rangeMax: number }, ({ rangeMax }) => (rangeMax === undefined ? -1 : 2), (options) => ofPositions(createLocationTest(options), options)),
  speed_test: sampleTest({ ...POSITION, ...THRESHOLDS }, 2, (options) => ofPositions(createSpeedTest(options), options)),
};

/** A test of when samples come, by the times at which they are judged. */
function ofTimes(test: TimeTest): SampleTest {
  return {
    update: ({ received }, time) => test.update(time, received),
    snapshot: () => test.snapshot(),
    restore: (snapshot) => test.restore(snapshot),
  };
}

/** A test of times that a device said itself: one that we put there says nothing of its clock. */
function ofDeviceTimes(test: TimeTest): SampleTest {
  return {
    update: ({ tsSource, ts, received }) => (tsSource === 'device' ? test.update(ts, received) : 0),
    snapshot: () => test.snapshot(),
    restore: (snapshot) => test.restore(snapshot),
  };
}

/** A test of the positions in samples; one without a position is not judged by it. */
function ofPositions(test: PositionTest, { longitude = 'longitude', latitude = 'latitude' }: Coordinates): SampleTest {
  return {
    update({ values }, time) {
      const east = values[longitude];
      const north = values[latitude];
      if (east === undefined && north === undefined) return 0;
      return test.update(time, typeof east === 'number' ? east : Number.NaN, typeof north === 'number' ? north : Number.NaN);
    },
    snapshot: () => test.snapshot(),
    restore: (snapshot) => test.restore(snapshot),
  };
}
