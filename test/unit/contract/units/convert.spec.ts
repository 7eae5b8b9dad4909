import assert from 'node:assert/strict';
import fc from 'fast-check';
import { convertUnit, isConvertible, measureTheSame } from '../../../../core/contract/units/convert.ts';
import { UNITS } from '../../../../core/contract/units/unit-table.ts';

describe('Units', () => {
  it('are converted without a tail of rounding', () => {
    const cases: Array<[number, string, string, number]> = [
      [70.52, '[degF]', 'Cel', 21.4], [21.4, 'Cel', '[degF]', 70.52], [-40, '[degF]', 'Cel', -40], [0, 'K', 'Cel', -273.15], [0.1, 'Cel', 'K', 273.25],
      [1013.25, 'hPa', 'Pa', 101_325], [1, 'atm', 'kPa', 101.325], [2.3, 'bar', 'kPa', 230], [1_013.25, 'mbar', 'hPa', 1_013.25], [14.5, '[psi]', 'kPa', 99.973980750936],
      [36, 'km/h', 'm/s', 10], [10, 'm/s', 'km/h', 36], [1, '[mi_i]', 'km', 1.609344], [12, '[in_i]', '[ft_i]', 1], [0.3, 'm', 'mm', 300], [1, 'kn', 'km/h', 1.852],
      [1.1, 'kW.h', 'J', 3_960_000], [2.5, 'kWh', 'Wh', 2_500], [7, 'l/min', 'm3/h', 0.42], [1, '[gal_us]', 'l', 3.785411784], [55.5, '%', '/', 0.555], [400, 'ppm', '%', 0.04],
      [1_500, 'rpm', 'Hz', 25], [180, 'deg', 'rad', Math.PI], [3, 'mAh', 'C', 10.8], [1, '[lb_av]', 'g', 453.59237], [1_200, 'uS/cm', 'mS/cm', 1.2], [1e300, 'km', 'mm', 1e306],
    ];
    for (const [value, from, to, expected] of cases) assert.equal(convertUnit(value, from, to), expected, `${value} ${from} in ${to}`);
  });

  it('come back as they were, from each unit to each other of its kind', () => {
    for (const [measures, rows] of Object.entries(UNITS)) {
      const spellings = rows.flatMap((row) => row.spellings);
      for (const from of spellings) {
        for (const to of spellings) {
          const there = convertUnit(21.375, from, to);
          assert.ok(there !== undefined);
          const back = convertUnit(there, to, from);
          // What is left of a small value beside a large offset is as exact as a double of the size of the offset.
          assert.ok(back !== undefined && Math.abs(back - 21.375) <= 2e-12, `${measures}: ${from} to ${to} gives ${there}, and ${back} back`);
        }
      }
    }
  });

  it('without an offset come back but for the last digit, which is rounded twice, whatever the value', () => {
    const pairs = Object.values(UNITS).flatMap((rows) => {
      const spellings = rows.filter((row) => row.offset === undefined).flatMap((row) => row.spellings);
      return spellings.flatMap((from) => spellings.map((to): [string, string] => [from, to]));
    });
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.double({ noNaN: true, min: -1e200, max: 1e200 }).filter((value) => value === 0 || Math.abs(value) > 1e-200), ([from, to], value) => {
        const there = convertUnit(value, from, to);
        const back = there === undefined ? undefined : convertUnit(there, to, from);
        return back !== undefined && Math.abs(back - value) <= Math.abs(value) * 2 * Number.EPSILON;
      }),
      { numRuns: 2_000 },
    );
  });

  it('of different kinds, or that nobody knows, are not converted; nor is what is no number', () => {
    assert.equal(convertUnit(1, 'Cel', 'Pa'), undefined);
    assert.equal(convertUnit(1, '%', '%RH'), undefined);
    assert.equal(convertUnit(1, 'widgets', 'm'), undefined);
    assert.equal(convertUnit(1, 'm', 'constructor'), undefined);
    for (const value of [Number.NaN, Infinity, -Infinity]) assert.equal(convertUnit(value, 'm', 'km'), undefined);
    assert.equal(convertUnit(1e308, 'km', 'nm'), undefined, 'it is beyond the largest double');
    assert.deepEqual([isConvertible('Cel'), isConvertible('widgets'), measureTheSame('°C', '[degF]'), measureTheSame('C', 'Cel')], [true, false, true, false]);
  });

  it('are each spelled in one place only', () => {
    const spellings = Object.values(UNITS).flatMap((rows) => rows.flatMap((row) => row.spellings));
    assert.deepEqual(spellings.filter((spelling, index) => spellings.indexOf(spelling) !== index), []);
  });
});
