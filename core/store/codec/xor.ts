/**
 * Doubles that are no short decimals, each as what it differs in from the one before, bit by bit (Gorilla: Pelkonen et al., VLDB 2015,
 * section 4.1.2). The first is compared with 0. For each: the bit 0 when it is the same. Else the bit 1, and the XOR of both: 0 and
 * the bits of the former window, when they hold all of it; or 1, the number of zeros in front (5 bits, 31 at most), the length of the
 * new window less 1 (6 bits), and its bits.
 */
import { endianness } from 'node:os';
import { BitReader, BitWriter } from './bits.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Where the half of a double with its sign is in a pair of 32-bit integers, and where the other. */
export const HIGH = endianness() === 'LE' ? 1 : 0;
export const LOW = 1 - HIGH;

const LEADING_BITS = 5;
const MOST_LEADING = 31;
const LENGTH_BITS = 6;
const MOST_BITS = 2 + LEADING_BITS + LENGTH_BITS + 64;

/** The bits of doubles, two 32-bit integers each: as numbers, some NaN might not come back as they were. */
export function wordsOf(numbers: Float64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
}

/** Writes the first `count` doubles. */
export function writeXor(writer: ByteWriter, words: Uint32Array, count: number): void {
  const bits = new BitWriter(writer, count * MOST_BITS);
  let formerHigh = 0;
  let formerLow = 0;
  let leading = 0;
  let length = 0;
  for (let at = 0; at < 2 * count; at += 2) {
    const high = ((words[at + HIGH] ?? 0) ^ formerHigh) >>> 0;
    const low = ((words[at + LOW] ?? 0) ^ formerLow) >>> 0;
    formerHigh = (formerHigh ^ high) >>> 0;
    formerLow = (formerLow ^ low) >>> 0;
    if (high === 0 && low === 0) {
      bits.bits(0, 1);
      continue;
    }
    const zeros = high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
    const trailing = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low);
    if (length > 0 && zeros >= leading && trailing >= 64 - leading - length) {
      bits.bits(0b10, 2);
    } else {
      leading = Math.min(zeros, MOST_LEADING);
      length = 64 - leading - trailing;
      bits.bits(0b11, 2);
      bits.bits(leading, LEADING_BITS);
      bits.bits(length - 1, LENGTH_BITS);
    }
    // A window begins in the high half, as no more than 31 zeros are left out in front.
    const inHigh = Math.min(length, 32 - leading);
    writeHalf(bits, (high << leading) >>> (32 - inHigh), inHigh);
    if (length > inHigh) writeHalf(bits, low >>> (32 - (length - inHigh)), length - inHigh);
  }
  bits.end();
}

/** Reads `count` doubles. @throws RangeError when they go beyond the end. */
export function readXor(reader: ByteReader, words: Uint32Array, count: number): void {
  const bits = new BitReader(reader);
  let formerHigh = 0;
  let formerLow = 0;
  let leading = 0;
  let length = 0;
  for (let at = 0; at < 2 * count; at += 2) {
    if (bits.bits(1) === 1) {
      if (bits.bits(1) === 1) {
        leading = bits.bits(LEADING_BITS);
        length = bits.bits(LENGTH_BITS) + 1;
        if (leading + length > 64) throw new RangeError('a window is too long');
      } else if (length === 0) {
        throw new RangeError('there is no former window');
      }
      const inHigh = Math.min(length, 32 - leading);
      formerHigh ^= (readHalf(bits, inHigh) << (32 - inHigh)) >>> leading;
      if (length > inHigh) formerLow ^= readHalf(bits, length - inHigh) << (32 - (length - inHigh));
    }
    words[at + HIGH] = formerHigh;
    words[at + LOW] = formerLow;
  }
  bits.end();
}

function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}

/** 1 to 32 bits. */
function writeHalf(bits: BitWriter, value: number, count: number): void {
  if (count > 16) bits.bits(value >>> 16, count - 16);
  bits.bits(value & 0xffff, Math.min(count, 16));
}

function readHalf(bits: BitReader, count: number): number {
  const upper = count > 16 ? bits.bits(count - 16) << 16 : 0;
  return upper | bits.bits(Math.min(count, 16));
}
