import assert from 'node:assert/strict';
import { attenuatedSignalTest, ConfigError, createAttenuatedSignalTest, type AttenuatedSignalOptions } from '../../../../core/quality/index.ts';

/** One reading a second. */
const judged = (values: (number | null)[], options: AttenuatedSignalOptions): number[] => attenuatedSignalTest({ times: values.map((_, index) => index * 1000), values, ...options });

describe('attenuated_signal_test', () => {
  it('judges the range of the test period up to the reading, a reading as old as the period left out', () => {
    assert.deepEqual(judged([0, 8, 1, 0, 3, 3, 3], { checkType: 'range', testPeriod: 3, suspectThreshold: 5, failThreshold: 2 }), [4, 1, 1, 1, 3, 3, 4]);
  });

  it('does not judge a range while a value of the period is missing, as ioos_qc does not', () => {
    assert.deepEqual(judged([0, null, 8, 1, 1, 1, 1], { checkType: 'range', testPeriod: 3, suspectThreshold: 5, failThreshold: 2 }), [4, 9, 2, 2, 1, 4, 4]);
    assert.deepEqual(judged([0, null, 8, 1, 1, 1, 1], { testPeriod: 3, suspectThreshold: 1, failThreshold: 0.5 }), [2, 9, 1, 1, 1, 4, 4]);
  });

  it('judges the standard deviation of a sample, which one value alone does not have, unless told otherwise', () => {
    assert.deepEqual(judged([0, 2, 0, 2, 1, 1], { testPeriod: 2, suspectThreshold: 1.41, failThreshold: 0.7 }), [2, 1, 1, 1, 3, 4]);
    assert.deepEqual(judged([0, 2, 0, 2], { testPeriod: 2, suspectThreshold: 1.42 }), [2, 3, 3, 3]);
  });

  it('judges the population standard deviation of a whole series', () => {
    assert.deepEqual(judged([0, 2, null, 0, 2], { suspectThreshold: 1.01, failThreshold: 0.99 }), [3, 3, 9, 3, 3]);
  });

  it('waits for so many values', () => {
    assert.deepEqual(judged([5, 5, null, 5, 5, 5], { testPeriod: 4, minObs: 3, failThreshold: 1 }), [2, 2, 9, 4, 4, 4]);
  });

  it('waits for as many values as fit into so many seconds', () => {
    assert.deepEqual(judged([5, 5, 5, 5], { testPeriod: 10, minPeriod: 3, failThreshold: 1 }), [2, 2, 4, 4]);
    assert.deepEqual(judged([5, 5, 5, 5], { testPeriod: 10, minPeriod: 3, interval: 2, checkType: 'range', failThreshold: 1 }), [4, 4, 4, 4]);
  });

  it('forgets a step once it is older than the period, whatever its height', () => {
    const values = [1e9, ...Array.from({ length: 20 }, (_, index) => 20 + (index % 2) * 1e-3)];
    const flags = judged(values, { testPeriod: 10, suspectThreshold: 6e-4, failThreshold: 4e-4 });
    assert.deepEqual([flags[9], flags[10], flags[20]], [1, 3, 3]);
  });

  it('takes a line of equal values for one without variation, however long something else came before', () => {
    const values = [...Array.from({ length: 100 }, (_, index) => Math.sin(index) * 1e6), ...Array.from({ length: 30 }, () => 0.1)];
    assert.equal(judged(values, { testPeriod: 20, failThreshold: Number.MIN_VALUE }).at(-1), 4);
  });

  it('takes all of a series together where no period is given', () => {
    assert.deepEqual(judged([1, null, 3], { suspectThreshold: 1.1, failThreshold: 0.9 }), [3, 9, 3]);
    assert.deepEqual(judged([1, null, 3], { checkType: 'range', suspectThreshold: 2 }), [1, 9, 1]);
    assert.deepEqual(judged([null, null], { suspectThreshold: 1 }), [9, 9]);
    assert.deepEqual(judged([], { suspectThreshold: 1 }), []);
  });

  it('takes a late reading as of the time of the newest, and begins anew when the clock goes back by more than the period', () => {
    const options = { checkType: 'range', testPeriod: 5, minObs: 2, failThreshold: 1 } as const;
    assert.deepEqual(attenuatedSignalTest({ times: [10_000, 9000, 11_000], values: [0, 7, 0], ...options }), [2, 1, 1]);
    assert.deepEqual(attenuatedSignalTest({ times: [90_000, 91_000, 1000, 2000], values: [0, 7, 5, 5], ...options }), [2, 1, 2, 4]);
  });

  it('keeps no more readings than it may', () => {
    const test = createAttenuatedSignalTest({ testPeriod: 1e6, suspectThreshold: 1, maxReadings: 10 });
    for (let index = 0; index < 1000; index += 1) test.update(index, Math.sin(index));
    assert.ok(JSON.stringify(test.snapshot()).length < 400);
    assert.equal(test.update(1001, 1e9), 1);
    for (let index = 0; index < 9; index += 1) assert.equal(test.update(1002 + index, 5), 1);
    assert.equal(test.update(1011, 5), 3);
  });

  for (const [what, options, field] of [
    ['no threshold', { testPeriod: 5 }, 'suspectThreshold'],
    ['thresholds the wrong way round', { testPeriod: 5, suspectThreshold: 1, failThreshold: 2 }, 'failThreshold'],
    ['a stream without a period', { suspectThreshold: 1 }, 'testPeriod'],
    ['a period of no time', { suspectThreshold: 1, testPeriod: 0 }, 'testPeriod'],
    ['an infinite period', { suspectThreshold: 1, testPeriod: Number.POSITIVE_INFINITY }, 'testPeriod'],
    ['two minima', { suspectThreshold: 1, testPeriod: 5, minObs: 1, minPeriod: 1 }, 'minPeriod'],
    ['more readings than memory', { suspectThreshold: 1, testPeriod: 5, maxReadings: 1e9 }, 'maxReadings'],
    ['an unknown measure', { suspectThreshold: 1, testPeriod: 5, checkType: 'variance' as 'std' }, 'checkType'],
  ] as const) {
    it(`refuses ${what}, and names the option`, () => {
      assert.throws(() => createAttenuatedSignalTest(options), (error) => error instanceof ConfigError && error.field === field);
    });
  }
});
