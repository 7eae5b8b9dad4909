import { crc32 } from 'node:zlib';

/**
 * The arrays in which a detector keeps all that it knows. What every part of it remembers is in these and nowhere else, so that
 * writing them down is writing the detector down, to the last bit.
 */
export class Memory {
  readonly #arrays: (Float64Array | Float32Array)[] = [];
  readonly #room: ArrayBuffer;
  /** So much of the room is taken. */
  #taken = 0;

  /**
   * @param room so many bytes are set aside in one piece; what does not find room in it stands for itself. Each array that
   *   stands for itself costs some hundred bytes more than its numbers, which is much beside the small ones that a detector has.
   */
  constructor(room = 0) {
    this.#room = new ArrayBuffer(room);
  }

  /** So many numbers of 8 bytes, all 0. */
  numbers(count: number): Float64Array {
    const at = this.#take(count * Float64Array.BYTES_PER_ELEMENT);
    const array = at === undefined ? new Float64Array(count) : new Float64Array(this.#room, at, count);
    this.#arrays.push(array);
    return array;
  }

  /** So many numbers of 4 bytes, all NaN: for what is known only here and there. */
  sparse(count: number): Float32Array {
    const at = this.#take(count * Float32Array.BYTES_PER_ELEMENT);
    const array = (at === undefined ? new Float32Array(count) : new Float32Array(this.#room, at, count)).fill(Number.NaN);
    this.#arrays.push(array);
    return array;
  }

  /** The room that a memory needs so that all arrays asked of this one would find theirs in it, bytes. */
  get room(): number {
    return this.#arrays.reduce((sum, array) => sum + wholeNumbers(array.byteLength), 0);
  }

  get bytes(): number {
    return this.#arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** All bytes, in the order in which the arrays were asked for, as base64, and their CRC-32. */
  save(): { bytes: string; crc: number } {
    const all = Buffer.concat(this.#arrays.map(bytesOf));
    return { bytes: all.toString('base64'), crc: crc32(all) };
  }

  /** Takes up what `save` gave. @returns false, and takes up nothing, when it is not whole. */
  load(text: string, crc: number): boolean {
    const all = Buffer.from(text, 'base64');
    if (all.length !== this.bytes || crc32(all) !== crc) return false;
    let at = 0;
    for (const array of this.#arrays) {
      bytesOf(array).set(all.subarray(at, at + array.byteLength));
      at += array.byteLength;
    }
    return true;
  }

  /** @returns where so many bytes begin in the room; undefined where there is none left. */
  #take(bytes: number): number | undefined {
    const at = this.#taken;
    if (at + bytes > this.#room.byteLength) return undefined;
    this.#taken = at + wholeNumbers(bytes);
    return at;
  }
}

/** Bytes, up to the next number of 8: there the next array may begin. */
function wholeNumbers(bytes: number): number {
  return Math.ceil(bytes / Float64Array.BYTES_PER_ELEMENT) * Float64Array.BYTES_PER_ELEMENT;
}

function bytesOf(array: Float64Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
