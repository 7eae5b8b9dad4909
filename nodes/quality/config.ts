import { ON_BAD } from '../../core/quality/device/alteration.ts';
import { METRIC_TESTS, NO_SETTINGS, readAlteration, readTest } from '../../core/quality/settings/settings.ts';
import type { AlterationSettings, MetricQualitySettings, QualitySettings, TestSettings } from '../../core/quality/settings/settings.ts';
import { QualityPlans } from '../../core/quality/settings/quality-plans.ts';
import type { QualityPlansOptions } from '../../core/quality/settings/quality-plans.ts';
import { SAMPLE_TESTS } from '../../core/quality/settings/sample-tests.ts';
import { givenRecord } from '../../core/errors/given.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { choice, flag, list, number, reference } from '../harness/config.ts';
import type { ConfigOf, ConfigSpec } from '../harness/config.ts';

/** A row of the list of tests. */
export interface TestRow {
  /** Empty: all metrics. */
  metric: string;
  test: string;
  settings: TestSettings;
}

/** A row of the list of alterations. */
export interface AlterationRow {
  metric: string;
  alteration: AlterationSettings;
}

const properties = {
  backend: reference(),
  wiring: choice(['one', 'split'], 'one'),
  // The editor draws as many outputs as this says; which are used follows from the wiring.
  outputs: number({ default: 2, minimum: 1, maximum: 4, integer: true }),
  usesProfiles: flag(true),
  usesDefaults: flag(true),
  tests: list([], testRow),
  alterations: list([], alterationRow),
};

export const CONFIG: ConfigSpec<typeof properties> = { version: 1, properties };

export type QualityConfig = ConfigOf<typeof properties>;

/** By what devices are judged, as the dialog says. */
export function plansOf(config: QualityConfig, profiles: QualityPlansOptions['profiles']): QualityPlans {
  const { usesProfiles, usesDefaults } = config;
  return new QualityPlans({ settings: settingsOf(config), usesProfiles, usesDefaults, profiles });
}

/** The settings that the rows of the dialog come to. */
function settingsOf({ tests, alterations }: Pick<QualityConfig, 'tests' | 'alterations'>): QualitySettings {
  const samples: Record<string, TestSettings> = {};
  const byMetric = new Map<string, { tests: Record<string, TestSettings>; alteration?: AlterationSettings }>();
  const of = (metric: string): { tests: Record<string, TestSettings>; alteration?: AlterationSettings } => {
    const known = byMetric.get(metric) ?? { tests: {} };
    byMetric.set(metric, known);
    return known;
  };
  for (const { metric, test, settings } of tests) {
    if (Object.hasOwn(SAMPLE_TESTS, test)) samples[test] = settings;
    else of(metric).tests[test] = settings;
  }
  for (const { metric, alteration } of alterations) of(metric).alteration = alteration;
  const every: MetricQualitySettings = byMetric.get('') ?? NO_SETTINGS.every;
  byMetric.delete('');
  return { samples, every, metrics: byMetric };
}

/** `{ metric?, test, off?, options? }`. @throws ConfigError naming the row, the value and the cure. */
function testRow(value: unknown, field: string): TestRow {
  const { metric, test, off, options } = givenRecord(value, field, 'an object with the name of a test');
  const name = typeof test === 'string' ? test : '';
  if (name === '') throw new ConfigError(field, `${field}, has no test. Choose one, or remove the row.`);
  const settings = off === true ? false : (options ?? {});
  return { metric: nameOf(metric), test: name, settings: readTest(name, settings, [...METRIC_TESTS, ...Object.keys(SAMPLE_TESTS)], field) };
}

/** `{ metric?, onBad, readings?, seconds? }`. @throws ConfigError naming the row, the value and the cure. */
function alterationRow(value: unknown, field: string): AlterationRow {
  const { metric, ...alteration } = givenRecord(value, field, `an object with a metric and onBad: one of ${ON_BAD.join(', ')}`);
  return { metric: nameOf(metric), alteration: readAlteration(alteration, field) };
}

function nameOf(metric: unknown): string {
  return typeof metric === 'string' ? metric.trim() : '';
}
