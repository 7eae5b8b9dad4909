import assert from 'node:assert/strict';
import { ConfigError, rateOfChangeTest } from '../../../../core/quality/index.ts';

/** One unit in ten seconds is suspect, five are bad. */
const THRESHOLDS = { suspectThreshold: 0.1, failThreshold: 0.5 };

describe('rate_of_change_test', () => {
  it('judges the change per second, in either direction', () => {
    assert.deepEqual(rateOfChangeTest({ times: [0, 10_000, 20_000, 30_000, 40_000], values: [0, 1, 2.5, -4, -4], ...THRESHOLDS }), [1, 1, 3, 4, 1]);
  });

  it('allows more in a longer time', () => {
    assert.deepEqual(rateOfChangeTest({ times: [0, 100_000, 100_500], values: [0, 9, 9.2], ...THRESHOLDS }), [1, 1, 3]);
  });

  it('takes the first reading, and the first after a missing one, for good', () => {
    assert.deepEqual(rateOfChangeTest({ times: [0, 1000, 2000, 3000], values: [50, null, 99, 0], ...THRESHOLDS }), [1, 9, 1, 4]);
  });

  it('compares two readings at one time by their difference', () => {
    assert.deepEqual(rateOfChangeTest({ times: [0, 0, 0, 0], values: [5, 5, 5.2, 6], ...THRESHOLDS }), [1, 1, 3, 4]);
  });

  it('does not mind the direction of time', () => {
    assert.deepEqual(rateOfChangeTest({ times: [10_000, 0], values: [0, 6], ...THRESHOLDS }), [1, 4]);
  });

  it('takes times as dates and as text too', () => {
    const values = [0, 2];
    for (const times of [[new Date(0), new Date(10_000)], ['1970-01-01T00:00:00Z', '1970-01-01T00:00:10Z'], ['1970-01-01', '1970-01-01 01:00:10+01:00'], Float64Array.of(0, 10_000)]) {
      assert.deepEqual(rateOfChangeTest({ times, values, ...THRESHOLDS }), [1, 3]);
    }
  });

  it('evaluates no change where a time is not known', () => {
    assert.deepEqual(rateOfChangeTest({ times: [0, null, 1000], values: [0, 50, 100], ...THRESHOLDS }), [1, 1, 1]);
  });

  for (const [what, given, field] of [
    ['a time that is none', { times: [0, 'yesterday'], values: [1, 2] }, 'times[1]'],
    ['fewer times than values', { times: [0], values: [1, 2] }, 'times'],
    ['values that are no array', { times: [0], values: 7 as unknown as number[] }, 'values'],
  ] as const) {
    it(`refuses ${what}, and names it`, () => {
      assert.throws(() => rateOfChangeTest({ ...given, ...THRESHOLDS }), (error) => error instanceof ConfigError && error.field === field);
    });
  }
});
