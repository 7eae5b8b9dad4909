import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ByteReader } from '../../../core/store/codec/byte-reader.ts';
import { ByteWriter } from '../../../core/store/codec/byte-writer.ts';
import { readNumbers, writeNumbers } from '../../../core/store/codec/numbers.ts';
import { readSymbols, writeSymbols } from '../../../core/store/codec/symbols.ts';
import { MAXIMUM_SPAN, readTimes, writeTimes } from '../../../core/store/codec/times.ts';

type Write = (writer: ByteWriter, column: Float64Array, from: number, to: number) => void;
type Read = (reader: ByteReader, into: Float64Array, from: number, to: number) => void;

/** Writes the column between other bytes, reads it back, and compares it bit by bit. @returns its bytes. */
function roundTrip(write: Write, read: Read, column: Float64Array): number {
  const writer = new ByteWriter();
  writer.uint8(0xaa);
  const padded = new Float64Array(column.length + 2);
  const words = new Uint32Array(padded.buffer);
  words.set(new Uint32Array(column.buffer), 2);
  write(writer, padded, 1, column.length + 1);
  const { length } = writer;
  writer.uint8(0x55);
  const back = new Float64Array(column.length + 2).fill(7);
  const reader = new ByteReader(Buffer.from(writer.bytes), 1);
  read(reader, back, 1, column.length + 1);
  assert.deepEqual(Buffer.from(back.buffer, 8, 8 * column.length), Buffer.from(column.buffer), `[${column.join(', ')}]`);
  assert.deepEqual([back[0], back.at(-1), reader.uint8(), reader.left], [7, 7, 0x55, 0]);
  return length - 1;
}

const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((each) => new Float64Array(new BigUint64Array([each]).buffer));
const special = fc.constantFrom(0n, 1n << 63n, 0x7ff0000000000001n, 0x7ff8000000000123n, 0xfff8000000000000n, 1n, 0x000fffffffffffffn, 0x7ff0000000000000n, 0xfff0000000000000n, 0x7fefffffffffffffn)
  .map((each) => new Float64Array(new BigUint64Array([each]).buffer));
const numberOf = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<Float64Array> => arbitrary.map((each) => new Float64Array([each]));
const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(6)).map(([digits, exponent]) => digits / 10 ** exponent);

/** Made of bytes, since a NaN may lose its payload as a number. */
function columnOf(parts: readonly Float64Array[]): Float64Array {
  const column = new Float64Array(parts.length);
  parts.forEach((part, index) => new Uint32Array(column.buffer).set(new Uint32Array(part.buffer), 2 * index));
  return column;
}

const large = fc.constantFrom(2 ** 50, 2 ** 50 + 1, 2 ** 51 - 1, 2 ** 52 + 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 50), 1 - 2 ** 53, 999_999_999_999_999, 1e15, 1e21, 1e22, 1e23, 0.1 + 0.2, 1 / 3);
const kinds: Array<[string, fc.Arbitrary<Float64Array>]> = [
  ['any bits', bits],
  ['zeros, infinities, denormals and NaNs with payloads', special],
  ['decimals', numberOf(decimal)],
  ['decimals and a few others', fc.oneof({ weight: 20, arbitrary: numberOf(decimal) }, { weight: 1, arbitrary: special }, { weight: 1, arbitrary: bits })],
  ['single precision', numberOf(decimal.map(Math.fround))],
  ['multiples of a step', numberOf(fc.integer({ min: -500, max: 500 }).map((each) => each * 0.0625))],
  ['large whole numbers', numberOf(fc.oneof(large, fc.maxSafeInteger()))],
  ['small whole numbers, and now and then a large one', numberOf(fc.oneof({ weight: 30, arbitrary: fc.integer({ min: -3, max: 3 }) }, { weight: 1, arbitrary: large }))],
  ['fractions', numberOf(fc.double({ min: 20, max: 21 }))],
];

