import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import type { Quality, ReadingValue } from '../../../core/sample/sample.ts';
import { addReading } from '../../../core/store/bucket.ts';
import type { Bucket } from '../../../core/store/bucket.ts';
import { Block } from '../../../core/store/codec/block.ts';
import { ByteWriter } from '../../../core/store/codec/byte-writer.ts';
import { decodeChunk, encodeChunk, MAXIMUM_SPAN } from '../../../core/store/codec/chunk-codec.ts';
import { chunkStats } from '../../../core/store/codec/chunk-stats.ts';
import { DamagedDataError } from '../../../core/store/codec/damaged-data-error.ts';
import { kindOf, TYPE } from '../../../core/store/codec/kind.ts';
import { blockOf } from './fixture.ts';

const quality = fc.constantFrom<Quality>(1, 2, 3, 4, 9);
const value: fc.Arbitrary<ReadingValue> = fc.oneof(
  fc.double(), fc.integer(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53 + 2, -1.7976931348623157e308, 21.5, 21.25, Math.fround(21.1)),
  fc.boolean(), fc.constant(null), fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'a\0b', '1', 'true'),
);
const time = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), fc.nat(1000));
const note = fc.option(fc.constantFrom('{"unit":"Cel"}', '{"flags":["stuck"]}', '{"raw":"\ud800"}'), { nil: undefined });

interface Noted {
  ts: number;
  value: ReadingValue;
  quality: Quality;
  note: string | undefined;
}

const series = fc.oneof(fc.constant(value), fc.constantFrom(fc.boolean(), fc.double(), fc.constantFrom('on', 'off'), fc.integer({ max: 99 }).map((each) => each / 8)))
  .chain((one) => fc.uniqueArray(fc.record<Noted>({ ts: time, value: one, quality, note }, { noNullPrototype: true }), { selector: ({ ts }) => ts, minLength: 1, maxLength: 300 }))
  .map((readings) => readings.sort((a, b) => a.ts - b.ts));

function notedBlock(readings: readonly Noted[]): Block {
  const block = blockOf(readings);
  if (readings.some((reading) => reading.note !== undefined)) block.notes = readings.map((reading) => reading.note);
  return block;
}

function contents(block: Block, from = 0, to = block.length): Noted[] {
  return Array.from({ length: to - from }, (_, index) => ({ ts: block.time(from + index), value: block.value(from + index), quality: block.reading(from + index).quality, note: block.note(from + index) }));
}

/** What a Holdfast of version 1 wrote. */
function encodeVersion1(block: Block): Buffer {
  const writer = new ByteWriter();
  writer.varint(block.length);
  writer.float64(block.time(0));
  for (let index = 1; index < block.length; index += 1) writer.signedVarint(block.time(index) - 2 * block.time(index - 1) + (index > 1 ? block.time(index - 2) : block.time(0)));
  const utf16 = (index: number): boolean => block.text(index)?.isWellFormed() === false;
  for (let index = 0; index < block.length; index += 1) {
    writer.uint8(utf16(index) ? block.kind(index) + 1 : block.kind(index));
    writer.varint(1);
  }
  for (let index = 0; index < block.length; index += 1) {
    const current = block.value(index);
    if (typeof current === 'number') writer.float64(current);
    if (typeof current !== 'string') continue;
    const bytes = Buffer.from(current, utf16(index) ? 'utf16le' : 'utf8');
    writer.varint(bytes.length);
    for (const byte of bytes) writer.uint8(byte);
  }
  return sealed(1, writer.bytes);
}

/** A blob with the checksum that belongs to its body. */
function sealed(version: number, body: Uint8Array): Buffer {
  const blob = Buffer.concat([Buffer.from([version, 0, 0, 0, 0]), body]);
  blob.writeUInt32LE(crc32(body), 1);
  return blob;
}

const mixed = (): Block => notedBlock(Array.from({ length: 40 }, (_, index) => ({
  ts: index * 1000 + (index % 7), value: [1.5, Math.sqrt(index), 'on', true, null][index % 5] ?? null, quality: index > 30 ? 2 : 1, note: index % 9 === 0 ? '{"unit":"Cel"}' : undefined,
})));

