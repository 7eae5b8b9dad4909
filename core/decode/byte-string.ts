/** Bytes in the place of a reading, as binary formats have them. A reading is text then, flagged `bytes`. */
export class ByteString {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** As base64url without padding (RFC 4648, section 5), which is how SenML writes bytes in JSON. */
  get text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString('base64url');
  }
}
