/**
 * The blob of one row of `rollup`: what readings of one series come to in minutes, hours or days, in order of time. Little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 4 | CRC-32 (ISO 3309, as zlib) of all that follows |
 * | varint | n, how many of them, at least 1 |
 * | … | when each begins (times.ts) |
 * | … | of each how many readings, how many good ones, how many numbers (three columns as in integers.ts) |
 * | … | the first readings: how long after the beginning each was, in milliseconds (integers.ts); their values |
 * | … | of those of more than one reading, where there are some, the last readings, alike |
 * | … | of those of more than one reading that have numbers, if any: min, max and sum (three columns as in numbers.ts) |
 *
 * Values: their kinds, the numbers among them, the texts among them, as in a chunk (chunk-codec.ts); the quality in a kind is 1 and says nothing.
 */
import { crc32 } from 'node:zlib';
import { QUALITY } from '../../../sample/sample.ts';
import type { ReadingValue } from '../../../sample/sample.ts';
import { numberOf } from '../../bucket.ts';
import type { Bucket, TimedValue } from '../../bucket.ts';
import { Block } from '../../codec/block.ts';
import { ByteReader } from '../../codec/byte-reader.ts';
import { ByteWriter } from '../../codec/byte-writer.ts';
import { readKinds, readNumberColumn, readTextColumn, writeKinds, writeNumberColumn, writeTextColumn } from '../../codec/columns.ts';
import { DamagedDataError } from '../../codec/damaged-data-error.ts';
import { readIntegers, writeIntegers } from '../../codec/integers.ts';
import { kindOf, TYPE } from '../../codec/kind.ts';
import { readNumbers, writeNumbers } from '../../codec/numbers.ts';
import { readTimes, writeTimes } from '../../codec/times.ts';

/** What the readings of a series from `start` on, a minute, an hour or a day long, come to. */
export interface Rollup {
  start: number;
  bucket: Bucket;
}

/** The most rollups of a blob. */
const MAXIMUM_ROLLUPS = 4_096;

const VERSION = 1;
const BODY = 5;

const writer = new ByteWriter();

/** The blob of some rollups, at least one, of which the last begins at most MAXIMUM_SPAN (times.ts) after the first; valid until the next call. */
export function encodeRollups(rollups: readonly Rollup[]): Buffer {
  writer.length = 0;
  writer.uint8(VERSION);
  writer.uint32(0);
  writer.varint(rollups.length);
  writeTimes(writer, column(rollups, ({ start }) => start), 0, rollups.length);
  for (const key of ['count', 'good', 'numbers'] as const) writeIntegers(writer, column(rollups, ({ bucket }) => bucket[key]), rollups.length);
  writeReadings(rollups, 'first');
  const several = rollups.filter(isOfSeveral);
  if (several.length > 0) writeReadings(several, 'last');
  const numeric = several.filter(hasNumbers);
  if (numeric.length > 0) for (const key of ['min', 'max', 'sum'] as const) writeNumbers(writer, column(numeric, ({ bucket }) => bucket[key]), 0, numeric.length);
  writer.uint32(crc32(writer.bytes.subarray(BODY)), 1);
  return writer.bytes;
}

/** @throws DamagedDataError when the blob is not what was written, or of a version that is not known. */
export function decodeRollups(data: Uint8Array): Rollup[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < BODY) throw new DamagedDataError('it is too short');
  if (bytes[0] !== VERSION) throw new DamagedDataError(`its version is ${bytes[0]}, and this Holdfast reads ${VERSION}`);
  if (crc32(bytes.subarray(BODY)) !== bytes.readUInt32LE(1)) throw new DamagedDataError('its checksum is wrong');
  try {
    return readRollups(new ByteReader(bytes, BODY));
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedDataError(error.message, { cause: error });
    throw error;
  }
}

function readRollups(reader: ByteReader): Rollup[] {
  const count = reader.varint();
  if (count === 0 || count > MAXIMUM_ROLLUPS) throw new RangeError(`it says that it has ${count} rollups`);
  const starts = new Float64Array(count);
  readTimes(reader, starts, 0, count);
  const [counts, good, numbers] = [readWhole(reader, count), readWhole(reader, count), readWhole(reader, count)];
  const first = readReadings(reader, starts);
  const rollups = Array.from(starts, (start, index) => ({ start, bucket: bucketOf(first[index], counts[index] ?? 1, good[index] ?? 0, numbers[index] ?? 0) }));
  const several = rollups.filter(isOfSeveral);
  if (several.length > 0) {
    const last = readReadings(reader, Float64Array.from(several, ({ start }) => start));
    several.forEach(({ bucket }, index) => (bucket.last = last[index] ?? bucket.first));
  }
  const numeric = several.filter(hasNumbers);
  if (numeric.length > 0) {
    const values = new Float64Array(numeric.length);
    for (const key of ['min', 'max', 'sum'] as const) {
      readNumbers(reader, values, 0, values.length);
      numeric.forEach(({ bucket }, index) => (bucket[key] = values[index] ?? Number.NaN));
    }
  }
  if (reader.left > 0) throw new RangeError('something follows its end');
  return rollups;
}

/** As far as the first reading tells, which is all there is to tell when there is but one. */
function bucketOf(first: TimedValue | undefined, count: number, good: number, numbers: number): Bucket {
  if (!first) throw new RangeError('a rollup has no first reading');
  const number = numbers > 0 ? numberOf(first.value) : undefined;
  return { count, good, numbers, min: number ?? Infinity, max: number ?? -Infinity, sum: number ?? 0, first, last: first };
}

function isOfSeveral({ bucket }: Rollup): boolean {
  return bucket.count > 1;
}

function hasNumbers({ bucket }: Rollup): boolean {
  return bucket.numbers > 0;
}

function writeReadings(rollups: readonly Rollup[], which: 'first' | 'last'): void {
  const count = rollups.length;
  writeIntegers(writer, column(rollups, ({ start, bucket }) => bucket[which].ts - start), count);
  const block = new Block(count);
  for (const { bucket } of rollups) push(block, bucket[which].value);
  writeKinds(writer, block, 0, count);
  writeNumberColumn(writer, block, 0, count);
  writeTextColumn(writer, block, 0, count);
}

function readReadings(reader: ByteReader, starts: Float64Array): TimedValue[] {
  const offsets = readWhole(reader, starts.length);
  const block = new Block(starts.length);
  block.length = starts.length;
  readKinds(reader, block);
  readNumberColumn(reader, block);
  readTextColumn(reader, block);
  return Array.from(starts, (start, index) => ({ ts: start + (offsets[index] ?? 0), value: block.value(index) }));
}

function readWhole(reader: ByteReader, count: number): Float64Array {
  const numbers = new Float64Array(count);
  readIntegers(reader, numbers, count);
  return numbers;
}

function column(rollups: readonly Rollup[], of: (rollup: Rollup) => number): Float64Array {
  return Float64Array.from(rollups, of);
}

function push(block: Block, value: ReadingValue): void {
  const type = value === null ? TYPE.null : typeof value === 'number' ? TYPE.number : typeof value === 'string' ? TYPE.text : value ? TYPE.true : TYPE.false;
  block.push(0, kindOf(type, QUALITY.good), typeof value === 'number' ? value : 0, typeof value === 'string' ? value : undefined);
}
