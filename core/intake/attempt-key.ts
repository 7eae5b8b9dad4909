import type { Delivery } from './delivery.ts';

/**
 * A whole number from 1 to 2^52 that is the same for the same attempt of the same message: session, packet, device, topic and bytes. Two
 * messages share one with a probability of 2^-52. undefined where nothing makes a repetition recognisable.
 *
 * Algorithm: cyrb53 by bryc (public domain, github.com/bryc/code).
 */
export function attemptKey({ attempt, device, topic, payload }: Pick<Delivery, 'attempt' | 'device' | 'topic' | 'payload'>): number | undefined {
  if (!attempt) return undefined;
  const hash = new Hash();
  hash.text(attempt.session);
  hash.text(attempt.packet);
  hash.text(device);
  hash.text(topic);
  hash.bytes(payload);
  return hash.number();
}

class Hash {
  #low = 0xdeadbeef;
  #high = 0x41c6ce57;

  text(text: string): void {
    let low = this.#low ^ text.length;
    let high = this.#high;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      low = Math.imul(low ^ unit, 2654435761);
      high = Math.imul(high ^ unit, 1597334677);
    }
    this.#low = low;
    this.#high = high;
  }

  bytes(bytes: Uint8Array): void {
    let low = this.#low ^ bytes.length;
    let high = this.#high;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index] ?? 0;
      low = Math.imul(low ^ byte, 2654435761);
      high = Math.imul(high ^ byte, 1597334677);
    }
    this.#low = low;
    this.#high = high;
  }

  number(): number {
    let low = this.#low;
    let high = this.#high;
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    return 1 + (high & 0xf_ffff) * 0x1_0000_0000 + (low >>> 0);
  }
}
