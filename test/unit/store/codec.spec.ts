import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Quality, ReadingValue } from '../../../core/sample/sample.ts';
import { Block } from '../../../core/store/codec/block.ts';
import { decodeChunk, encodeChunk } from '../../../core/store/codec/chunk-codec.ts';
import { blockOf } from './fixture.ts';

const quality = fc.constantFrom<Quality>(1, 2, 3, 4, 9);
const value: fc.Arbitrary<ReadingValue> = fc.oneof(
  fc.double(), fc.integer(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53 + 2, -1.7976931348623157e308),
  fc.boolean(), fc.constant(null), fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'a\0b', '1', 'true'),
);
const time = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), fc.nat(1000));

describe('the codec of chunks', () => {
  it('gives back every time, value and quality to the bit', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.record({ ts: time, value, quality }, { noNullPrototype: true }), { selector: ({ ts }) => ts, minLength: 1, maxLength: 300 }), (readings) => {
      readings.sort((a, b) => a.ts - b.ts);
      const decoded = decodeChunk(Buffer.from(encodeChunk(blockOf(readings), 0, readings.length)));
      assert.deepEqual(readings.map((_, index) => decoded.reading(index)), readings);
    }));
  });

  it('keeps a reading a second in little more than the eight bytes of its number', () => {
    const readings = Array.from({ length: 256 }, (_, index) => ({ ts: 1.7e12 + index * 1000, value: Math.sqrt(index), quality: 1 as const }));
    assert.ok(encodeChunk(blockOf(readings), 0, 256).length < 256 * 9 + 32);
  });

  it('notices every flipped bit', () => {
    const block = new Block(3);
    for (let index = 0; index < 3; index += 1) block.push(index, 0x23, index, undefined);
    const sound = Buffer.from(encodeChunk(block, 0, 3));
    for (let bit = 0; bit < sound.length * 8; bit += 1) {
      const damaged = Buffer.from(sound);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => decodeChunk(damaged), /checksum|version/, `bit ${bit}`);
    }
    for (let length = 0; length < sound.length; length += 1) assert.throws(() => decodeChunk(sound.subarray(0, length)), /checksum|short/);
  });
});
