/**
 * Whole numbers that are mostly small, in a Golomb-Rice code (Golomb 1966, Rice 1979; as for residuals in FLAC, RFC 9639). With the
 * parameter k, a number is its quotient by 2^k as that many 0 bits and a 1, then its lowest k bits. A quotient of 20 or more is 20
 * bits 0, how many bits the number has (6 bits), and the number.
 */
import { bitLength, BitReader, BitWriter, MAXIMUM_BITS, powerOfTwo } from './bits.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** From this quotient on, a number is written in full. */
const ESCAPE = 20;
const LENGTH_BITS = 6;
/** 2^53 has so many bits. */
const MAXIMUM_LENGTH = 54;
/** What a number takes at most. */
const MOST_BITS = ESCAPE + LENGTH_BITS + MAXIMUM_LENGTH;
/** What the first look at the bits shows of a number: quotient, 1, rest. */
const PEEKED = 25;

const histogram = new Uint32Array(MAXIMUM_LENGTH + 1);

/** The parameter with which the first `count` numbers take least, or nearly so: to know it, how many bits each has is enough. */
function parameterFor(values: Float64Array, count: number): number {
  let total = 0;
  let longest = 0;
  histogram.fill(0);
  for (let index = 0; index < count; index += 1) {
    const length = bitLength(values[index] ?? 0);
    histogram[length] = (histogram[length] ?? 0) + 1;
    total += length;
    if (length > longest) longest = length;
  }
  const guess = Math.max(0, Math.floor(total / Math.max(1, count)) - 1);
  const larger = descend(guess, 1, count, longest);
  return larger === guess ? descend(guess, -1, count, longest) : larger;
}

/** Goes on in one direction as long as the numbers take less. */
function descend(guess: number, direction: number, count: number, longest: number): number {
  let parameter = guess;
  let bits = bitsWith(guess, count, longest);
  for (let next = guess + direction; next >= 0 && next < MAXIMUM_LENGTH; next += direction) {
    const found = bitsWith(next, count, longest);
    if (found >= bits) break;
    bits = found;
    parameter = next;
  }
  return parameter;
}

/** Numbers of one length are on average three quarters of the next power of two, so their quotients are three quarters of that power's. */
function bitsWith(parameter: number, count: number, longest: number): number {
  let bits = count * (parameter + 1);
  for (let length = parameter + 1; length <= longest; length += 1) {
    const quotient = 0.75 * powerOfTwo(length - parameter) - 0.5;
    bits += (histogram[length] ?? 0) * (quotient < ESCAPE ? quotient : ESCAPE + LENGTH_BITS + length - parameter - 1);
  }
  return bits;
}

/** Writes the first `count` numbers, each at most 2^53: the parameter in a byte, and their bits. */
export function writeResiduals(writer: ByteWriter, values: Float64Array, count: number): void {
  const parameter = parameterFor(values, count);
  writer.uint8(parameter);
  const bits = new BitWriter(writer, count * MOST_BITS);
  const scale = 1 / powerOfTwo(parameter);
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0;
    const quotient = Math.floor(value * scale);
    if (quotient >= ESCAPE) {
      const length = bitLength(value);
      bits.bits(0, ESCAPE);
      bits.bits(length, LENGTH_BITS);
      bits.wide(value, length);
    } else if (parameter <= MAXIMUM_BITS) {
      bits.bits(1, quotient + 1);
      bits.bits(value & ((1 << parameter) - 1), parameter);
    } else {
      bits.bits(1, quotient + 1);
      bits.wide(value - quotient * powerOfTwo(parameter), parameter);
    }
  }
  bits.end();
}

/** Reads `count` numbers into the beginning of `into`. @throws RangeError when they go beyond the end. */
export function readResiduals(reader: ByteReader, into: Float64Array, count: number): void {
  const parameter = reader.uint8();
  if (parameter >= MAXIMUM_LENGTH) throw new RangeError('a parameter is too large');
  const bits = new BitReader(reader);
  const scale = powerOfTwo(parameter);
  for (let index = 0; index < count; index += 1) {
    const next = bits.peek();
    const quotient = Math.clz32(next);
    if (quotient >= ESCAPE) {
      bits.skip(ESCAPE);
      into[index] = bits.wide(bits.bits(LENGTH_BITS));
    } else if (quotient + 1 + parameter <= PEEKED) {
      // Shifting by 32 would shift by nothing, so it is done in two steps.
      into[index] = quotient * scale + ((next << (quotient + 1)) >>> 1 >>> (31 - parameter));
      bits.skip(quotient + 1 + parameter);
    } else {
      bits.skip(quotient + 1);
      into[index] = quotient * scale + bits.wide(parameter);
    }
  }
  bits.end();
}
