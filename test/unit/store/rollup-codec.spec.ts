import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Quality, ReadingValue } from '../../../core/sample/sample.ts';
import { addReading } from '../../../core/store/bucket.ts';
import type { Bucket } from '../../../core/store/bucket.ts';
import { DamagedDataError } from '../../../core/store/codec/damaged-data-error.ts';
import { decodeRollups, encodeRollups } from '../../../core/store/embedded/rollup/rollup-codec.ts';
import type { Rollup } from '../../../core/store/embedded/rollup/rollup-codec.ts';

const WIDTH = 60_000;
const value: fc.Arbitrary<ReadingValue> = fc.oneof(fc.double(), fc.integer(), fc.constantFrom<ReadingValue>(-0, NaN, Infinity, -Infinity, 5e-324, 1.7e308, -1.7e308, 2 ** 53 + 2, true, false, '', 'a\0b', '\ud800', 'x'.repeat(300)), fc.string());
const readings = fc.array(fc.record({ offset: fc.integer({ min: 0, max: WIDTH - 1 }), value, quality: fc.constantFrom<Quality>(1, 2, 3, 4, 9) }), { minLength: 1, maxLength: 6 });

function rollup(start: number, list: ReadonlyArray<{ offset: number; value: ReadingValue; quality: Quality }>): Rollup[] {
  let bucket: Bucket | undefined;
  for (const { offset, value: one, quality } of list) bucket = addReading(bucket, start + offset, one, quality);
  return bucket ? [{ start, bucket }] : [];
}

describe('The rollup codec', () => {
  it('gives every rollup back to the bit', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 60 }), fc.array(readings, { minLength: 1, maxLength: 20 }), (minutes, lists) => {
      const rollups = minutes.sort((a, b) => a - b).flatMap((minute, index) => rollup(minute * WIDTH, lists[index % lists.length] ?? []));
      assert.deepEqual(decodeRollups(Buffer.from(encodeRollups(rollups))), rollups);
    }), { numRuns: 500 });
  });

  it('keeps a day of minutes of a slow reading in a few bytes each', () => {
    const rollups = Array.from({ length: 256 }, (_, index) => rollup(1.6e12 + index * WIDTH, Array.from({ length: 6 }, (__, place) => ({ offset: place * 10_000, value: Math.round(2_100 + 50 * Math.sin((index * 6 + place) / 40)) / 100, quality: 1 as const })))).flat();
    const bytes = encodeRollups(rollups).length / 256;
    assert.ok(bytes < 16, `${bytes} bytes a rollup`);
  });

  it('tells damage at every byte', () => {
    const rollups = rollup(0, [{ offset: 1, value: 1.5, quality: 1 }, { offset: 7, value: 'text', quality: 2 }]).concat(rollup(WIDTH, [{ offset: 3, value: true, quality: 4 }]));
    const bytes = Buffer.from(encodeRollups(rollups));
    for (let index = 0; index < bytes.length; index += 1) {
      const damaged = Buffer.from(bytes);
      damaged[index]! ^= 0x10;
      assert.throws(() => decodeRollups(damaged), DamagedDataError);
      assert.throws(() => decodeRollups(bytes.subarray(0, index)), DamagedDataError);
    }
  });
});
