import { compileSampleContract } from '../../core/contract/book/sample-contract.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import type { DevicePlan } from '../../core/quality/device/plan.ts';
import { DEFAULT_SETTINGS, qualityPlan } from '../../core/quality/settings/quality-plan.ts';
import { readMetricQuality, readSampleQuality } from '../../core/quality/settings/settings.ts';
import type { UnitOf } from '../../core/quality/settings/quality-plan.ts';
import type { QualitySettings, TestsByName } from '../../core/quality/settings/settings.ts';
import type { Kind, NumericMetric } from '../../core/simulator/index.ts';

/** Every test of readings that there is, with thresholds as they would be proposed for such a metric. */
function everyTest({ name, typical, possible, noise }: NumericMetric, kind: Kind): object {
  const width = typical.high - typical.low;
  const suspectSpan = [Math.max(possible.low, typical.low - width), Math.min(possible.high, typical.high + width)];
  const [first] = kind.metrics.filter((metric) => metric.type === 'number' && metric.name !== name);
  return {
    gross_range_test: { failSpan: [possible.low, possible.high], suspectSpan },
    climatology_test: { members: [1, 2, 3, 4].map((quarter) => ({ period: 'quarter', timeSpan: [quarter, quarter], suspectSpan })) },
    spike_test: { suspectThreshold: width, failThreshold: 3 * width },
    rate_of_change_test: { suspectThreshold: width, failThreshold: 3 * width },
    flat_line_test: { suspectThreshold: 60, failThreshold: 300 },
    attenuated_signal_test: { suspectThreshold: noise / 10, testPeriod: 32, minObs: 16 },
    multi_variate_test: { threshold: 10 * width, otherMetric: first?.name ?? name, otherThreshold: 1e-6 },
    neighbor_test: { threshold: 10 * width, group: kind.name },
  };
}

const EVERY_SAMPLE_TEST = { gap_test: { suspectThreshold: 10, failThreshold: 60 }, impossible_date_test: {}, data_reception_test: { suspectThreshold: 10, failThreshold: 60 }, clock_drift_test: {} };
const POSITION_TESTS = { location_test: { bbox: [4, 51, 5, 53] }, speed_test: { suspectThreshold: 50, failThreshold: 100 } };

function numericMetrics(kind: Kind): NumericMetric[] {
  return kind.metrics.filter((metric) => metric.type === 'number');
}

/** Which of the tests run, by their names. */
export type Choice = (test: string) => boolean;

/** All tests, those that run for everything with them. */
export function planOfAll(kind: Kind): DevicePlan {
  return planOf(kind, () => true);
}

/** The tests that run although nobody asks for them, which are what most metrics have. */
export function planOfUsual(kind: Kind): DevicePlan {
  return qualityPlan([DEFAULT_SETTINGS], unitOf(kind));
}

/** Those of all tests that are chosen. */
export function planOf(kind: Kind, choice: Choice): DevicePlan {
  return qualityPlan([chosen(DEFAULT_SETTINGS, choice), chosen(settingsOfAll(kind), choice)], unitOf(kind));
}

function chosen({ samples, every, metrics }: QualitySettings, choice: Choice): QualitySettings {
  const tests = (given: TestsByName): TestsByName => Object.fromEntries(Object.entries(given).filter(([name]) => choice(name)));
  return { samples: tests(samples), every: { tests: tests(every.tests) }, metrics: new Map(Array.from(metrics, ([name, metric]) => [name, { tests: tests(metric.tests) }])) };
}

function unitOf(kind: Kind): UnitOf {
  return (name) => numericMetrics(kind).find((metric) => metric.name === name)?.unit;
}

function settingsOfAll(kind: Kind): QualitySettings {
  const metrics = numericMetrics(kind);
  const hasPosition = metrics.some(({ name }) => name === 'latitude');
  return {
    samples: readSampleQuality({ ...EVERY_SAMPLE_TEST, ...(hasPosition && POSITION_TESTS) }, 'samples'),
    every: { tests: {} },
    metrics: new Map(metrics.map((metric) => [metric.name, readMetricQuality(everyTest(metric, kind), metric.name)])),
  };
}

/** The gross range alone, a yardstick. */
export function planOfRange(kind: Kind): DevicePlan {
  const metrics = new Map(numericMetrics(kind).map(({ name, possible }) => [name, readMetricQuality({ gross_range_test: { failSpan: [possible.low, possible.high] } }, name)]));
  return qualityPlan([{ samples: {}, every: { tests: {} }, metrics }], () => undefined);
}

/** What a contract would say of such a device: all metrics there, each within what is possible. */
export function contractOf(kind: Kind): SampleContract {
  const properties = Object.fromEntries(kind.metrics.map((metric) => [metric.name, metric.type === 'number' ? { type: 'number', minimum: metric.possible.low, maximum: metric.possible.high } : { type: 'boolean' }]));
  return compileSampleContract({ id: kind.name, version: 1, schema: { type: 'object', properties, required: kind.metrics.map(({ name }) => name), additionalProperties: false } });
}
