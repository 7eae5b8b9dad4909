import { ConfigError } from '../../errors/holdfast-error.ts';
import { show } from '../qartod/options.ts';

/**
 * Lets all tests that are made of one object of options share what was made of it: a fleet has thousands of tests, and a handful of settings.
 * The options of a test must not change afterwards.
 */
export function checkedOnce<Options extends object, Checked>(check: (options: Options) => Checked): (options: Options) => Checked {
  const known = new WeakMap<Options, Checked>();
  return (options) => {
    const before = known.get(options);
    if (before !== undefined) return before;
    const checked = check(options);
    known.set(options, checked);
    return checked;
  };
}

/** The number given, or its default. @throws ConfigError (field `field`) when it is outside of `low` to `high`. */
export function numberWithin(field: string, given: number | undefined, usual: number, low: number, high: number): number {
  const value = given ?? usual;
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new ConfigError(field, `The ${field} is ${show(value)}: give a number from ${low} to ${high}; ${usual} suits most sensors.`);
}

/** The whole number given, or its default. @throws ConfigError (field `field`) when it is outside of `low` to `high`. */
export function countWithin(field: string, given: number | undefined, usual: number, low: number, high: number): number {
  const value = given ?? usual;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new ConfigError(field, `The ${field} is ${show(value)}: give a whole number from ${low} to ${high}; ${usual} suits most sensors.`);
}

/** A number in a sentence: six digits tell readings apart, and no person reads more. */
export function spelled(value: number): string {
  return String(Number(value.toPrecision(6)));
}
