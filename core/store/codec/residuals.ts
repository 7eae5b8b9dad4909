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
const MAXIMUM_LENGTH = 53;
/** What a number takes at most. */
const MOST_BITS = ESCAPE + LENGTH_BITS + MAXIMUM_LENGTH;
/** What the first look at the bits shows of a number: quotient, 1, rest. */
const PEEKED = 25;

/** Counts numbers by how many bits they have, which is enough to know what their code will take. */
export class Lengths {
  readonly #counts = new Uint32Array(MAXIMUM_LENGTH + 1);

  clear(): void {
    this.#counts.fill(0);
  }

  add(value: number): void {
    const length = bitLength(value);
    this.#counts[length] = (this.#counts[length] ?? 0) + 1;
  }

  /** The best parameter for the numbers that were added, and about what they take, in bits. */
  best(): { parameter: number; bits: number } {
    const { count, total, longest } = this.#summary();
    const guess = Math.max(0, Math.floor(total / Math.max(1, count)) - 1);
    let parameter = guess;
    let bits = this.#bitsWith(guess, count, longest);
    for (const direction of [1, -1]) {
      for (let next = parameter + direction; next >= 0 && next < MAXIMUM_LENGTH; next += direction) {
        const found = this.#bitsWith(next, count, longest);
        if (found >= bits) break;
        bits = found;
        parameter = next;
      }
      if (parameter !== guess) break;
    }
    return { parameter, bits };
  }

  #summary(): { count: number; total: number; longest: number } {
    let count = 0;
    let total = 0;
    let longest = 0;
    for (let length = 0; length <= MAXIMUM_LENGTH; length += 1) {
      const numbers = this.#counts[length] ?? 0;
      if (numbers === 0) continue;
      count += numbers;
      total += numbers * length;
      longest = length;
    }
    return { count, total, longest };
  }

  /** Numbers of one length are on average three quarters of the next power of two, so their quotients are three quarters of that power's. */
  #bitsWith(parameter: number, count: number, longest: number): number {
    let bits = count * (parameter + 1);
    for (let length = parameter + 1; length <= longest; length += 1) {
      const quotient = 0.75 * powerOfTwo(length - parameter) - 0.5;
      bits += (this.#counts[length] ?? 0) * (quotient < ESCAPE ? quotient : ESCAPE + LENGTH_BITS + length - parameter - 1);
    }
    return bits;
  }
}

/** Writes the first `count` numbers, each less than 2^53: the parameter in a byte, and their bits. */
export function writeResiduals(writer: ByteWriter, values: Float64Array, count: number, parameter: number): void {
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
