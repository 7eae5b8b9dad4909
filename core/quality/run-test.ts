import type { Quality } from '../sample/sample.ts';
import type { Flag, ReadingTest } from './quality-test.ts';

/**
 * The flags of a whole series, one a reading, by the same test that judges it reading by reading.
 *
 * @param times event times in milliseconds, as many as there are values.
 * @param values NaN where one is missing.
 */
export function runTest(test: ReadingTest, times: readonly number[], values: readonly number[]): Quality[] {
  const flags: Quality[] = [];
  const add = (flag: Flag): void => {
    if (flag !== 0) flags.push(flag);
  };
  values.forEach((value, index) => add(test.update(times[index] ?? Number.NaN, value)));
  add(test.end());
  return flags;
}
