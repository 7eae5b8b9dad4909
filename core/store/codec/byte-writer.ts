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
    this.#reserve(1);
    this.#view.setUint8(this.length, value);
    this.length += 1;
  }

  uint32(value: number, at = this.length): void {
    if (at === this.length) {
      this.#reserve(4);
      this.length += 4;
    }
    this.#view.setUint32(at, value, true);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** LEB128 (DWARF 5, section 7.6) of a whole number from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(8);
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

  /** A whole number of either sign, near zero in few bytes: 0, -1, 1, -2 become 0, 1, 2, 3 ("zigzag"). */
  signedVarint(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  text(value: string, encoding: 'utf8' | 'utf16le'): void {
    const length = Buffer.byteLength(value, encoding);
    this.varint(length);
    this.#reserve(length);
    this.#bytes.write(value, this.length, length, encoding);
    this.length += length;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.length + count, this.#bytes.length * 2));
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** Reads what `ByteWriter` wrote. Beyond the end it throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  uint8(): number {
    return this.#view.getUint8(this.at++);
  }

  float64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  varint(): number {
    let byte = this.#view.getUint8(this.at++);
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      byte = this.#view.getUint8(this.at++);
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(encoding: 'utf8' | 'utf16le'): string {
    const length = this.varint();
    if (this.at + length > this.#bytes.length) throw new RangeError('a text goes beyond the end');
    const value = this.#bytes.toString(encoding, this.at, this.at + length);
    this.at += length;
    return value;
  }
}
