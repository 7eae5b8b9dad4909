import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { readProfiles } from '../../../core/profile/read-profiles.ts';
import { Profiles } from '../../../core/profile/profiles.ts';
import { COMPARING_TESTS } from '../../../core/quality/settings/comparing-tests.ts';
import { QualityPlans } from '../../../core/quality/settings/quality-plans.ts';
import { READING_TESTS } from '../../../core/quality/settings/reading-tests.ts';
import { SAMPLE_TESTS } from '../../../core/quality/settings/sample-tests.ts';
import { NO_SETTINGS, readAlteration, readMetricQuality, readSampleQuality } from '../../../core/quality/settings/settings.ts';
import { SAMPLE_TEST_NAMES, TEST_FIELDS } from '../../../nodes/quality/test-fields.ts';

const says = (read: () => unknown, sentence: RegExp): void => {
  assert.throws(read, (error) => error instanceof ConfigError && sentence.test(error.message));
};

describe('settings of quality tests', () => {
  it('are taken as a person writes them: open ends, numbers as text, what is empty as not given', () => {
    const read = readMetricQuality({ gross_range_test: { failSpan: [null, 50], suspectSpan: '' }, rate_of_change_test: { suspectThreshold: '0.5' }, sentinel_test: false, noise_level_test: true, alteration: { onBad: 'hold', readings: 3 } }, 'quality');
    assert.deepEqual(read.tests['sentinel_test'], false);
    assert.deepEqual(Object.keys(read.tests), ['gross_range_test', 'rate_of_change_test', 'sentinel_test', 'noise_level_test']);
    assert.deepEqual(read.alteration, { onBad: 'hold', readings: 3 });
  });

  it('say which part of them is wrong, with its value and the cure', () => {
    says(() => readMetricQuality([], 'quality'), /^quality, is a list\. Give an object of tests/);
    says(() => readMetricQuality({ sniff_test: {} }, 'quality'), /^quality, has "sniff_test", which is no test that can be set here\. Use gross_range_test, /);
    says(() => readMetricQuality({ gap_test: { failThreshold: 3 } }, 'quality'), /"gap_test", which is no test that can be set here/);
    says(() => readMetricQuality({ gross_range_test: { span: [1, 2] } }, 'quality'), /^quality, gross_range_test, has "span", which is not known\. Use failSpan, suspectSpan\./);
    says(() => readMetricQuality({ gross_range_test: { failSpan: [1] } }, 'quality'), /^quality, gross_range_test, failSpan, is a list\. Give the lowest and the highest value/);
    says(() => readMetricQuality({ gross_range_test: { failSpan: [0, 10], suspectSpan: [0, 20] } }, 'quality'), /^quality, gross_range_test: suspectSpan is \[0,20\], and reaches beyond failSpan/);
    says(() => readMetricQuality({ spike_test: {} }, 'quality'), /^quality, spike_test: Neither suspectThreshold nor failThreshold is given/);
    says(() => readMetricQuality({ multi_variate_test: { threshold: 1, otherThreshold: 1 } }, 'quality'), /otherMetric is missing: give the name of the metric/);
    says(() => readMetricQuality({ climatology_test: { members: [{ period: 'month', timeSpan: [6, 8] }] } }, 'quality'), /members, element 1, has no suspectSpan/);
    says(() => readSampleQuality({ location_test: { bbox: [1, 2, 3] } }, 'quality'), /bbox, is a list\. Give least longitude/);
    says(() => readSampleQuality({ spike_test: { failThreshold: 1 } }, 'quality'), /"spike_test", which is no test that can be set here\. Use gap_test/);
    says(() => readAlteration({ onBad: 'interpolate', readings: 11 }, 'alteration'), /^alteration, readings, is 11\. Enter a whole number between 1 and 10\./);
    says(() => readAlteration({ seconds: 3 }, 'alteration'), /does not say what is to be done/);
  });

  it('never do anything but be read or be refused with a sentence, whatever comes', () => {
    const names = [...Object.keys(READING_TESTS), ...Object.keys(COMPARING_TESTS), ...Object.keys(SAMPLE_TESTS), 'alteration', '__proto__', 'constructor'];
    fc.assert(fc.property(fc.constantFrom(...names), fc.anything(), fc.constantFrom(...Object.values(TEST_FIELDS).flat().map(({ option }) => option)), (name, anything, option) => {
      for (const settings of [anything, { [name]: anything }, { [name]: { [option]: anything } }]) {
        for (const read of [readMetricQuality, readSampleQuality]) {
          try {
            read(settings, 'quality');
          } catch (error) {
            assert.ok(error instanceof ConfigError, String(error));
          }
        }
      }
    }), { numRuns: 500 });
  });

  it('stand in the dialog option by option, as the tests take them', () => {
    const known = { ...READING_TESTS, ...COMPARING_TESTS, ...SAMPLE_TESTS };
    assert.deepEqual(Object.keys(TEST_FIELDS).toSorted(), Object.keys(known).toSorted());
    assert.deepEqual([...SAMPLE_TEST_NAMES].toSorted(), Object.keys(SAMPLE_TESTS).toSorted());
    for (const [name, { options }] of Object.entries(known)) assert.deepEqual(TEST_FIELDS[name]?.map(({ option }) => option).toSorted(), options.toSorted(), name);
  });
});

describe('by which tests a reading is judged', () => {
  const profiles = new Profiles();
  const putInForce = (quality: object): void => profiles.set(readProfiles([{ name: 'press', quality: { gap_test: { failThreshold: 60 } }, metrics: { t: { unit: 'Cel', quality } } }]));
  const namesOf = (plans: QualityPlans, profile: string | undefined, metric: string): readonly string[] => plans.of(profile).of(metric).verdicts.names;

  it('is said by the node for the metric, for all metrics, by the profile, and by what is safe for all, in this order', () => {
    putInForce({ gross_range_test: { failSpan: [0, 50] }, noise_level_test: false });
    const settings = { samples: {}, every: readMetricQuality({ flat_line_test: { failThreshold: 60 }, gross_range_test: { failSpan: [0, 70] } }, 'every'), metrics: new Map([['t', readMetricQuality({ sentinel_test: false }, 't')]]) };
    const all = new QualityPlans({ settings, usesProfiles: true, usesDefaults: true, profiles });
    const names = namesOf(all, 'press', 't');
    for (const name of ['gap_test', 'gross_range_test', 'flat_line_test', 'quantization_test', 'clock_drift_test']) assert.ok(names.includes(name), name);
    for (const name of ['noise_level_test', 'sentinel_test']) assert.ok(!names.includes(name), name);
    assert.ok(namesOf(all, 'press', 'other').includes('sentinel_test'));
    assert.ok(!namesOf(all, 'unheard of', 't').includes('gap_test'));
    assert.deepEqual(namesOf(new QualityPlans({ settings: NO_SETTINGS, usesProfiles: false, usesDefaults: false, profiles }), 'press', 't'), []);
    assert.deepEqual(namesOf(new QualityPlans({ settings: NO_SETTINGS, usesProfiles: true, usesDefaults: false, profiles }), 'press', 't'), ['gap_test', 'gross_range_test']);
  });

  it('follows a profile that is put in force anew', () => {
    const plans = new QualityPlans({ settings: NO_SETTINGS, usesProfiles: true, usesDefaults: false, profiles });
    putInForce({ gross_range_test: { failSpan: [0, 50] } });
    const before = plans.of('press');
    assert.equal(plans.of('press'), before);
    putInForce({ spike_test: { failThreshold: 5 } });
    assert.deepEqual(namesOf(plans, 'press', 't'), ['gap_test', 'spike_test']);
  });
});