describe('a column of numbers', () => {
  for (const [name, arbitrary] of kinds) {
    it(`of ${name} comes back to the bit`, () => {
      fc.assert(fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 300 }), (parts) => {
        assert.ok(roundTrip(writeNumbers, readNumbers, columnOf(parts)) <= 8 * parts.length + 1, 'more than the numbers themselves');
      }));
    });
  }

  it('that rises, falls, jumps or stands still comes back to the bit', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(0, 0, 1, -1, 7, -13, 1e6, 2 ** 40), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(steps, fc.integer(), fc.nat(6), (runs, start, exponent) => {
      let current = start;
      const column = runs.flatMap(([step, times]) => Array.from({ length: times }, () => (current += step) / 10 ** exponent));
      roundTrip(writeNumbers, readNumbers, Float64Array.from(column));
    }));
  });

  it('that swings between the largest whole numbers comes back to the bit', () => {
    const extreme = fc.tuple(fc.boolean(), fc.nat(5)).map(([below, less]) => (below ? -1 : 1) * (2 ** 50 - less));
    fc.assert(fc.property(fc.array(extreme, { minLength: 3, maxLength: 40 }), fc.nat(1), (column, exponent) => {
      roundTrip(writeNumbers, readNumbers, Float64Array.from(column, (each) => each / 10 ** exponent));
    }));
  });

  it('that is smooth but for one spike, as far away as can be, comes back to the bit', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 38 }), fc.nat(1), fc.nat(9), fc.constantFrom(1, -1), (at, less, bend, sign) => {
      const smooth = Float64Array.from({ length: 40 }, (_, index) => sign * (3 * Math.max(0, index - at - 1) + bend * Math.max(0, index - at - 1) ** 2 - 2 ** 50));
      smooth[at] = sign * (2 ** 50 - less);
      roundTrip(writeNumbers, readNumbers, smooth);
    }));
  });

  it('takes few bytes where the numbers are much alike', () => {
    const bytes = (of: (index: number) => number): number => roundTrip(writeNumbers, readNumbers, Float64Array.from({ length: 256 }, (_, index) => of(index)));
    assert.ok(bytes(() => Math.PI) <= 9);
    assert.ok(bytes((index) => index / 10) <= 8, 'evenly spaced');
    assert.ok(bytes((index) => (index < 100 ? 21.5 : 22)) <= 48, 'one jump');
    assert.ok(bytes((index) => 20 + 0.0625 * (index % 2)) <= 64, 'coarse steps');
    assert.ok(bytes((index) => (index === 77 ? NaN : (201 + (index % 5)) / 10)) <= 110, 'one exception');
  });
});

describe('a column of times', () => {
  const times = (deltas: fc.Arbitrary<number>): fc.Arbitrary<Float64Array> => fc.tuple(fc.integer({ min: -8.64e15, max: 8.64e15 - MAXIMUM_SPAN }), fc.array(deltas, { maxLength: 300 })).map(([first, distances]) => {
    let last = 0;
    const offsets = distances.map((distance) => (last += distance)).filter((offset) => offset <= MAXIMUM_SPAN);
    return Float64Array.from([first, ...offsets.map((offset) => first + offset)]);
  });
  const deltas: Array<[string, fc.Arbitrary<number>]> = [
    ['regular', fc.constant(1000)], ['jittered', fc.integer({ min: 980, max: 1020 })], ['irregular', fc.integer({ min: 1, max: 1e7 })],
    ['regular with gaps', fc.oneof({ weight: 30, arbitrary: fc.constant(60_000) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 45 }) })],
    ['spread over the longest span', fc.oneof(fc.integer({ min: 1, max: MAXIMUM_SPAN }), fc.constant(1))],
  ];
  for (const [name, each] of deltas) {
    it(`that is ${name} comes back as it was`, () => {
      fc.assert(fc.property(times(each), (column) => {
        roundTrip(writeTimes, readTimes, column);
      }));
    });
  }

  it('of which one lies as far away as can be comes back as it was', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 40 }), fc.nat(39), fc.nat(9), (steps, at, less) => {
      let last = -(2 ** 50) - 1;
      const rest = steps.reduce((sum, step) => sum + step, 0);
      roundTrip(writeTimes, readTimes, Float64Array.from([last, ...steps.map((step, index) => (last += index === at % steps.length ? MAXIMUM_SPAN - rest - less : step))]));
    }));
  });

  it('takes no bytes a time when they are regular, and less than its jitter and a half when they are not', () => {
    const column = (jitter: number): Float64Array => Float64Array.from({ length: 256 }, (_, index) => 1.7e12 + index * 1000 + ((index * 7919) % (jitter + 1)));
    assert.ok(roundTrip(writeTimes, readTimes, column(0)) <= 12);
    assert.ok(roundTrip(writeTimes, readTimes, column(20)) <= 256 * 0.75);
  });

  it('is refused when it is not in order', () => {
    const writer = new ByteWriter();
    writeTimes(writer, Float64Array.from([2, 1, 5]), 0, 3);
    assert.throws(() => readTimes(new ByteReader(writer.bytes), new Float64Array(3), 0, 3), RangeError);
  });
});

describe('a column of symbols', () => {
  it('comes back as it was, in few bits', () => {
    const runs = fc.array(fc.tuple(fc.nat(5), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 700 }))), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(runs, (made) => {
      const seen: number[] = [];
      const symbols = Uint32Array.from(made.flatMap(([symbol, times]) => {
        if (!seen.includes(symbol)) seen.push(symbol);
        return Array.from({ length: times }, () => seen.indexOf(symbol));
      }));
      const writer = new ByteWriter();
      writeSymbols(writer, symbols, symbols.length, seen.length);
      const back = new Uint32Array(symbols.length);
      readSymbols(new ByteReader(writer.bytes), back, back.length, seen.length);
      assert.deepEqual(back, symbols);
      assert.ok(writer.length <= 2 + (symbols.length * 3) / 8);
    }));
  });
});
