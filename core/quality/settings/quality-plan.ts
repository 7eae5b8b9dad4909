import { CLOCK_TOLERANCE } from '../../sample/judged-time.ts';
import { MetricPlan } from '../device/plan.ts';
import type { ComparingTestPlan, DevicePlan, ReadingTestPlan, SampleTestPlan } from '../device/plan.ts';
import type { Alteration } from '../device/alteration.ts';
import { COMPARING_TESTS } from './comparing-tests.ts';
import { READING_TESTS, TESTS_WITH_UNIT } from './reading-tests.ts';
import { SAMPLE_TESTS } from './sample-tests.ts';
import type { AlterationSettings, MetricQualitySettings, QualitySettings, TestsByName } from './settings.ts';

/** What a profile says of its metrics, as far as the tests can make use of it. */
export type UnitOf = (metric: string) => string | undefined;

/**
 * The tests that run although nothing asks for them: those that learn by themselves what is usual, and find nothing in the readings of
 * ordinary sensors.
 */
export const DEFAULT_SETTINGS: QualitySettings = {
  samples: { clock_drift_test: {}, impossible_date_test: { ahead: CLOCK_TOLERANCE / 1_000, failSpan: ['1990-01-01', '2200-01-01'] } },
  every: {
    tests: {
      sentinel_test: {}, out_of_order_test: {}, duplicate_time_test: {}, quantization_test: {}, noise_level_test: {}, counter_reset_test: {}, unit_change_test: {},
    },
  },
  metrics: new Map(),
};

/** Plans of more metrics than this are made anew each time: devices may invent names. */
const MOST_METRICS = 10_000;
const READINGS = 5;
const SECONDS = 300;
/** Where no unit is declared, the values that temperature probes send without a reading count for what is called a temperature. */
const TEMPERATURE_NAME = /temp/i;
const NO_UNIT = '1';

/**
 * The plan that several settings come to. What comes later has more weight: a test that it names replaces the one of the same name, false takes it
 * away; all others stay. Within one source, what is said of a metric has more weight than what is said of all.
 */
export function qualityPlan(sources: readonly QualitySettings[], unitOf: UnitOf): DevicePlan {
  const sampleTests = Object.entries(merged(sources.map(({ samples }) => samples))).flatMap(([name, options]): SampleTestPlan[] => {
    const plan = options === false ? undefined : SAMPLE_TESTS[name]?.plan(name, options, name);
    return plan ? [plan] : [];
  });
  const plans = new Map<string, MetricPlan>();
  return {
    sampleTests,
    comparesDevices: sources.some(({ every, metrics }) => [every, ...metrics.values()].some(({ tests }) => tests['neighbor_test'])),
    unwatched: new MetricPlan(sampleTests, [], []),
    of(metric) {
      const known = plans.get(metric);
      if (known) return known;
      const plan = metricPlan(sampleTests, sources.flatMap(({ every, metrics }) => [every, metrics.get(metric) ?? []].flat()), unitOf(metric) ?? (TEMPERATURE_NAME.test(metric) ? undefined : NO_UNIT));
      if (plans.size < MOST_METRICS) plans.set(metric, plan);
      return plan;
    },
  };
}

function metricPlan(sampleTests: readonly SampleTestPlan[], sources: readonly MetricQualitySettings[], unit: string | undefined): MetricPlan {
  const tests: ReadingTestPlan[] = [];
  const comparing: ComparingTestPlan[] = [];
  for (const [name, options] of Object.entries(merged(sources.map((source) => source.tests)))) {
    if (options === false) continue;
    const given = unit !== undefined && TESTS_WITH_UNIT.includes(name) ? { unit, ...options } : options;
    const plan = READING_TESTS[name]?.plan(name, given, name);
    if (plan) tests.push(plan);
    const comparison = COMPARING_TESTS[name]?.plan(name, given, name);
    if (comparison) comparing.push(comparison);
  }
  const alteration = sources.reduce<AlterationSettings | undefined>((former, source) => source.alteration ?? former, undefined);
  return new MetricPlan(sampleTests, tests, comparing, alteration && alterationOf(alteration));
}

function merged(sources: readonly TestsByName[]): TestsByName {
  return Object.assign({}, ...sources) as TestsByName;
}

function alterationOf({ onBad, readings = READINGS, seconds = SECONDS }: AlterationSettings): Alteration | undefined {
  return onBad === 'keep' ? undefined : { onBad, readings, duration: seconds * 1_000 };
}
