import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { DISTANCE_METHODS, distanceOf, type DistanceMethod } from './geodesic.ts';
import type { Positions } from './location.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { readChoice, readThresholds, type Thresholds } from './options.ts';
import { runPositionTest, type PositionTest } from './position-test.ts';
import { requireSameLength, toTimes, toValues, type Series } from './series.ts';

export interface SpeedOptions {
  /** Faster is suspect, in metres per second. */
  suspectThreshold?: number;
  /** Faster is bad, in metres per second. */
  failThreshold?: number;
  /** `wgs84`, the default, or `haversine`. */
  method?: DistanceMethod;
}

const NAME = 'speed_test';

/**
 * `speed_test`: a position is suspect or bad when the device must have moved faster than the threshold to get there from the one before it (Argo quality
 * control manual, test 5; ioos_qc `argo.speed_test`). The first position, and the first after a missing one, are not evaluated (2); one with a
 * coordinate missing is missing. Of two positions at one time the distance itself counts, as though a second lay between them. State: 24 bytes.
 *
 * @throws ConfigError when no threshold is given, or one cannot be.
 */
export function createSpeedTest(options: SpeedOptions): PositionTest {
  const thresholds = readThresholds(options.suspectThreshold, options.failThreshold, 'the highest speed that passes in metres per second');
  return new SpeedTest(thresholds, readChoice('method', options.method ?? 'wgs84', DISTANCE_METHODS));
}

/** `speed_test` over a whole series; see `createSpeedTest`. */
export function speedTest({ times, longitudes, latitudes, ...options }: SpeedOptions & Positions & Pick<Series, 'times'>): Quality[] {
  const positions = { times: toTimes(times), longitudes: toValues(longitudes, 'longitudes'), latitudes: toValues(latitudes, 'latitudes') };
  requireSameLength('latitudes', positions.latitudes.length, positions.longitudes.length);
  requireSameLength('times', positions.times.length, positions.longitudes.length);
  return runPositionTest(createSpeedTest(options), positions.times, positions.longitudes, positions.latitudes);
}

class SpeedTest implements PositionTest {
  readonly #suspect: number;
  readonly #fail: number;
  readonly #method: DistanceMethod;
  #ts = Number.NaN;
  #longitude = Number.NaN;
  #latitude = Number.NaN;

  constructor({ suspect, fail }: Thresholds, method: DistanceMethod) {
    this.#suspect = suspect;
    this.#fail = fail;
    this.#method = method;
  }

  update(ts: number, longitude: number, latitude: number): Quality {
    const missing = !Number.isFinite(longitude) || !Number.isFinite(latitude);
    const distance = missing ? Number.NaN : distanceOf(this.#method, this.#longitude, this.#latitude, longitude, latitude);
    const seconds = Math.abs(ts - this.#ts) / 1000;
    this.#ts = ts;
    this.#longitude = missing ? Number.NaN : longitude;
    this.#latitude = missing ? Number.NaN : latitude;
    if (missing) return QUALITY.missing;
    const speed = seconds === 0 ? distance : distance / seconds;
    if (Number.isNaN(speed)) return QUALITY.unknown;
    if (speed > this.#fail) return QUALITY.bad;
    return speed > this.#suspect ? QUALITY.suspect : QUALITY.good;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([this.#ts, this.#longitude, this.#latitude]);
  }

  restore(snapshot: unknown): void {
    const [ts = Number.NaN, longitude = Number.NaN, latitude = Number.NaN] = unpackNumbers(NAME, snapshot, 3);
    this.#ts = ts;
    this.#longitude = longitude;
    this.#latitude = latitude;
  }
}
