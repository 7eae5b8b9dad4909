/**
 * Numbers that are short decimals, as whole numbers times a power of ten: 21.45 is 2145 with the exponent 2 (ALP: Afroozeh, Kuffo, Boncz,
 * SIGMOD 2023, from where the exceptions are as well; here the power is divided by, which gives back just the double that the decimal
 * is read as). Those that are single precision, as many devices send them, are decimals rounded to single precision: 21.450000762939453.
 */
import { Scratch } from './scratch.ts';

/** Beyond, a decimal has more digits than a double keeps for sure. */
const MAXIMUM_EXPONENT = 15;
/** More than 15 digits need; exact however it is signed or subtracted. */
const MAXIMUM_INTEGER = 2 ** 50;
const SAMPLE = 16;
/** What a number takes that is not of the form. */
const EXCEPTION_BITS = 76;
/** What one more digit takes: log2(10). */
const DIGIT_BITS = Math.log2(10);

const POWERS = Float64Array.from({ length: MAXIMUM_EXPONENT + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** What the numbers are written as; the arrays are valid until the next call. */
export interface Decimals {
  exponent: number;
  /** Whether they are rounded to single precision. */
  single: boolean;
  /** A whole number each; for an exception, that of the one before. */
  integers: Float64Array;
  /** The indexes of those that come out as something else, ascending. */
  exceptions: number[];
}

const integers = new Scratch();
/** How many numbers need just this exponent; the last: none will do. */
const needs = new Uint32Array(MAXIMUM_EXPONENT + 2);

export function powerOfTen(exponent: number): number {
  return POWERS[exponent] ?? NaN;
}

/** The first `count` numbers as decimals; undefined when too many of them are none. */
export function decimalsOf(numbers: Float64Array, count: number): Decimals | undefined {
  const sampled = Math.min(SAMPLE, count);
  let single = false;
  let exponent = sampledExponent(numbers, count, sampled, false);
  if (exponent === undefined) {
    single = true;
    exponent = sampledExponent(numbers, count, sampled, true);
  }
  if (exponent === undefined) return undefined;
  let exceptions = scale(numbers, count, exponent, single);
  if (exceptions.length > 0) {
    const better = exponentWith(numbers, count, exceptions, exponent, single);
    if (better === undefined) return undefined;
    if (better > exponent) exceptions = scale(numbers, count, (exponent = better), single);
  }
  return { exponent, single, integers: integers.of(count), exceptions };
}

/** The exponent that some of the numbers, evenly spread, are written with in least bits. */
function sampledExponent(numbers: Float64Array, count: number, sampled: number, single: boolean): number | undefined {
  needs.fill(0);
  for (let index = 0; index < sampled; index += 1) need(numbers[Math.floor((index * count) / sampled)] ?? 0, 0, single);
  return cheapest(0, sampled);
}

/** The exponent to be used when the numbers that are no decimals with `former` are looked at as well. */
function exponentWith(numbers: Float64Array, count: number, exceptions: readonly number[], former: number, single: boolean): number | undefined {
  needs.fill(0);
  needs[former] = count - exceptions.length;
  for (const index of exceptions) need(numbers[index] ?? 0, former + 1, single);
  return cheapest(former, count);
}

function need(value: number, from: number, single: boolean): void {
  let exponent = from;
  while (exponent <= MAXIMUM_EXPONENT && !isDecimal(value, powerOfTen(exponent), single)) exponent += 1;
  needs[exponent] = (needs[exponent] ?? 0) + 1;
}

/** By what is counted in `needs`; undefined when half or more would be exceptions. */
function cheapest(from: number, count: number): number | undefined {
  let best: number | undefined;
  let bestBits = Infinity;
  let exceptions = count;
  for (let exponent = from; exponent <= MAXIMUM_EXPONENT; exponent += 1) {
    exceptions -= needs[exponent] ?? 0;
    const bits = exceptions * EXCEPTION_BITS + (count - exceptions) * exponent * DIGIT_BITS;
    if (2 * exceptions < count && bits < bestBits) {
      best = exponent;
      bestBits = bits;
    }
  }
  return best;
}

function isDecimal(value: number, power: number, single: boolean): boolean {
  const integer = Math.round(value * power);
  if (!(Math.abs(integer) <= MAXIMUM_INTEGER)) return false;
  const back = single ? Math.fround(integer / power) : integer / power;
  return back === value && !Object.is(value, -0);
}

/** Fills `integers`. @returns the indexes of the exceptions. */
function scale(numbers: Float64Array, count: number, exponent: number, single: boolean): number[] {
  const power = powerOfTen(exponent);
  const into = integers.of(count);
  const exceptions: number[] = [];
  let former: number | undefined;
  for (let index = 0; index < count; index += 1) {
    const value = numbers[index] ?? 0;
    const integer = Math.round(value * power);
    const back = single ? Math.fround(integer / power) : integer / power;
    if (back === value && integer <= MAXIMUM_INTEGER && integer >= -MAXIMUM_INTEGER && (integer !== 0 || 1 / value > 0)) {
      into[index] = integer;
      former ??= backfill(into, index, integer);
      former = integer;
    } else {
      into[index] = former ?? 0;
      exceptions.push(index);
    }
  }
  return exceptions;
}

/** Exceptions before the first whole number are written as that one. @returns it */
function backfill(into: Float64Array, to: number, integer: number): number {
  into.fill(integer, 0, to);
  return integer;
}

/** Makes numbers of the whole numbers, in place. */
export function unscale(values: Float64Array, count: number, exponent: number, single: boolean): void {
  const power = powerOfTen(exponent);
  if (single) for (let index = 0; index < count; index += 1) values[index] = Math.fround((values[index] ?? 0) / power);
  else if (exponent > 0) for (let index = 0; index < count; index += 1) values[index] = (values[index] ?? 0) / power;
}
