import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** The most bits that are written or read at once, so that with those of an unfinished byte they fit in 32. */
export const MAXIMUM_BITS = 24;

const POWERS = Float64Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** 2 to the power of a whole number from 0 to 63. */
export function powerOfTwo(exponent: number): number {
  return POWERS[exponent] ?? NaN;
}

/** How many bits a whole number from 0 to 2^53 takes; 0 takes none. */
export function bitLength(value: number): number {
  return value < 0x1_0000_0000 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 0x1_0000_0000));
}

/** Writes bits, the highest first, behind what a ByteWriter holds. */
export class BitWriter {
  readonly #writer: ByteWriter;
  readonly #bytes: Buffer;
  #at: number;
  /** Bits that are not written yet, fewer than 8 of them. */
  #waiting = 0;
  #count = 0;

  /** @param most how many bits will be written at most */
  constructor(writer: ByteWriter, most: number) {
    this.#writer = writer;
    this.#bytes = writer.reserve((most >>> 3) + 1);
    this.#at = writer.length;
  }

  /** The lowest `count` bits of a value that has no others, MAXIMUM_BITS at most. */
  bits(value: number, count: number): void {
    const waiting = (this.#waiting << count) | value;
    let left = this.#count + count;
    while (left >= 8) {
      left -= 8;
      this.#bytes[this.#at++] = waiting >>> left;
    }
    this.#waiting = waiting & ((1 << left) - 1);
    this.#count = left;
  }

  /** As `bits`, of a whole number up to 2^53 - 1. */
  wide(value: number, count: number): void {
    let left = count;
    while (left > MAXIMUM_BITS) {
      left -= MAXIMUM_BITS;
      this.bits(Math.floor(value / powerOfTwo(left)) & 0xff_ffff, MAXIMUM_BITS);
    }
    this.bits((value % powerOfTwo(left)) | 0, left);
  }

  /** A whole number from 1 to 2^24 - 1 (Elias 1975, gamma code). */
  gamma(value: number): void {
    const length = bitLength(value);
    this.bits(0, length - 1);
    this.bits(value, length);
  }

  /** Fills the last byte with zeros. */
  end(): void {
    if (this.#count > 0) this.bits(0, 8 - this.#count);
    this.#writer.length = this.#at;
  }
}

/** Reads what BitWriter wrote. Beyond the end it reads zeros, and `end` throws. */
export class BitReader {
  readonly #reader: ByteReader;
  readonly #bytes: Buffer;
  /** The next bit. */
  #at: number;

  constructor(reader: ByteReader) {
    this.#reader = reader;
    this.#bytes = reader.bytes;
    this.#at = reader.at * 8;
  }

  /** The next bits, from the highest of a 32-bit integer on; the first 25 of it count. */
  peek(): number {
    const bytes = this.#bytes;
    const at = this.#at >>> 3;
    return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) << (this.#at & 7);
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** The next bits, MAXIMUM_BITS at most, as a number. */
  bits(count: number): number {
    const value = count === 0 ? 0 : this.peek() >>> (32 - count);
    this.#at += count;
    return value;
  }

  wide(count: number): number {
    let value = 0;
    let left = count;
    for (; left > MAXIMUM_BITS; left -= MAXIMUM_BITS) value = value * 0x100_0000 + this.bits(MAXIMUM_BITS);
    return value * powerOfTwo(left) + this.bits(left);
  }

  gamma(): number {
    const zeros = Math.clz32(this.peek());
    if (zeros >= MAXIMUM_BITS) throw new RangeError('a length is too long');
    this.skip(zeros);
    return this.bits(zeros + 1);
  }

  /** Goes on with the next whole byte. @throws RangeError when more was read than there is. */
  end(): void {
    const at = (this.#at + 7) >>> 3;
    if (at > this.#bytes.length) throw new RangeError('the bits go beyond the end');
    this.#reader.at = at;
  }
}
