import { isUnsafe, UnsafeNumber } from './unsafe-number.ts';

/** A number as JSON (RFC 8259, section 6) spells it. */
const NUMERAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** What C's printf, Python and JavaScript print for a number that is none. */
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * What a text without quotes stands for: the number that it spells, as an UnsafeNumber where a double cannot hold it, or the text as it
 * is. A numeral with a leading zero or plus sign may be an article number, and stays a text.
 */
export function numeral(text: string): number | UnsafeNumber | string {
  const trimmed = text.trim();
  if (NUMERAL.test(trimmed)) return numberOf(trimmed, trimmed);
  return NOT_FINITE.test(trimmed) ? new UnsafeNumber(trimmed, NaN) : text;
}

/** The number of a numeral whose digits are known to be some; `source` is how it was written. */
export function numberOf(digits: string, source: string): number | UnsafeNumber {
  const value = Number(digits);
  return isUnsafe(value) ? new UnsafeNumber(source, value) : value;
}