describe('the codec of chunks', () => {
  it('gives back every time, value, quality and note to the bit', () => {
    fc.assert(fc.property(series, fc.double({ min: 0, max: 1, noNaN: true }), (readings, share) => {
      const block = notedBlock(readings);
      const from = Math.min(block.length - 1, Math.floor(share * block.length));
      assert.deepEqual(contents(decodeChunk(Buffer.from(encodeChunk(block, from, block.length)))), contents(block, from));
      assert.deepEqual(contents(decodeChunk(encodeChunk(block, 0, from + 1))), contents(block, 0, from + 1));
    }));
  });

  it('reads what version 1 wrote', () => {
    fc.assert(fc.property(series, (readings) => {
      const block = blockOf(readings);
      fc.pre(block.time(block.length - 1) - block.time(0) <= MAXIMUM_SPAN);
      assert.deepEqual(contents(decodeChunk(encodeVersion1(block))), contents(block));
    }));
  });

  it('keeps a reading a second with three decimals in a byte and a half, and a switch in next to nothing', () => {
    const noise = (index: number): number => Math.round(2500 + 30 * Math.sin(index / 20) + 20 * Math.sin(index * index)) / 1000;
    const readings = (of: (index: number) => ReadingValue) => Array.from({ length: 256 }, (_, index) => ({ ts: 1.7e12 + index * 1000, value: of(index), quality: 1 as const }));
    assert.ok(encodeChunk(blockOf(readings(noise)), 0, 256).length < 256 * 1.5);
    assert.ok(encodeChunk(blockOf(readings((index) => Math.fround(noise(index)))), 0, 256).length < 256 * 1.5, 'single precision');
    assert.ok(encodeChunk(blockOf(readings((index) => index % 100 < 30)), 0, 256).length < 40);
    assert.ok(encodeChunk(blockOf(readings((index) => (index % 100 < 30 ? 'idle' : 'running'))), 0, 256).length < 60);
    assert.ok(encodeChunk(blockOf(readings(Math.sqrt)), 0, 256).length < 256 * 8 + 32);
  });

  it('notices every flipped bit and every missing byte', () => {
    const sound = Buffer.from(encodeChunk(mixed(), 0, 40));
    for (let bit = 0; bit < sound.length * 8; bit += 1) {
      const damaged = Buffer.from(sound);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => decodeChunk(damaged), DamagedDataError, `bit ${bit}`);
    }
    for (let length = 0; length < sound.length; length += 1) assert.throws(() => decodeChunk(sound.subarray(0, length)), DamagedDataError, `${length} bytes`);
  });

  it('takes whatever somebody gave a right checksum for what it says, or for damaged, and for no other error', () => {
    const bodies = [Buffer.from(encodeChunk(mixed(), 0, 40)), encodeVersion1(mixed())].map((blob) => ({ version: blob[0] ?? 0, body: blob.subarray(5) }));
    const edits = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255))), { minLength: 1, maxLength: 6 });
    const forged = fc.oneof(
      fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 200 })),
      fc.tuple(fc.constantFrom(...bodies), edits, fc.nat()).map(([{ version, body }, changes, cut]) => {
        const copy = Buffer.from(body);
        for (const [at, byte] of changes) copy[at % copy.length] = byte;
        return [version, cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy] as const;
      }),
    );
    fc.assert(fc.property(forged, ([version, body]) => {
      try {
        assert.ok(decodeChunk(sealed(version, body)).length <= 65_536);
      } catch (error) {
        assert.ok(error instanceof DamagedDataError, String(error));
      }
    }), { numRuns: 3_000 });
  });

  it('holds as many readings as it says, and refuses more', () => {
    const block = new Block(65_537);
    for (let index = 0; index < 65_537; index += 1) block.push(index, kindOf(TYPE.number, index % 2 === 0 ? 1 : 2), index % 7, undefined);
    assert.deepEqual(contents(decodeChunk(encodeChunk(block, 0, 65_536))), contents(block, 0, 65_536));
    assert.throws(() => encodeChunk(block, 0, 65_537), RangeError);
  });

  it('reads the example of docs/storage-format.md as that page says', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/storage-format.md'), 'utf8');
    const [, example = ''] = /```\n((?:[0-9a-f]{2}[ \n])+)```/.exec(page) ?? [];
    const block = decodeChunk(Buffer.from(example.replaceAll(/\s/g, ''), 'hex'));
    assert.deepEqual(Array.from({ length: block.length }, (_, index) => block.reading(index)), [
      ...[21.45, 21.47, 21.44].map((number, second) => ({ ts: 1_750_000_000_000 + second * 1_000, value: number, quality: 1 })),
      { ts: 1_750_000_003_000, value: 99, quality: 3, flags: ['spike'] },
      { ts: 1_750_000_004_000, value: 21.46, quality: 1 },
      { ts: 1_750_000_005_000, value: 'off', quality: 1 },
    ]);
  });

  it('names a version that it does not know', () => {
    assert.throws(() => decodeChunk(sealed(3, Buffer.from([1]))), /version is 3, and this Holdfast reads 1 and 2/);
  });
});

describe('what stands beside a chunk', () => {
  it('is what its readings come to one by one', () => {
    fc.assert(fc.property(series, (readings) => {
      let bucket: Bucket | undefined;
      for (const each of readings) bucket = addReading(bucket, each.ts, each.value, each.quality);
      const qualities = readings.filter((each) => each.value !== null).map((each) => each.quality);
      const stats = chunkStats(blockOf(readings), 0, readings.length);
      assert.deepEqual({ ...stats, bucket: stats.bucket && { ...stats.bucket, sum: stats.bucket.sum + 0 } }, { bucket: bucket && { ...bucket, sum: bucket.sum + 0 }, best: Math.min(9, ...qualities), worst: qualities.length > 0 ? Math.max(...qualities) : 9 });
    }));
  });

  it('is nothing when no reading has a value', () => {
    const block = new Block(1);
    block.push(1, kindOf(TYPE.null, 9), 0, undefined);
    assert.deepEqual(chunkStats(block, 0, 1), { bucket: undefined, best: 9, worst: 9 });
  });
});
