import type { Sample } from '../../sample/sample.ts';
import type { SampleTest } from '../device/plan.ts';
import type { Flag, TimeTest } from '../quality-test.ts';
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
  gap_test: sampleTest(THRESHOLDS, 0, (options) => new OfTimes(createGapTest(options))),
  impossible_date_test: sampleTest({ ahead: number, failSpan: timeSpan }, -1, (options) => new OfDeviceTimes(createImpossibleDateTest(options)), true),
  data_reception_test: sampleTest(THRESHOLDS, 0, (options) => new OfDeviceTimes(createDataReceptionTest(options)), true),
  clock_drift_test: sampleTest({ ...THRESHOLDS, driftSuspectThreshold: number, driftFailThreshold: number, window: number }, 0, (options) => new OfDeviceTimes(createClockDriftTest(options))),
  location_test: sampleTest({ ...POSITION, bbox: box, rangeMax: number }, ({ rangeMax }) => (rangeMax === undefined ? -1 : 2), (options) => new OfPositions(createLocationTest(options), options)),
  speed_test: sampleTest({ ...POSITION, ...THRESHOLDS }, 2, (options) => new OfPositions(createSpeedTest(options), options)),
};

interface Remembering {
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** A test of samples that hands what it takes of them to another one. Every device has several, so they are objects without functions of their own. */
class Handing<Test extends Remembering> {
  protected readonly test: Test;

  constructor(test: Test) {
    this.test = test;
  }

  snapshot(): unknown {
    return this.test.snapshot();
  }

  restore(snapshot: unknown): void {
    this.test.restore(snapshot);
  }
}

/** A test of when samples come, by the times at which they are judged. */
class OfTimes extends Handing<TimeTest> implements SampleTest {
  update({ received }: Sample, time: number): Flag {
    return this.test.update(time, received);
  }
}

/** A test of times that a device said itself: one that we put there says nothing of its clock. */
class OfDeviceTimes extends Handing<TimeTest> implements SampleTest {
  update({ tsSource, ts, received }: Sample): Flag {
    return tsSource === 'device' ? this.test.update(ts, received) : 0;
  }
}

/** A test of the positions in samples; one without a position is not judged by it. */
class OfPositions extends Handing<PositionTest> implements SampleTest {
  readonly #coordinates: Coordinates;

  constructor(test: PositionTest, coordinates: Coordinates) {
    super(test);
    this.#coordinates = coordinates;
  }

  update({ values }: Sample, time: number): Flag {
    const { longitude = 'longitude', latitude = 'latitude' } = this.#coordinates;
    const east = values[longitude];
    const north = values[latitude];
    if (east === undefined && north === undefined) return 0;
    return this.test.update(time, typeof east === 'number' ? east : Number.NaN, typeof north === 'number' ? north : Number.NaN);
  }
}
