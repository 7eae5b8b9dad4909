import { crc32 } from 'node:zlib';

/**
 * The arrays in which a detector keeps all that it knows. What every part of it remembers is in these and nowhere else, so that
 * writing them down is writing the detector down, to the last bit.
 */
export class Memory {
  readonly #arrays: (Float64Array | Float32Array)[] = [];

  /** So many numbers of 8 bytes, all 0. */
  numbers(count: number): Float64Array {
    const array = new Float64Array(count);
    this.#arrays.push(array);
    return array;
  }

  /** So many numbers of 4 bytes, all NaN: for what is known only here and there. */
  sparse(count: number): Float32Array {
    const array = new Float32Array(count).fill(Number.NaN);
    this.#arrays.push(array);
    return array;
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
}

function bytesOf(array: Float64Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
