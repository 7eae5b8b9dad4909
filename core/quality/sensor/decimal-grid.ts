/** More decimals than these, or more digits, are those of a computation, not of a sensor: 24 bits have fewer than eight. */
const MOST_DECIMALS = 9;
const MOST_DIGITS = 1e9;
/** A decimal fraction in floating point of 64 bits, shifted to a whole number, is off by this part at most. */
const ROUNDING = 1e-12;
/** The same for one that came through 32 bits, as long as it has few enough digits to tell. */
const ROUNDING_32 = 1e-7;
const TELLING_32 = 1e5;

/** Stands for values that no decimal fraction is. */
export const CONTINUOUS = MOST_DECIMALS + 1;

const POWERS: readonly number[] = Array.from({ length: MOST_DECIMALS + 2 }, (_, decimals) => 10 ** decimals);

/** 10 to the power of so many decimals, up to `CONTINUOUS`. */
export function shiftOf(decimals: number): number {
  return POWERS[decimals] ?? Infinity;
}

/** How many decimals a value is written with, at least `known`; `CONTINUOUS` beyond nine, or beyond nine digits in all. Takes 21.299999237 for the 21.3 it was before it went through 32 bits. */
export function decimalsOn(value: number, known: number): number {
  let shift = shiftOf(known);
  for (let decimals = known; decimals <= MOST_DECIMALS; decimals += 1) {
    const shifted = Math.abs(value) * shift;
    if (decimals > 0 && shifted >= MOST_DIGITS) return CONTINUOUS;
    const off = Math.abs(shifted - Math.round(shifted));
    if (off <= ROUNDING * shifted || (shifted < TELLING_32 && off <= ROUNDING_32 * shifted)) return decimals;
    shift *= 10;
  }
  return CONTINUOUS;
}

/** The largest whole number of which both are multiples. @param one whole, not negative. @param other whole, not negative. */
export function commonDivisor(one: number, other: number): number {
  let larger = one;
  let smaller = other;
  while (smaller > 0) {
    const rest = larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
