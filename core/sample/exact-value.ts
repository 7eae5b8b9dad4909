import type { ReadingValue } from './sample.ts';

/** A number that JSON has no spelling for, or that it would not give back: `{ "number": "NaN" }`. */
export interface SpelledNumber {
  number: 'NaN' | 'Infinity' | '-Infinity' | '-0';
}

/** A reading's value as plain JSON that gives it back to the bit. */
export type ExactValue = string | number | boolean | null | SpelledNumber;

const SPELLINGS = ['NaN', 'Infinity', '-Infinity', '-0'] as const;

/** The value as JSON can hold it: itself, but for NaN, the infinities and -0. Text that is no valid Unicode is escaped by JSON itself. */
export function exactValue(value: ReadingValue): ExactValue {
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return { number: '-0' };
  const spelling = SPELLINGS.find((one) => one === String(value));
  return spelling === undefined ? value : { number: spelling };
}

/** What `exactValue` was given; undefined when it cannot have given this. */
export function readExactValue(value: unknown): ReadingValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === undefined || !('number' in value)) return undefined;
  const spelling = SPELLINGS.find((one) => one === value.number);
  return spelling === undefined ? undefined : Number(spelling);
}
