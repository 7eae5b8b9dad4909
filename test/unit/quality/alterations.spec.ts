import assert from 'node:assert/strict';
import { DeviceQuality } from '../../../core/quality/device-quality.ts';
import { qualityPlan } from '../../../core/quality/settings/quality-plan.ts';
import { readMetricQuality } from '../../../core/quality/settings/settings.ts';
import type { ReadingValue, Sample } from '../../../core/sample/sample.ts';

const START = Date.UTC(2026, 0, 1);

/** What nodes behind get, by the sample's place: the value, its flags and the value as it came; the last word of revised samples. */
function passedOn(settings: object, values: readonly ReadingValue[], seconds = 60): Array<[value: ReadingValue | undefined, flags?: string[], raw?: unknown]> {
  const plan = qualityPlan([{ samples: {}, every: readMetricQuality(settings, 'every'), metrics: new Map() }], () => undefined);
  const quality = new DeviceQuality(undefined, (error) => {
    throw error;
  });
  const last = new Map<string, Sample>();
  values.forEach((temperature, index) => {
    const ts = START + index * seconds * 1_000;
    const { sample, revised } = quality.judge({ id: String(index), device: 'p', ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature } }, plan);
    for (const one of [sample, ...revised]) last.set(one.id, one);
  });
  return values.map((_, index) => {
    const one = last.get(String(index));
    const { flags, raw } = one?.metrics?.['temperature'] ?? {};
    const value = one?.values['temperature'];
    return flags ? ('raw' in (one?.metrics?.['temperature'] ?? {}) ? [value, flags, raw] : [value, flags]) : [value];
  });
}

const RANGE = { gross_range_test: { failSpan: [0, 50], suspectSpan: [10, 40] } };
const SPIKE = { spike_test: { failThreshold: 20, method: 'differential' } };

describe('alterations of bad and missing readings', () => {
  it('are not made unless they are asked for', () => {
    assert.deepEqual(passedOn(RANGE, [20, 99, null, 20]), [[20], [99, ['gross_range_test']], [null], [20]]);
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'keep' } }, [20, 99]), [[20], [99, ['gross_range_test']]]);
  });

  it('take a bad value away, and keep it as raw', () => {
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'null' } }, [20, 99, 45, null]), [[20], [null, ['gross_range_test', 'nulled'], 99], [45, ['gross_range_test']], [null]]);
  });

  it('hold the last good value, for so many readings and so long', () => {
    const held = (raw: ReadingValue): [ReadingValue, string[], unknown] => [20, raw === null ? ['held'] : ['gross_range_test', 'held'], raw];
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'hold', readings: 2 } }, [99, 20, 99, null, 99, 21]), [[99, ['gross_range_test']], [20], held(99), held(null), [99, ['gross_range_test']], [21]]);
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'hold', seconds: 90 } }, [20, 99, 99]), [[20], held(99), [99, ['gross_range_test']]]);
  });

  it('do not hold a suspect value', () => {
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'hold' } }, [45, 99]), [[45, ['gross_range_test']], [99, ['gross_range_test']]]);
  });

  it('draw a line through short gaps between two good readings, on the samples of the gap', () => {
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'interpolate' } }, [20, 99, null, 26]), [[20], [22, ['gross_range_test', 'interpolated'], 99], [24, ['interpolated'], null], [26]]);
  });

  it('leave a gap that is too long as it is, whole', () => {
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'interpolate', readings: 2 } }, [20, null, null, null, 26, null, 28]), [[20], [null], [null], [null], [26], [27, ['interpolated'], null], [28]]);
    assert.deepEqual(passedOn({ ...RANGE, alteration: { onBad: 'interpolate', seconds: 150 } }, [20, null, null, 26]), [[20], [null], [null], [26]]);
  });

  it('do not draw a line to a reading that turns out to be a spike', () => {
    assert.deepEqual(passedOn({ ...SPIKE, alteration: { onBad: 'interpolate' } }, [20, 20, 80, 20, 20]), [[20], [20], [20, ['spike_test', 'interpolated'], 80], [20], [20]]);
  });

  it('hold in place of a spike, once it is known to be one', () => {
    assert.deepEqual(passedOn({ ...SPIKE, alteration: { onBad: 'hold' } }, [20, 21, 80, 22, 23]), [[20], [21], [21, ['spike_test', 'held'], 80], [22], [23]]);
  });
});
