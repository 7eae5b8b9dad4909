import type { Quality } from '../../sample/sample.ts';

/** One quality test on the positions of one device. */
export interface PositionTest {
  /**
   * Takes the next position.
   *
   * @param ts its event time in milliseconds.
   * @param longitude in degrees, east positive; NaN when it is missing.
   * @param latitude in degrees, north positive; NaN when it is missing.
   * @returns its flag.
   */
  update(ts: number, longitude: number, latitude: number): Quality;
  /** Plain JSON. A test that is given it goes on as this one would have. */
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}

/** The flags of a whole series of positions, one a position, by the same test that judges it one by one. */
export function runPositionTest(test: PositionTest, times: readonly number[], longitudes: readonly number[], latitudes: readonly number[]): Quality[] {
  return longitudes.map((longitude, index) => test.update(times[index] ?? Number.NaN, longitude, latitudes[index] ?? Number.NaN));
}
