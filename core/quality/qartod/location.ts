import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { DISTANCE_METHODS, distanceOf, type DistanceMethod } from './geodesic.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { isGiven, readChoice, readOptionalAmount, show } from './options.ts';
import { runPositionTest, type PositionTest } from './position-test.ts';
import { requireSameLength, toValues, type Value } from './series.ts';

export interface LocationOptions {
  /** Least longitude, least latitude, largest longitude, largest latitude; outside of it is bad. Default [-180, -90, 180, 90]. */
  bbox?: readonly [number, number, number, number];
  /** Metres; further than this from the position before it is suspect. */
  rangeMax?: number;
  /** `wgs84`, the default, or `haversine`. */
  method?: DistanceMethod;
}

export interface Positions {
  /** In degrees, east positive. */
  longitudes: ArrayLike<Value>;
  /** In degrees, north positive. */
  latitudes: ArrayLike<Value>;
}

const NAME = 'location_test';
const EARTH = [-180, -90, 180, 90];

/**
 * `location_test`: a position outside of the bounds is bad, one too far from the position before it suspect (IOOS QARTOD manuals, test 3; ioos_qc
 * `location_test`). A position with one coordinate missing is bad, with both missing it is missing. State: 16 bytes.
 *
 * @throws ConfigError when an option cannot be.
 */
export function createLocationTest(options: LocationOptions = {}): PositionTest {
  const bounds: readonly unknown[] = Array.isArray(options.bbox) ? options.bbox : isGiven(options.bbox) ? [] : EARTH;
  const [west, south, east, north] = bounds.map((bound) => (typeof bound === 'number' ? bound : Number.NaN));
  const ordered = west !== undefined && south !== undefined && east !== undefined && north !== undefined && bounds.length === 4 && west <= east && south <= north;
  if (!ordered) {
    throw new ConfigError('bbox', `bbox is ${show(options.bbox)}: give least longitude, least latitude, largest longitude and largest latitude, such as [5.8, 47.2, 15.1, 55.1].`);
  }
  const rangeMax = readOptionalAmount('rangeMax', options.rangeMax, 'how many metres a device may be from where it was before');
  return new LocationTest({ west, south, east, north }, rangeMax, readChoice('method', options.method ?? 'wgs84', DISTANCE_METHODS));
}

/** `location_test` over a whole series; see `createLocationTest`. */
export function locationTest({ longitudes, latitudes, ...options }: LocationOptions & Positions): Quality[] {
  const positions = { longitudes: toValues(longitudes, 'longitudes'), latitudes: toValues(latitudes, 'latitudes') };
  requireSameLength('latitudes', positions.latitudes.length, positions.longitudes.length);
  return runPositionTest(createLocationTest(options), [], positions.longitudes, positions.latitudes);
}

interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

class LocationTest implements PositionTest {
  readonly #box: Box;
  readonly #rangeMax: number | undefined;
  readonly #method: DistanceMethod;
  #longitude = Number.NaN;
  #latitude = Number.NaN;

  constructor(box: Box, rangeMax: number | undefined, method: DistanceMethod) {
    this.#box = box;
    this.#rangeMax = rangeMax;
    this.#method = method;
  }

  update(_ts: number, longitude: number, latitude: number): Quality {
    const [lastLongitude, lastLatitude] = [this.#longitude, this.#latitude];
    const hasLongitude = Number.isFinite(longitude);
    const hasLatitude = Number.isFinite(latitude);
    this.#longitude = hasLongitude ? longitude : Number.NaN;
    this.#latitude = hasLatitude ? latitude : Number.NaN;
    if (!hasLongitude || !hasLatitude) return hasLongitude || hasLatitude ? QUALITY.bad : QUALITY.missing;
    const { west, south, east, north } = this.#box;
    if (longitude < west || longitude > east || latitude < south || latitude > north) return QUALITY.bad;
    if (this.#rangeMax === undefined) return QUALITY.good;
    return distanceOf(this.#method, lastLongitude, lastLatitude, longitude, latitude) > this.#rangeMax ? QUALITY.suspect : QUALITY.good;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([this.#longitude, this.#latitude]);
  }

  restore(snapshot: unknown): void {
    const [longitude = Number.NaN, latitude = Number.NaN] = unpackNumbers(NAME, snapshot, 2);
    this.#longitude = longitude;
    this.#latitude = latitude;
  }
}
