import { createHash } from 'node:crypto';

/** A stream of random numbers that is the same again for the same seed and name. Not for secrets. */
export interface Random {
  /** A number in [low, high), evenly spread; [0, 1) without arguments. */
  uniform(low?: number, high?: number): number;
  /** A number of the normal distribution; never further than 6.7 standard deviations from the mean. */
  normal(mean?: number, standardDeviation?: number): number;
}

const TWO_TO_32 = 0x1_0000_0000;

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * Makes the stream of `seed` that belongs to `name`. Streams of different names do not depend on each other, so that
 * a device that is added changes the data of no other.
 *
 * The generator is xoshiro128** (D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM
 * TOMS 47(4), 2021); its 128 bits of state are the head of SHA-256 over seed and name. Normal numbers are made by
 * the Box-Muller transform (G. Box, M. Muller, 1958), two uniform draws each.
 */
export function createRandom(seed: number | string, ...name: string[]): Random {
  const digest = createHash('sha256').update(JSON.stringify([String(seed), ...name])).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = digest.readInt32LE(12);

  function next(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result / TWO_TO_32;
  }

  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    normal(mean = 0, standardDeviation = 1) {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return mean + standardDeviation * radius * Math.cos(2 * Math.PI * next());
    },
  };
}
