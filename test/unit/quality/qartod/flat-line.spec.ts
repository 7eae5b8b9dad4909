import assert from 'node:assert/strict';
import { ConfigError, createFlatLineTest, flatLineTest, type FlatLineOptions } from '../../../../core/quality/index.ts';

const MINUTE = 60_000;
const everyMinute = (values: readonly (number | null)[]): number[] => values.map((_, index) => index * MINUTE);

describe('flat_line_test by time', () => {
  const THRESHOLDS = { suspectThreshold: 180, failThreshold: 300, tolerance: 0.5 };
  const judged = (values: (number | null)[], options: FlatLineOptions = THRESHOLDS): number[] => flatLineTest({ times: everyMinute(values), values, ...options });

  it('flags a reading when the values did not move for as long as the threshold', () => {
    assert.deepEqual(judged([0, 9, 9.1, 9, 9.2, 9, 9.3, 12, 12]), [1, 1, 1, 1, 3, 3, 4, 1, 1]);
  });

  it('looks as many readings back as fit into the threshold', () => {
    assert.deepEqual(judged([7, 7, 7, 7, 7], { suspectThreshold: 239, tolerance: 0.5 }), [1, 1, 1, 3, 3]);
    assert.deepEqual(judged([7, 7, 7, 7, 7], { suspectThreshold: 240, tolerance: 0.5 }), [1, 1, 1, 1, 3]);
  });

  it('takes a creep that goes beyond the tolerance for movement', () => {
    assert.deepEqual(judged([0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]), [1, 1, 1, 1, 1, 1, 1]);
  });

  it('needs values closer together than the tolerance, not as far apart', () => {
    assert.deepEqual(judged([0, 0.5, 0, 0.5, 0, 0.5]), [1, 1, 1, 1, 1, 1]);
  });

  it('without a tolerance takes only equal values for a line', () => {
    assert.deepEqual(judged([3, 3, 3, 3, 3.001, 3], { suspectThreshold: 180 }), [1, 1, 1, 3, 1, 1]);
  });

  it('counts a missing reading as time, not as a value', () => {
    assert.deepEqual(judged([9, null, null, 9, null, 9]), [1, 9, 9, 3, 9, 4]);
  });

  it('takes one value alone for no line', () => {
    assert.deepEqual(judged([0, null, null, null, null, null, null, 5]), [1, 9, 9, 9, 9, 9, 9, 1]);
  });

  it('keeps the usual interval over a gap', () => {
    const values = [5, 1, 2, 2, 2, 2];
    const times = [0, MINUTE, 2 * MINUTE, 500 * MINUTE, 501 * MINUTE, 502 * MINUTE];
    assert.deepEqual(flatLineTest({ times, values, ...THRESHOLDS }), [1, 1, 1, 1, 1, 3]);
  });

  it('takes a gap for one, not for the interval, from the start', () => {
    assert.deepEqual(flatLineTest({ times: [0, MINUTE, 500 * MINUTE], values: [7, 7, 7], suspectThreshold: 120 }), [1, 1, 3]);
  });

  it('learns another interval when the device takes one', () => {
    const values = Array.from({ length: 40 }, (_, index) => (index === 20 ? 5 : 4));
    const times = values.map((_, index) => (index < 20 ? index * MINUTE : 20 * MINUTE + (index - 20) * 10_000));
    const flags = flatLineTest({ times, values, suspectThreshold: 120 });
    assert.deepEqual([flags[2], flags[20], flags[32], flags[33]], [3, 1, 1, 3]);
  });

  it('goes by the interval that it was given', () => {
    assert.deepEqual(judged([7, 7, 7, 7], { suspectThreshold: 60, tolerance: 0.5, interval: 30 }), [1, 1, 3, 3]);
  });

  it('keeps little of a long line, and little of a long creep', () => {
    const test = createFlatLineTest({ suspectThreshold: 1e7, tolerance: 1e6, interval: 1 });
    for (let index = 0; index < 20_000; index += 1) test.update(index * 1000, 42);
    assert.ok(JSON.stringify(test.snapshot()).length < 100);
    for (let index = 0; index < 20_000; index += 1) test.update(index * 1000, index);
    assert.ok(JSON.stringify(test.snapshot()).length < 20_000);
  });

  it('finds a creep flat that is longer than what is kept of it', () => {
    const values = Array.from({ length: 2000 }, (_, index) => index / 1000);
    const flags = flatLineTest({ times: values.map((_, index) => index * 1000), values, suspectThreshold: 600, failThreshold: 1999, tolerance: 1.5 });
    assert.deepEqual([flags[599], flags[600], flags[1999]], [1, 3, 3]);
  });
});

describe('flat_line_test by count', () => {
  const judged = (values: (number | null)[], tolerance = 0): number[] => flatLineTest({ times: everyMinute(values), values, suspectCount: 2, failCount: 3, tolerance });

  it('compares a reading with as many values before it', () => {
    assert.deepEqual(judged([5, 5, 5, 5, 5, 6, 6, 6]), [1, 1, 3, 4, 4, 1, 1, 3]);
  });

  it('takes values as far apart as the tolerance for equal, each against the newest', () => {
    assert.deepEqual(judged([5, 5.5, 5, 4.5], 0.5), [1, 1, 3, 1]);
  });

  it('passes over missing readings', () => {
    assert.deepEqual(judged([5, null, 5, null, 5]), [1, 9, 1, 9, 3]);
  });

  for (const [what, options, field] of [
    ['a count of nothing', { suspectCount: 0 }, 'suspectCount'],
    ['half a count', { failCount: 2.5 }, 'failCount'],
    ['counts the wrong way round', { suspectCount: 5, failCount: 3 }, 'failCount'],
    ['counts and durations at once', { suspectCount: 5, suspectThreshold: 3 }, 'suspectCount'],
    ['a tolerance that is none', { suspectCount: 5, tolerance: -1 }, 'tolerance'],
    ['an interval of no time', { suspectThreshold: 5, interval: 0 }, 'interval'],
    ['neither', {}, 'suspectThreshold'],
  ] as const) {
    it(`refuses ${what}, and names the option`, () => {
      assert.throws(() => createFlatLineTest(options), (error) => error instanceof ConfigError && error.field === field);
    });
  }
});
