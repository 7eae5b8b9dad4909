import { UnsafeNumber } from './unsafe-number.ts';

/** An integer as a parser of a binary format tells it: a number where it is one exactly, and else an UnsafeNumber with its digits. */
export function fromBigInt(integer: bigint): number | UnsafeNumber {
  const value = Number(integer);
  return Number.isSafeInteger(value) ? value : new UnsafeNumber(String(integer), value);
}
