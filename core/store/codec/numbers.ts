/**
 * A column of doubles, given back to the bit.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | bits 0 and 1: the form; of decimals also bit 2: rounded to single precision, bit 3: there are exceptions, bits 4 to 7: the exponent |
 *
 * | form | what follows |
 * |---|---|
 * | 0: all alike | 8 bytes: the double |
 * | 1: each by itself | 8 bytes each |
 * | 2: each compared with the one before | xor.ts |
 * | 3: decimals (decimals.ts) | the whole numbers (integers.ts), each to be divided by 10 to the power of the exponent; if there are exceptions: their number (varint), and of each how many numbers lie between it and the exception before (varint) and its 8 bytes, which go in its place |
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decimalsOf, unscale } from './decimals.ts';
import type { Decimals } from './decimals.ts';
import { readIntegers, writeIntegers } from './integers.ts';
import { Scratch } from './scratch.ts';
import { HIGH, LOW, readXor, wordsOf, writeXor } from './xor.ts';

const FORM = { alike: 0, plain: 1, xor: 2, decimal: 3 } as const;
const FORM_BITS = 0x03;
const SINGLE = 0x04;
const EXCEPTIONS = 0x08;
const EXPONENT_SHIFT = 4;

/** Above so many bytes a number, decimals are compared with the other forms. */
const DOUBTFUL_BYTES = 5;

const gathered = new Scratch();

/** Writes the doubles `from` … `to - 1`, of which there is at least one. */
export function writeNumbers(writer: ByteWriter, numbers: Float64Array, from: number, to: number): void {
  const count = to - from;
  const column = gathered.of(count);
  const words = wordsOf(column);
  words.set(wordsOf(numbers).subarray(2 * from, 2 * to));
  if (areAlike(words, count)) {
    writer.uint8(FORM.alike);
    writeDouble(writer, words, 0);
    return;
  }
  const start = writer.length;
  const decimals = decimalsOf(column, count);
  if (decimals) writeDecimals(writer, decimals, words, count);
  const end = writer.length;
  if (decimals && end - start <= DOUBTFUL_BYTES * count) return;
  writeOthers(writer, words, count);
  if (!decimals) return;
  if (writer.length - end < end - start) writer.cut(start, end);
  else writer.length = end;
}

function writeOthers(writer: ByteWriter, words: Uint32Array, count: number): void {
  const start = writer.length;
  writer.uint8(FORM.xor);
  writeXor(writer, words, count);
  if (writer.length - start <= 1 + 8 * count) return;
  writer.length = start;
  writer.uint8(FORM.plain);
  for (let index = 0; index < count; index += 1) writeDouble(writer, words, index);
}

/** Reads doubles into `into[from]` … `into[to - 1]`. @throws RangeError when they are not what was written. */
export function readNumbers(reader: ByteReader, into: Float64Array, from: number, to: number): void {
  const count = to - from;
  const column = into.subarray(from, to);
  const head = reader.uint8();
  switch (head & FORM_BITS) {
    case FORM.alike: {
      const words = wordsOf(column);
      readDouble(reader, words, 0);
      for (let index = 2; index < words.length; index += 1) words[index] = words[index - 2] ?? 0;
      break;
    }
    case FORM.plain: {
      const words = wordsOf(column);
      for (let index = 0; index < count; index += 1) readDouble(reader, words, index);
      break;
    }
    case FORM.xor:
      readXor(reader, wordsOf(column), count);
      break;
    default:
      readDecimals(reader, column, count, head);
  }
}

function writeDecimals(writer: ByteWriter, { exponent, single, integers, exceptions }: Decimals, words: Uint32Array, count: number): void {
  writer.uint8(FORM.decimal | (single ? SINGLE : 0) | (exceptions.length > 0 ? EXCEPTIONS : 0) | (exponent << EXPONENT_SHIFT));
  writeIntegers(writer, integers, count);
  if (exceptions.length === 0) return;
  writer.varint(exceptions.length);
  let former = -1;
  for (const index of exceptions) {
    writer.varint(index - former - 1);
    writeDouble(writer, words, index);
    former = index;
  }
}

function readDecimals(reader: ByteReader, column: Float64Array, count: number, head: number): void {
  readIntegers(reader, column, count);
  unscale(column, count, head >>> EXPONENT_SHIFT, (head & SINGLE) !== 0);
  if ((head & EXCEPTIONS) === 0) return;
  const words = wordsOf(column);
  let index = -1;
  for (let left = reader.varint(); left > 0; left -= 1) {
    index += reader.varint() + 1;
    if (index >= count) throw new RangeError('an exception has no place');
    readDouble(reader, words, index);
  }
}

function areAlike(words: Uint32Array, count: number): boolean {
  for (let index = 2; index < 2 * count; index += 1) if (words[index] !== words[index - 2]) return false;
  return true;
}

function writeDouble(writer: ByteWriter, words: Uint32Array, index: number): void {
  writer.uint32(words[2 * index + LOW] ?? 0);
  writer.uint32(words[2 * index + HIGH] ?? 0);
}

function readDouble(reader: ByteReader, words: Uint32Array, index: number): void {
  words[2 * index + LOW] = reader.uint32();
  words[2 * index + HIGH] = reader.uint32();
}
