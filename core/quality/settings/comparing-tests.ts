import type { ComparingTest } from '../device/plan.ts';
import { createClimatologyTest } from '../qartod/climatology.ts';
import { climatologyMembers } from './climatology-members.ts';
import type { KnownComparingTest } from './known-test.ts';
import { readOptions, text } from './option.ts';

/** The tests that judge a reading beside others of its time, by their standard names. They remember nothing of a device. */
export const COMPARING_TESTS: Readonly<Record<string, KnownComparingTest>> = {
  climatology_test: { compare: climatology },
};

/** @throws ConfigError for options that cannot work. */
function climatology(name: string, given: unknown, field: string): ComparingTest {
  const { members = [], depthMetric } = readOptions({ members: climatologyMembers, depthMetric: text }, given, field);
  const test = createClimatologyTest({ members });
  return {
    name,
    judge(time, value, values) {
      const depth = depthMetric === undefined ? undefined : values[depthMetric];
      return test.update(time, value, typeof depth === 'number' ? depth : Number.NaN);
    },
  };
}
