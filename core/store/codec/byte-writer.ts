const INITIAL_CAPACITY = 1 << 14;

/** Little-endian bytes in a buffer that grows and is used again. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  length = 0;

  /** What was written; valid until something else is. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  uint8(value: number): void {
    this.reserve(1);
    this.#view.setUint8(this.length, value);
    this.length += 1;
  }

  uint32(value: number, at = this.length): void {
    if (at === this.length) {
      this.reserve(4);
      this.length += 4;
    }
    this.#view.setUint32(at, value, true);
  }

  float32(value: number): void {
    this.reserve(4);
    this.#view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  float64(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** LEB128 (DWARF 5, section 7.6) of a whole number from 0 to 2^53. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.#view.setUint8(this.length++, (rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#view.setUint8(this.length++, (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#view.setUint8(this.length++, rest);
  }

  /** A whole number from -2^52 to 2^52, near zero in few bytes: 0, -1, 1, -2 become 0, 1, 2, 3 ("zigzag"). */
  signedVarint(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** A text that takes `length` bytes in this encoding. */
  text(value: string, length: number, encoding: 'utf8' | 'utf16le'): void {
    this.reserve(length);
    this.#bytes.write(value, this.length, length, encoding);
    this.length += length;
  }

  /** Takes out what was written from `start` to `end - 1`. */
  cut(start: number, end: number): void {
    this.#bytes.copyWithin(start, end, this.length);
    this.length -= end - start;
  }

  /** Makes room. @returns the buffer, in which `count` bytes from `length` on may be written directly; who does sets `length`. */
  reserve(count: number): Buffer {
    if (this.length + count > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(this.length + count, this.#bytes.length * 2));
      this.#bytes.copy(bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#bytes;
  }
}
