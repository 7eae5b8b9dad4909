import assert from 'node:assert/strict';
import { ConfigError, grossRangeTest } from '../../../../core/quality/index.ts';

describe('gross_range_test', () => {
  it('passes the ends of both spans', () => {
    assert.deepEqual(grossRangeTest({ values: [-40.1, -40, -11, -10, 0, 30, 31, 125, 125.1], failSpan: [-40, 125], suspectSpan: [-10, 30] }), [4, 3, 3, 1, 1, 1, 3, 3, 4]);
  });

  it('takes the ends of a span in either order', () => {
    assert.deepEqual(grossRangeTest({ values: [5, 12], failSpan: [10, 0], suspectSpan: [8, 2] }), [1, 4]);
  });

  it('does with one of the spans', () => {
    assert.deepEqual(grossRangeTest({ values: [5, 12], failSpan: [0, 10] }), [1, 4]);
    assert.deepEqual(grossRangeTest({ values: [5, 12], suspectSpan: [0, 10] }), [1, 3]);
  });

  it('takes what is no finite number for missing', () => {
    const values = [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1];
    assert.deepEqual(grossRangeTest({ values, failSpan: [0, 10] }), [9, 9, 9, 9, 9, 1]);
  });

  it('reads typed arrays, and gives no flags for no readings', () => {
    assert.deepEqual(grossRangeTest({ values: Float32Array.of(1, 11), failSpan: [0, 10] }), [1, 4]);
    assert.deepEqual(grossRangeTest({ values: [], failSpan: [0, 10] }), []);
  });

  it('leaves a side of a span open', () => {
    assert.deepEqual(grossRangeTest({ values: [-1, 1e300], failSpan: [0, Number.POSITIVE_INFINITY] }), [4, 1]);
  });

  for (const [what, options, field] of [
    ['no span', {}, 'failSpan'],
    ['a span of one number', { failSpan: [1] as unknown as [number, number] }, 'failSpan'],
    ['a span that is a number', { failSpan: 10 as unknown as [number, number] }, 'failSpan'],
    ['a span with NaN in it', { suspectSpan: [Number.NaN, 1] as const }, 'suspectSpan'],
    ['a suspect span beyond the fail span', { failSpan: [0, 10] as const, suspectSpan: [0, 11] as const }, 'suspectSpan'],
  ] as const) {
    it(`refuses ${what}, and names the option`, () => {
      assert.throws(() => grossRangeTest({ values: [1], ...options }), (error) => error instanceof ConfigError && error.field === field && /give|Make/.test(error.message));
    });
  }
});
