import { isUtf8 } from 'node:buffer';
import { DecodeError } from './decode-error.ts';
import { excerpt, LIMITS } from './limits.ts';

/** Levels that a payload may need beside those of its readings: the array of samples, and the object around `values`. */
const AROUND = 2;

/** Bytes after the head byte of scalars of a fixed size, by head byte. */
const FIXED: Readonly<Record<number, number>> = { 0xc0: 0, 0xc2: 0, 0xc3: 0, 0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8 };

const TIMESTAMP = -1;

/**
 * Walks over a payload in MessagePack without keeping anything of it, as nothing may be allocated for a length that a payload only
 * claims. What passes is one whole item, no deeper than is read, of text in UTF-8, with text for keys and no extension but the timestamp.
 * Source: the MessagePack specification, github.com/msgpack/msgpack/blob/master/spec.md.
 *
 * @param compareKeys whether a key that is there twice in one map is refused; it takes time.
 * @returns how many keys all maps have together.
 * @throws DecodeError
 */
export function checkStructure(bytes: Uint8Array, compareKeys = false): number {
  return new Walk(bytes, compareKeys).whole();
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #compareKeys: boolean;
  #position = 0;
  #keys = 0;

  constructor(bytes: Uint8Array, compareKeys: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#compareKeys = compareKeys;
  }

  whole(): number {
    this.#item(0);
    if (this.#position < this.#bytes.length) throw syntax(`something follows its end, at byte ${this.#position}`, this.#position);
    return this.#keys;
  }

  #item(depth: number): void {
    const at = this.#position;
    const head = this.#uint(1);
    if (head < 0x80 || head >= 0xe0) return;
    if (head < 0x90) return this.#map(head & 0x0f, depth, at);
    if (head < 0xa0) return this.#array(head & 0x0f, depth, at);
    if (head < 0xc0) return this.#text(head & 0x1f, at);
    const fixed = FIXED[head];
    if (fixed !== undefined) return this.#skip(fixed);
    if (head >= 0xc4 && head <= 0xc6) return this.#skip(this.#uint(2 ** (head - 0xc4)));
    if (head >= 0xc7 && head <= 0xc9) return this.#extension(this.#uint(2 ** (head - 0xc7)), at);
    if (head >= 0xd4 && head <= 0xd8) return this.#extension(2 ** (head - 0xd4), at);
    if (head >= 0xd9 && head <= 0xdb) return this.#text(this.#uint(2 ** (head - 0xd9)), at);
    if (head === 0xdc || head === 0xdd) return this.#array(this.#uint(head === 0xdc ? 2 : 4), depth, at);
    if (head === 0xde || head === 0xdf) return this.#map(this.#uint(head === 0xde ? 2 : 4), depth, at);
    throw syntax(`byte ${at} has the value 0xc1, which is never used`, at);
  }

  #array(length: number, depth: number, at: number): void {
    this.#enter(length, depth, at);
    for (let index = 0; index < length; index++) this.#item(depth + 1);
  }

  #map(length: number, depth: number, at: number): void {
    this.#enter(length * 2, depth, at);
    this.#keys += length;
    const seen = new Set<string>();
    for (let index = 0; index < length; index++) {
      const start = this.#position;
      const content = this.#key(start);
      if (this.#compareKeys) {
        const key = Buffer.from(this.#bytes.subarray(content, this.#position)).toString();
        if (seen.has(key)) throw new DecodeError('duplicate-key', `The key "${excerpt(key)}" is there twice in one map, the second time at byte ${start}. Send each reading once.`, { position: start });
        seen.add(key);
      }
      this.#item(depth + 1);
    }
  }

  /** Where the text of the key starts. */
  #key(at: number): number {
    const head = this.#uint(1);
    const size = head >= 0xd9 && head <= 0xdb ? 2 ** (head - 0xd9) : 0;
    if (size === 0 && (head < 0xa0 || head >= 0xc0)) {
      throw new DecodeError('type', `A map has a key that is not text, at byte ${at}. Send the names of metrics as text.`, { position: at });
    }
    this.#text(size === 0 ? head & 0x1f : this.#uint(size), at);
    return at + 1 + size;
  }

  #enter(items: number, depth: number, at: number): void {
    const left = this.#bytes.length - this.#position;
    if (items > left) throw syntax(`byte ${at} announces ${items} items, and ${left} bytes follow`, at);
    if (depth >= LIMITS.depth + AROUND) {
      throw new DecodeError('depth', `The payload is nested deeper than ${LIMITS.depth} levels, at byte ${at}. Send a flatter object.`, { position: at });
    }
  }

  #text(length: number, at: number): void {
    const start = this.#position;
    this.#skip(length);
    for (let index = start; index < this.#position; index++) {
      if ((this.#bytes[index] ?? 0) < 0x80) continue;
      if (isUtf8(this.#bytes.subarray(start, this.#position))) return;
      throw new DecodeError('encoding', `The text at byte ${at} is not UTF-8. Send text encoded as UTF-8, and bytes in the type "bin".`, { position: at });
    }
  }

  #extension(length: number, at: number): void {
    const type = this.#uint(1) << 24 >> 24;
    if (type !== TIMESTAMP) {
      throw new DecodeError('type', `The extension type ${type} at byte ${at} is not understood: only the timestamp (-1) is. Send a number, a text, true, false or nil.`, { position: at });
    }
    if (length !== 4 && length !== 8 && length !== 12) throw syntax(`the timestamp at byte ${at} has ${length} bytes, where it can have 4, 8 or 12`, at);
    this.#skip(length);
  }

  #uint(size: number): number {
    const at = this.#position;
    this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#position) throw syntax(`it ends too early, at byte ${this.#bytes.length}`, this.#bytes.length);
    this.#position += length;
  }
}

/** A payload that is not MessagePack. */
export function syntax(problem: string, position: number): DecodeError {
  return new DecodeError('syntax', `The payload cannot be read as MessagePack: ${problem}. Check the format, and what the device encodes.`, { position });
}
