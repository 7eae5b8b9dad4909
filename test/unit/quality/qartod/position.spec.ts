import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConfigError, createLocationTest, createSpeedTest, locationTest, QualitySnapshotError, speedTest, type PositionTest } from '../../../../core/quality/index.ts';
import { distanceOf } from '../../../../core/quality/qartod/geodesic.ts';

describe('the distance of two positions', () => {
  // From Karney, "Algorithms for geodesics", and GeographicLib's GeodSolve.
  const known: [string, [number, number, number, number], number][] = [
    ['New York and London', [-73.8, 40.6, -0.5, 51.6], 5_551_759.4],
    ['a degree along the equator', [0, 0, 1, 0], 111_319.490_793],
    ['a degree from the pole', [0, 89, 0, 90], 111_693.864_9],
    ['the poles', [0, -90, 0, 90], 20_003_931.458_6],
    ['across the date line', [179.5, 0, -179.5, 0], 111_319.490_793],
  ];
  for (const [what, [longitude, latitude, toLongitude, toLatitude], metres] of known) {
    it(`is right on the ellipsoid for ${what}`, () => {
      assert.ok(Math.abs(distanceOf('wgs84', longitude, latitude, toLongitude, toLatitude) - metres) < 0.05, String(distanceOf('wgs84', longitude, latitude, toLongitude, toLatitude)));
    });
  }

  it('differs by less than a hundredth between both methods, wherever the positions are, and is the same there and back', () => {
    const degrees = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }));
    fc.assert(fc.property(degrees, degrees, ([x, y], [toX, toY]) => {
      const ellipsoid = distanceOf('wgs84', x, y, toX, toY);
      const sphere = distanceOf('haversine', x, y, toX, toY);
      assert.ok(Math.abs(ellipsoid - sphere) <= 0.01 * sphere + 1e-3, `${ellipsoid} ${sphere}`);
      assert.ok(Math.abs(ellipsoid - distanceOf('wgs84', toX, toY, x, y)) < 1e-3);
    }));
  });
});

describe('location_test', () => {
  it('finds a position off the Earth bad, one half missing bad, and a missing one missing', () => {
    assert.deepEqual(locationTest({ longitudes: [180, -180.1, 8, null, null], latitudes: [-90, 50, 90.1, 50, null] }), [1, 4, 4, 4, 9]);
  });

  it('keeps a device within its bounds', () => {
    assert.deepEqual(locationTest({ longitudes: [5.8, 15.2, 10], latitudes: [55.1, 50, 47.1], bbox: [5.8, 47.2, 15.1, 55.1] }), [1, 4, 4]);
  });

  it('finds a leap from the position before suspect', () => {
    const positions = { longitudes: [8, 8.001, 9, 9, null, 9.5, 600], latitudes: [50, 50, 50, 50, null, 50, 50] };
    assert.deepEqual(locationTest({ ...positions, rangeMax: 1000 }), [1, 1, 3, 1, 9, 1, 4]);
    assert.deepEqual(locationTest({ ...positions, rangeMax: 1000, method: 'haversine' }), [1, 1, 3, 1, 9, 1, 4]);
  });

  for (const [what, options, field] of [
    ['bounds the wrong way round', { bbox: [10, 0, 5, 1] }, 'bbox'],
    ['bounds with a hole', { bbox: [0, 0, Number.NaN, 1] }, 'bbox'],
    ['a negative range', { rangeMax: -1 }, 'rangeMax'],
    ['an unknown method', { method: 'flat' }, 'method'],
  ] as const) {
    it(`refuses ${what}, and names the option`, () => {
      assert.throws(() => createLocationTest(options as never), (error) => error instanceof ConfigError && error.field === field);
    });
  }

  it('refuses more longitudes than latitudes', () => {
    assert.throws(() => locationTest({ longitudes: [1, 2], latitudes: [1] }), (error) => error instanceof ConfigError && error.field === 'latitudes');
  });
});

describe('speed_test', () => {
  const THRESHOLDS = { suspectThreshold: 10, failThreshold: 30 };

  it('judges the way from the position before by the time that it took', () => {
    // A thousandth of a degree of latitude is 111 m.
    const latitudes = [50, 50.001, 50.002, 50.008, 50.108];
    assert.deepEqual(speedTest({ times: [0, 60_000, 70_000, 100_000, 110_000], longitudes: latitudes.map(() => 8), latitudes, ...THRESHOLDS }), [2, 1, 3, 3, 4]);
  });

  it('does not evaluate the first position, nor the first after a missing one', () => {
    assert.deepEqual(speedTest({ times: [0, 1000, 2000, 3000], longitudes: [8, 8, null, 9], latitudes: [50, 50, 50, 50], ...THRESHOLDS }), [2, 1, 9, 2]);
  });

  it('takes two positions at one time as a second apart', () => {
    assert.deepEqual(speedTest({ times: [0, 0, 0], longitudes: [8, 8, 8], latitudes: [50, 50, 50.0002], ...THRESHOLDS }), [2, 1, 3]);
  });
});

describe('the tests of positions', () => {
  const cases: [string, () => PositionTest][] = [['location_test', () => createLocationTest({ rangeMax: 500 })], ['speed_test', () => createSpeedTest({ suspectThreshold: 100 })]];
  for (const [name, create] of cases) {
    it(`${name}: goes on from a snapshot as if nothing had been, and says of a damaged one that it is`, () => {
      const coordinate = fc.constantFrom(8, 8.001, 8.1, 200, Number.NaN, Number.POSITIVE_INFINITY);
      fc.assert(fc.property(fc.array(fc.tuple(coordinate, coordinate), { maxLength: 12 }), fc.nat(12), (positions, point) => {
        const whole = create();
        let test = create();
        positions.forEach(([longitude, latitude], index) => {
          if (index === point) {
            const next = create();
            next.restore(JSON.parse(JSON.stringify(test.snapshot())));
            test = next;
          }
          assert.equal(test.update(index * 1000, longitude, latitude), whole.update(index * 1000, longitude, latitude));
        });
      }));
      assert.throws(() => create().restore({ v: 1, s: ['8'] }), QualitySnapshotError);
    });
  }
});
