import { givenRecord } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { MOST_INTERPOLATED, ON_BAD } from '../device/alteration.ts';
import type { OnBad } from '../device/alteration.ts';
import { COMPARING_TESTS } from './comparing-tests.ts';
import { number, oneOf, readOptions } from './option.ts';
import { READING_TESTS } from './reading-tests.ts';
import { SAMPLE_TESTS } from './sample-tests.ts';

/** The options of a test as they were given, checked; false: the test is not to run, whatever says so with less weight. */
export type TestSettings = Readonly<Record<string, unknown>> | false;

/** By which tests, by name, and with which options. */
export type TestsByName = Readonly<Record<string, TestSettings>>;

/** What is to be done with bad and missing readings. */
export interface AlterationSettings {
  readonly onBad: OnBad;
  /** At most this many in a row are held or interpolated. Default 5. */
  readonly readings?: number;
  /** At most so many seconds from the last good reading. Default 300. */
  readonly seconds?: number;
}

/** How the readings of one metric are judged. */
export interface MetricQualitySettings {
  readonly tests: TestsByName;
  readonly alteration?: AlterationSettings;
}

/** How the samples of a device, and so all of their readings, are judged. */
export type SampleQualitySettings = TestsByName;

/** All of one source of settings: of a node, or of a profile. */
export interface QualitySettings {
  readonly samples: SampleQualitySettings;
  /** For all metrics. */
  readonly every: MetricQualitySettings;
  readonly metrics: ReadonlyMap<string, MetricQualitySettings>;
}

export const NO_SETTINGS: QualitySettings = { samples: {}, every: { tests: {} }, metrics: new Map() };

/** The tests that can be set for a metric. */
export const METRIC_TESTS: readonly string[] = [...Object.keys(READING_TESTS), ...Object.keys(COMPARING_TESTS)];

const ALTERATION = { onBad: oneOf(ON_BAD), readings: number, seconds: number };
const LONGEST = 31_536_000;

/**
 * The settings of one metric as a person or an imported flow gives them: `{ "gross_range_test": { "failSpan": [-40, 125] }, "sentinel_test": false,
 * "alteration": { "onBad": "hold" } }`: the names of tests with their options, or false for a test that is not to run.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readMetricQuality(value: unknown, field: string): MetricQualitySettings {
  const { alteration, ...tests } = givenRecord(value, field, 'an object of tests, such as { "gross_range_test": { "failSpan": [-40, 125] } }');
  const read = readTests(tests, METRIC_TESTS, field);
  return alteration === undefined || alteration === null ? { tests: read } : { tests: read, alteration: readAlteration(alteration, `${field}, alteration`) };
}

/**
 * The settings for the samples of a device: `{ "gap_test": { … }, "clock_drift_test": false }`.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readSampleQuality(value: unknown, field: string): SampleQualitySettings {
  return readTests(givenRecord(value, field, 'an object of tests, such as { "clock_drift_test": { "failThreshold": 60000 } }'), Object.keys(SAMPLE_TESTS), field);
}

/** @throws ConfigError naming the field, the value and the cure. */
export function readAlteration(value: unknown, field: string): AlterationSettings {
  const { onBad, readings, seconds } = readOptions(ALTERATION, value, field);
  if (onBad === undefined) throw new ConfigError(field, `${field}, does not say what is to be done. Give onBad: one of ${ON_BAD.join(', ')}.`);
  const most = onBad === 'interpolate' ? MOST_INTERPOLATED : 1_000_000;
  if (readings !== undefined && !(Number.isInteger(readings) && readings >= 1 && readings <= most)) throw new ConfigError(`${field}, readings`, `${field}, readings, is ${readings}. Enter a whole number between 1 and ${most}.`);
  if (seconds !== undefined && !(seconds > 0 && seconds <= LONGEST)) throw new ConfigError(`${field}, seconds`, `${field}, seconds, is ${seconds}. Enter a number above 0, at most ${LONGEST}.`);
  return { onBad, ...(readings !== undefined && { readings }), ...(seconds !== undefined && { seconds }) };
}

/** One test as settings name it, checked by making it once. @throws ConfigError naming the field, the value and the cure. */
export function readTest(name: string, options: unknown, allowed: readonly string[], field: string): TestSettings {
  if (!allowed.includes(name)) throw new ConfigError(field, `${field}, has "${name.slice(0, 40)}", which is no test that can be set here. Use ${allowed.join(', ')}.`);
  if (options === false) return false;
  const given = options === true ? {} : givenRecord(options, `${field}, ${name}`, 'an object of its options, true for its own thresholds, or false for a test that is not to run');
  const place = `${field}, ${name}`;
  try {
    READING_TESTS[name]?.plan(name, given, place);
    COMPARING_TESTS[name]?.plan(name, given, place);
    SAMPLE_TESTS[name]?.plan(name, given, place);
  } catch (error) {
    // What a test says of its options names the option alone.
    if (error instanceof ConfigError && !error.field.startsWith(place)) throw new ConfigError(`${place}, ${error.field}`, `${place}: ${error.message}`);
    throw error;
  }
  return given;
}

function readTests(given: Record<string, unknown>, allowed: readonly string[], field: string): TestsByName {
  return Object.fromEntries(Object.entries(given).map(([name, options]) => [name, readTest(name, options, allowed, field)]));
}
