import type { Values } from '../../sample/sample.ts';
import type { Rank } from '../device/order.ts';
import { signatureOf } from '../device/plan.ts';
import type { ComparingTest, ComparingTestPlan, Neighbour, ReadingTestPlan, SampleTest, SampleTestPlan } from '../device/plan.ts';
import type { ReadingTest } from '../quality-test.ts';
import { readOptions } from './option.ts';
import type { Options, OptionsOf } from './option.ts';

/** A test of readings that settings may name. */
export interface KnownReadingTest {
  /** The names of its options. */
  readonly options: readonly string[];
  /** @throws ConfigError for options that cannot work. */
  plan(name: string, options: unknown, field: string): ReadingTestPlan;
}

export interface KnownSampleTest {
  readonly options: readonly string[];
  /** @throws ConfigError for options that cannot work. */
  plan(name: string, options: unknown, field: string): SampleTestPlan;
}

export interface KnownComparingTest {
  readonly options: readonly string[];
  /** @throws ConfigError for options that cannot work. */
  plan(name: string, options: unknown, field: string): ComparingTestPlan;
}

/** What makes a test that judges a reading beside another value. */
interface Comparison<Given> {
  order: Rank;
  /** The tag of the devices whose readings it needs. */
  group?(options: Given): string | undefined;
  /** @throws ConfigError for options that cannot work. */
  create(options: Given): ComparingTest;
  /** The other value; what is no number counts as missing. */
  other(options: Given, values: Values, neighbours: readonly Neighbour[], time: number): unknown;
}

/** @param order the least rank of a reading that it judges; see `ReadingTestPlan`. */
export function readingTest<Spec extends Options>(spec: Spec, order: Rank, create: (options: OptionsOf<Spec>) => ReadingTest): KnownReadingTest {
  return {
    options: Object.keys(spec),
    plan(name, given, field) {
      const options = readOptions(spec, given, field);
      const first = create(options);
      return { name, order, delayed: first.delay === 1, signature: signatureOf(options), create: () => create(options) };
    },
  };
}

/**
 * @param order as for a test of readings; it may depend on the options.
 * @param keepsNothing whether it remembers nothing from one sample to the next, so that one is enough for all devices.
 */
export function sampleTest<Spec extends Options>(spec: Spec, order: Rank | ((options: OptionsOf<Spec>) => Rank), create: (options: OptionsOf<Spec>) => SampleTest, keepsNothing = false): KnownSampleTest {
  return {
    options: Object.keys(spec),
    plan(name, given, field) {
      const options = readOptions(spec, given, field);
      const first = create(options);
      return { name, order: typeof order === 'function' ? order(options) : order, signature: signatureOf(options), create: keepsNothing ? () => first : () => create(options) };
    },
  };
}

export function comparingTest<Spec extends Options>(spec: Spec, { order, group, create, other }: Comparison<OptionsOf<Spec>>): KnownComparingTest {
  return {
    options: Object.keys(spec),
    plan(name, given, field) {
      const options = readOptions(spec, given, field);
      create(options);
      const tag = group?.(options);
      return {
        name, order, signature: signatureOf(options),
        ...(tag !== undefined && { group: tag }),
        create: () => create(options),
        other(values, neighbours, time) {
          const value = other(options, values, neighbours, time);
          return typeof value === 'number' ? value : Number.NaN;
        },
      };
    },
  };
}
