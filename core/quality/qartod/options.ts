import { ConfigError } from '../../errors/holdfast-error.ts';

/** Whether an option was given: null, which JSON has for nothing, counts as not. */
export function isGiven(option: unknown): boolean {
  return option !== undefined && option !== null;
}

/** Two numbers, both within the span; in either order. */
export type Span = readonly [number, number];

/** The lower and the upper end of a span. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The span with its ends in order. Minus infinity and infinity leave a side open. @throws ConfigError when it is none. */
export function readSpan(field: string, span: unknown): Bounds {
  const ends: readonly unknown[] = Array.isArray(span) ? span : [];
  const [one, other] = ends;
  if (ends.length !== 2) throw spanError(field, span);
  if (typeof one !== 'number' || typeof other !== 'number' || Number.isNaN(one) || Number.isNaN(other)) throw spanError(field, span);
  return { low: Math.min(one, other), high: Math.max(one, other) };
}

function spanError(field: string, span: unknown): ConfigError {
  return new ConfigError(field, `${field} is ${show(span)}: give two numbers, the lowest and the highest value that pass, such as [0, 50].`);
}

/** The span, when one was given. */
export function readOptionalSpan(field: string, span: unknown): Bounds | undefined {
  return isGiven(span) ? readSpan(field, span) : undefined;
}

/** A finite number that is not negative. @throws ConfigError when it is none. */
export function readAmount(field: string, amount: unknown, what: string): number {
  if (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0) return amount;
  throw new ConfigError(field, `${field} is ${show(amount)}: give ${what}, a number that is not negative.`);
}

/** The amount, when one was given. */
export function readOptionalAmount(field: string, amount: unknown, what: string): number | undefined {
  return isGiven(amount) ? readAmount(field, amount, what) : undefined;
}

/** A whole number within bounds. @throws ConfigError when it is none. */
export function readCount(field: string, count: unknown, what: string, lowest: number, highest: number): number {
  if (typeof count === 'number' && Number.isInteger(count) && count >= lowest && count <= highest) return count;
  throw new ConfigError(field, `${field} is ${show(count)}: give ${what}, a whole number from ${lowest} to ${highest}.`);
}

/** The count, when one was given. */
export function readOptionalCount(field: string, count: unknown, what: string, lowest: number, highest: number): number | undefined {
  return isGiven(count) ? readCount(field, count, what, lowest, highest) : undefined;
}

/** One of a few words. @throws ConfigError when it is none of them. */
export function readChoice<Choice extends string>(field: string, choice: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((one) => one === choice);
  if (found !== undefined) return found;
  throw new ConfigError(field, `${field} is ${show(choice)}: give one of ${choices.map((one) => `"${one}"`).join(', ')}.`);
}

/** What is beyond which threshold; infinite where none was given. */
export interface Thresholds {
  readonly suspect: number;
  readonly fail: number;
}

/**
 * The thresholds of a test that finds fault with what is above them. At least one of them must be given.
 *
 * @throws ConfigError when one is no amount, both are missing, or the one to fail is the lower one.
 */
export function readThresholds(suspectThreshold: unknown, failThreshold: unknown, what: string): Thresholds {
  const suspect = readOptionalAmount('suspectThreshold', suspectThreshold, what) ?? Number.POSITIVE_INFINITY;
  const fail = readOptionalAmount('failThreshold', failThreshold, what) ?? Number.POSITIVE_INFINITY;
  if (suspect === Number.POSITIVE_INFINITY && fail === Number.POSITIVE_INFINITY) {
    throw new ConfigError('suspectThreshold', `Neither suspectThreshold nor failThreshold is given: give ${what}, as one of them or both.`);
  }
  if (fail < suspect && suspect !== Number.POSITIVE_INFINITY) {
    throw new ConfigError('failThreshold', `failThreshold is ${fail}, below suspectThreshold, which is ${suspect}: nothing could be suspect. Exchange the two.`);
  }
  return { suspect, fail };
}

/** A value as it stands in a message; short, since it may be of a stranger. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  text ??= typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
