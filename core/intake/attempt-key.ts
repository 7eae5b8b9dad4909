import type { Delivery } from './delivery.ts';

/**
 * A whole number from 1 to 2^52 that is the same for the same attempt of the same message: session, packet, device, topic and, unless the packet names it alone, bytes. Two
 * messages share one with a probability of 2^-52. undefined where nothing makes a repetition recognisable.
 *
 * @param seed a secret whole number from 0 to 2^53: who does not know it cannot make up a message that is taken for another's.
 *
 * Algorithm: two lanes as in cyrb53 by bryc (public domain, github.com/bryc/code), over four bytes at a time, with the upper bits
 * brought down after each step: a product never does that.
 */
export function attemptKey({ attempt, device, topic, payload }: Pick<Delivery, 'attempt' | 'device' | 'topic' | 'payload'>, seed: number): number | undefined {
  if (!attempt) return undefined;
  const hash = new Hash(seed);
  hash.text(attempt.session);
  hash.text(attempt.packet);
  hash.text(device);
  hash.text(topic);
  if (attempt.named !== true) hash.bytes(payload);
  return hash.number();
}

const LOW = 2654435761;
const HIGH = 1597334677;

class Hash {
  #low: number;
  #high: number;

  constructor(seed: number) {
    this.#low = 0xdeadbeef ^ (seed % 0x1_0000_0000);
    this.#high = 0x41c6ce57 ^ (seed / 0x1_0000_0000);
  }

  text(text: string): void {
    const { length } = text;
    const even = length & ~1;
    this.#step(length);
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < even; index += 2) {
      const word = text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16);
      low = Math.imul(low ^ word, LOW);
      high = Math.imul(high ^ word, HIGH);
      low ^= low >>> 15;
      high ^= high >>> 13;
    }
    this.#low = low;
    this.#high = high;
    if (even < length) this.#step(text.charCodeAt(even));
  }

  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    const whole = length & ~3;
    this.#step(length);
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < whole; index += 4) {
      const word = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16) | ((bytes[index + 3] ?? 0) << 24);
      low = Math.imul(low ^ word, LOW);
      high = Math.imul(high ^ word, HIGH);
      low ^= low >>> 15;
      high ^= high >>> 13;
    }
    this.#low = low;
    this.#high = high;
    for (let index = whole; index < length; index += 1) this.#step(bytes[index] ?? 0);
  }

  number(): number {
    let low = this.#low;
    let high = this.#high;
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    return 1 + (high & 0xf_ffff) * 0x1_0000_0000 + (low >>> 0);
  }

  #step(word: number): void {
    const low = Math.imul(this.#low ^ word, LOW);
    const high = Math.imul(this.#high ^ word, HIGH);
    this.#low = low ^ (low >>> 15);
    this.#high = high ^ (high >>> 13);
  }
}
