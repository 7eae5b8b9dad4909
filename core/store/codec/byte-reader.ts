/** The largest scale at which a byte of a varint still counts: 2^49, for numbers up to 2^56. */
const MAXIMUM_SCALE = 2 ** 49;

/** Reads what `ByteWriter` wrote. Beyond the end it throws a RangeError. */
export class ByteReader {
  readonly bytes: Buffer;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  uint8(): number {
    return this.#view.getUint8(this.at++);
  }

  uint32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  float32(): number {
    const value = this.#view.getFloat32(this.at, true);
    this.at += 4;
    return value;
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
      if (scale > MAXIMUM_SCALE) throw new RangeError('a whole number has too many bytes');
      byte = this.#view.getUint8(this.at++);
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A text of `length` bytes. */
  text(length: number, encoding: 'utf8' | 'utf16le'): string {
    if (length > this.left) throw new RangeError('a text goes beyond the end');
    const value = this.bytes.toString(encoding, this.at, this.at + length);
    this.at += length;
    return value;
  }
}
