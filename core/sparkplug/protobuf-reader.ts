import { isAscii } from 'node:buffer';
import { DecodeError } from '../decode/decode-error.ts';

/** The ways in which Protocol Buffers write a field; the two of groups are not among them. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const TWO_28 = 2 ** 28;
const TWO_32 = 2 ** 32;
/** From here on a varint is a negative 32-bit integer, sign-extended to ten bytes. */
const NEGATIVE_32 = 2n ** 64n - 2n ** 31n;

/**
 * Reads the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding) from a payload, field by field. It allocates
 * nothing but the texts and numbers asked for, and never reads beyond the message that is open. Its errors are DecodeErrors.
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;
  #wire = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
  }

  /** The number of the next field of the open message; 0 at its end. Its value must then be read or skipped. */
  next(): number {
    if (this.#at >= this.#end) return 0;
    const key = this.#varint();
    if (typeof key === 'bigint' || key >= TWO_32 || key < 8) throw this.#broken('the number of a field is impossible');
    this.#wire = key & 7;
    return key >>> 3;
  }

  /** Whether the value of the field is a run of bytes; a repeated number may then be packed into it. */
  get isBytes(): boolean {
    return this.#wire === WIRE.bytes;
  }

  /** Opens an embedded message; `close` takes what this returns. */
  open(): number {
    const outer = this.#end;
    this.#end = this.#run();
    return outer;
  }

  close(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  /** A uint64; a bigint only where a number would not be exact. */
  uint64(): number | bigint {
    this.#expect(WIRE.varint);
    return this.#varint();
  }

  /** A uint32; of a negative integer that was written in ten bytes, its two's complement. */
  uint32(): number {
    const value = this.uint64();
    if (typeof value === 'number' && value < TWO_32) return value;
    if (typeof value === 'bigint' && value >= NEGATIVE_32) return Number(BigInt.asUintN(32, value));
    throw this.#broken('a number is larger than 32 bits');
  }

  /** The numbers of a repeated uint32, packed into one run of bytes. */
  *packed(): Generator<number> {
    const outer = this.open();
    while (this.#at < this.#end) {
      this.#wire = WIRE.varint;
      yield this.uint32();
    }
    this.close(outer);
  }

  bool(): boolean {
    return this.uint64() !== 0;
  }

  float(): number {
    this.#expect(WIRE.fixed32);
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    this.#expect(WIRE.fixed64);
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** A view on the payload, not a copy. */
  bytes(): Buffer {
    const end = this.#run();
    const from = this.#at;
    this.#at = end;
    return this.#bytes.subarray(from, end);
  }

  string(): string {
    const at = this.#at;
    const bytes = this.bytes();
    if (isAscii(bytes)) return bytes.toString('latin1');
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new DecodeError('encoding', `The payload holds a text that is not UTF-8, at byte ${at}. Send texts encoded as UTF-8.`, { cause, position: at });
    }
  }

  /** Leaves out a field that is not known: later versions of a message may have more. */
  skip(): void {
    if (this.#wire === WIRE.varint) this.#varint();
    else if (this.#wire === WIRE.fixed64) this.#take(8);
    else if (this.#wire === WIRE.fixed32) this.#take(4);
    else this.bytes();
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw this.#broken(`a field is written in another way (${this.#wire}) than its message says (${wire})`);
  }

  /** The end of a run of bytes, which begins at `#at` then. */
  #run(): number {
    this.#expect(WIRE.bytes);
    const length = this.#varint();
    if (typeof length === 'bigint' || length > this.#end - this.#at) throw this.#broken(`a field of ${length} bytes goes beyond its message`);
    return this.#at + length;
  }

  #take(length: number): number {
    const from = this.#at;
    if (length > this.#end - from) throw this.#broken('it ends within a number');
    this.#at = from + length;
    return from;
  }

  #varint(): number | bigint {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.#at >= this.#end) throw this.#broken('it ends within a number');
      const byte = this.#bytes[this.#at++] ?? 0;
      const bits = byte & 127;
      if (index < 4) low |= bits << (7 * index);
      else if (index < 8) middle |= bits << (7 * (index - 4));
      else high |= bits << (7 * (index - 8));
      if (byte < 128) {
        if (high > 255) break;
        if (high === 0 && middle < 2 ** 25) return low + middle * TWO_28;
        return (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low);
      }
    }
    throw this.#broken('a number is larger than 64 bits');
  }

  #broken(why: string): DecodeError {
    return new DecodeError('syntax', `The payload is not a Sparkplug B message: near byte ${this.#at} ${why}. Send org.eclipse.tahu.protobuf.Payload.`, { position: this.#at });
  }
}
