import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attenuatedSignalTest, flatLineTest, spikeTest, type Quality } from '../../../../core/quality/index.ts';
import { series, type Given } from './every-reading-test.ts';

const isMissing = (value: number | null | undefined): boolean => value === null || value === undefined || !Number.isFinite(value);

/** Reading by reading with the whole series at hand, as the manuals put it. */
function each({ values }: Given, judge: (index: number, value: number) => Quality): Quality[] {
  return values.map((value, index) => (isMissing(value) ? 9 : judge(index, value!)));
}

function valuesOf(values: (number | null)[]): number[] {
  return values.filter((value): value is number => !isMissing(value));
}

describe('the quality tests of one metric against what the manuals say', () => {
  it('a spike is as high as the reading is far from the middle of its neighbours', () => {
    fc.assert(fc.property(series, (given) => {
      const expected = each(given, (index, value) => {
        const [before, after] = [given.values[index - 1], given.values[index + 1]];
        if (isMissing(before) || isMissing(after)) return 2;
        const height = Math.abs(value - (before! + after!) / 2);
        return height > 2 ? 4 : height > 1 ? 3 : 1;
      });
      assert.deepEqual(spikeTest({ values: given.values, suspectThreshold: 1, failThreshold: 2 }), expected);
    }));
  });

  it('a line is flat when the window of so many readings moves by less than the tolerance', () => {
    fc.assert(fc.property(series, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }), (given, count, more) => {
      const isFlat = (index: number, readings: number): boolean => {
        const window = valuesOf(given.values.slice(index - readings, index + 1));
        return index >= readings && window.length > 1 && Math.max(...window) - Math.min(...window) < 0.6;
      };
      const expected = each(given, (index) => (isFlat(index, count + more) ? 4 : isFlat(index, count) ? 3 : 1));
      assert.deepEqual(flatLineTest({ times: given.times, values: given.values, interval: 10, suspectThreshold: count * 10 + 9, failThreshold: (count + more) * 10 + 9, tolerance: 0.6 }), expected);
    }));
  });

  it('the values of a flat line by count are those before it', () => {
    fc.assert(fc.property(series, (given) => {
      const expected = each(given, (index, value) => {
        const before = valuesOf(given.values.slice(0, index)).slice(-4).toReversed();
        const different = before.findIndex((other) => Math.abs(value - other) > 0.3);
        const repeated = different === -1 ? before.length : different;
        return repeated >= 4 ? 4 : repeated >= 2 ? 3 : 1;
      });
      assert.deepEqual(flatLineTest({ times: given.times, values: given.values, suspectCount: 2, failCount: 4, tolerance: 0.3 }), expected);
    }));
  });

  for (const checkType of ['std', 'range'] as const) {
    it(`a signal is attenuated when the ${checkType} of the period up to the reading is below the threshold`, () => {
      const inOrder = series.map((given) => ({ ...given, times: given.times.toSorted((one, other) => one - other), values: given.values.map((value) => (Math.abs(value ?? 0) > 1000 ? null : value)) }));
      fc.assert(fc.property(inOrder, fc.integer({ min: 0, max: 4 }), (given, minObs) => {
        const variation = (window: number[]): number => {
          if (checkType === 'range') return Math.max(...window) - Math.min(...window);
          const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
          return Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (window.length - 1));
        };
        const expected = each(given, (index) => {
          const period = given.values.filter((_, other) => other <= index && given.times[other]! > given.times[index]! - 6500);
          const window = valuesOf(period);
          if (window.length < Math.max(minObs, checkType === 'std' ? 2 : 0)) return 2;
          if (checkType === 'range' && window.length < period.length) return 2;
          // Thresholds that no spread of the values above meets exactly: rounding may differ from the model's.
          return variation(window) < 0.312_345_678 ? 4 : variation(window) < 0.812_345_678 ? 3 : 1;
        });
        assert.deepEqual(attenuatedSignalTest({ times: given.times, values: given.values, checkType, testPeriod: 6.5, minObs, failThreshold: 0.312_345_678, suspectThreshold: 0.812_345_678 }), expected);
      }));
    });
  }
});
