import { ConfigError } from '../../errors/holdfast-error.ts';
import type { Quality } from '../../sample/sample.ts';
import { aggregateFlags } from '../aggregate.ts';
import { requireSameLength } from './series.ts';

/**
 * One flag a reading, of the flags that several tests gave each: bad, suspect, good, unknown, missing, whichever comes first (ioos_qc `qartod_compare`).
 *
 * @param flags a list for each test, all of the same length.
 * @throws ConfigError when they are not.
 */
export function aggregate(flags: readonly (readonly Quality[])[]): Quality[] {
  const [first, ...others] = flags;
  if (first === undefined) throw new ConfigError('flags', 'No flags are given: give a list of flags for each test.');
  others.forEach((list, index) => requireSameLength(`flags[${index + 1}]`, list.length, first.length));
  return first.map((flag, index) => aggregateFlags([flag, ...others.flatMap((list) => list[index] ?? [])]));
}
