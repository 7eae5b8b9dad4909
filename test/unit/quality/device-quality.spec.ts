import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DeviceQuality } from '../../../core/quality/device-quality.ts';
import type { JudgedSample } from '../../../core/quality/device-quality.ts';
import type { DevicePlan } from '../../../core/quality/device/plan.ts';
import { createFlatLineTest } from '../../../core/quality/qartod/flat-line.ts';
import { createRateOfChangeTest } from '../../../core/quality/qartod/rate-of-change.ts';
import { createSpikeTest } from '../../../core/quality/qartod/spike.ts';
import { runTest } from '../../../core/quality/run-test.ts';
import { DEFAULT_SETTINGS, qualityPlan } from '../../../core/quality/settings/quality-plan.ts';
import { NO_SETTINGS, readMetricQuality, readSampleQuality } from '../../../core/quality/settings/settings.ts';
import type { Quality, ReadingValue, Sample, Values } from '../../../core/sample/sample.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const fail = (error: unknown): void => {
  throw error;
};

const sample = (index: number, values: Values, more: Partial<Sample> = {}): Sample => {
  const ts = START + index * MINUTE;
  return { id: `p/t${ts}-${index}`, device: 'p', ts, received: ts + 50, tsSource: 'device', src: { via: 'mqtt' }, values, ...more };
};

/** A plan of these tests, for all metrics, and no others. */
const planOf = (every: object, samples: object = {}): DevicePlan => qualityPlan([{ samples: readSampleQuality(samples, 'samples'), every: readMetricQuality(every, 'every'), metrics: new Map() }], () => 'Cel');

const judgeAll = (plan: DevicePlan, samples: readonly Sample[], quality = new DeviceQuality(undefined, fail)): JudgedSample[] => samples.map((one) => quality.judge(one, plan));

const temperatures = (...values: ReadingValue[]): Sample[] => values.map((temperature, index) => sample(index, { temperature }));

const ALL = {
  gross_range_test: { failSpan: [-40, 125], suspectSpan: [0, 60] }, spike_test: { suspectThreshold: 5, failThreshold: 20 }, rate_of_change_test: { suspectThreshold: 0.2 },
  flat_line_test: { suspectThreshold: 300, failThreshold: 600 }, attenuated_signal_test: { suspectThreshold: 0.01, testPeriod: 600 },
  multi_variate_test: { threshold: 0.1, otherMetric: 'b', otherThreshold: 0.01 },
};

describe('the quality of the readings of a device', () => {
  it('notes on each reading which tests ran, what they found, and what that comes to', () => {
    const [first, second] = judgeAll(planOf({ gross_range_test: { failSpan: [-40, 125], suspectSpan: [0, 60] }, rate_of_change_test: { failThreshold: 10 } }), temperatures(20, 80));
    assert.deepEqual(first?.sample.metrics, { temperature: { q: 1, tests: { gross_range_test: 1, rate_of_change_test: 1 } } });
    assert.deepEqual(second?.sample.metrics, { temperature: { q: 3, flags: ['gross_range_test'], tests: { gross_range_test: 3, rate_of_change_test: 1 } } });
    assert.deepEqual([first?.worst, second?.worst], [1, 3]);
  });

  it('keeps what a reading carried before: unit, flags, raw value, and a quality that was worse', () => {
    const one = sample(0, { temperature: 20 }, { metrics: { temperature: { unit: 'Cel', q: 4, flags: ['stale'], raw: '20', tests: { syntax_test: 4 } }, other: { unit: '1' } } });
    const before = structuredClone(one);
    const { sample: judged } = new DeviceQuality(undefined, fail).judge(one, planOf({ gross_range_test: { failSpan: [0, 10] } }));
    assert.deepEqual(judged.metrics, { temperature: { unit: 'Cel', q: 4, flags: ['stale', 'gross_range_test'], raw: '20', tests: { syntax_test: 4, gross_range_test: 4 } }, other: { unit: '1' } });
    assert.deepEqual(one, before);
    assert.notEqual(judged.metrics, one.metrics);
  });

  it('finds a reading that is not there missing, and does not judge text or true and false as numbers', () => {
    const { sample: judged, worst } = new DeviceQuality(undefined, fail).judge(sample(0, { temperature: null, broken: Number.NaN, label: 'x', running: true }), planOf({ gross_range_test: { failSpan: [0, 10] } }, { impossible_date_test: {} }));
    assert.equal(judged.metrics?.['temperature']?.q, 9);
    assert.equal(judged.metrics?.['broken']?.q, 9);
    assert.deepEqual(judged.metrics?.['label'], { q: 1, tests: { impossible_date_test: 1 } });
    assert.deepEqual(judged.metrics?.['running'], { q: 1, tests: { impossible_date_test: 1 } });
    assert.equal(worst, 9);
  });

  it('lets what is wrong with the sample count for all of its readings', () => {
    const plan = planOf({}, { gap_test: { failThreshold: 120 }, location_test: { bbox: [5, 47, 16, 56] } });
    const [, late, away] = judgeAll(plan, [sample(0, { a: 1, b: 2 }), sample(10, { a: 1, b: 'x' }), sample(11, { a: 1, latitude: 10, longitude: 10 })]);
    assert.deepEqual(late?.sample.metrics, { a: { q: 4, flags: ['gap_test'], tests: { gap_test: 4 } }, b: { q: 4, flags: ['gap_test'], tests: { gap_test: 4 } } });
    assert.deepEqual(Object.values(away?.sample.metrics ?? {}).map(({ flags }) => flags), [['location_test'], ['location_test'], ['location_test']]);
  });

  it('revises a former sample when the next one shows that it was a spike', () => {
    const samples = [20, 21, 55, 20, 21].map((temperature, index) => sample(index, { temperature, humidity: 40 }));
    const judged = judgeAll(planOf({ gross_range_test: { failSpan: [0, 100] }, spike_test: { suspectThreshold: 5, failThreshold: 20 } }), samples);
    assert.deepEqual(judged.map(({ sample: one }) => one.metrics?.['temperature']?.q), [1, 1, 1, 1, 1]);
    const revised = judged.flatMap((one, index) => one.revised.map((former) => ({ index, former })));
    assert.deepEqual(revised.map(({ index, former }) => [index, former.id, former.metrics?.['temperature']?.q]), [[2, samples[1]?.id, 3], [3, samples[2]?.id, 4], [4, samples[3]?.id, 3]]);
    const spike = revised[1]?.former;
    assert.deepEqual({ ...spike, metrics: undefined }, { ...samples[2], metrics: undefined });
    assert.deepEqual(spike?.metrics?.['temperature'], { q: 4, flags: ['spike_test'], tests: { gross_range_test: 1, spike_test: 4 } });
    assert.equal(spike?.metrics?.['humidity']?.q, 1);
  });

  it('revises a former sample also when the next one shows that it was none, where no other test could say so', () => {
    const judged = judgeAll(planOf({ spike_test: { failThreshold: 20 } }), temperatures(20, 21, 20));
    assert.deepEqual(judged.map(({ sample: one }) => one.metrics?.['temperature']?.q), [2, 2, 2]);
    assert.deepEqual(judged.flatMap(({ revised }) => revised.map((one) => [one.values['temperature'], one.metrics?.['temperature']?.q])), [[21, 1]]);
  });

  it('is not misled by what others do with a sample that has gone on', () => {
    const plan = planOf({ spike_test: { failThreshold: 20 } });
    const quality = new DeviceQuality(undefined, fail);
    quality.judge(sample(0, { temperature: 20 }), plan);
    const sent = quality.judge(sample(1, { temperature: 55 }), plan).sample;
    sent.values['temperature'] = 'gone';
    delete sent.metrics;
    assert.equal(quality.judge(sample(2, { temperature: 20 }), plan).revised[0]?.values['temperature'], 55);
  });

  it('judges backfill and late samples by what needs no order, without being disturbed', () => {
    const plan = planOf({ gross_range_test: { failSpan: [0, 50] }, rate_of_change_test: { failThreshold: 0.1 }, out_of_order_test: {} });
    const quality = new DeviceQuality(undefined, fail);
    const [, historical, late, next] = judgeAll(plan, [sample(10, { t: 20 }), sample(2, { t: 45 }, { historical: true }), sample(3, { t: 90 }), sample(11, { t: 21 })], quality);
    assert.deepEqual(historical?.sample.metrics?.['t'], { q: 1, tests: { gross_range_test: 1 } });
    assert.deepEqual(late?.sample.metrics?.['t'], { q: 4, flags: ['gross_range_test', 'out_of_order_test'], tests: { gross_range_test: 4, out_of_order_test: 3 } });
    assert.deepEqual(next?.sample.metrics?.['t'], { q: 1, tests: { gross_range_test: 1, rate_of_change_test: 1, out_of_order_test: 1 } });
  });

  it('takes no order amiss between metrics that come in messages of their own', () => {
    const judged = judgeAll(planOf({ out_of_order_test: {}, duplicate_time_test: {} }), [sample(5, { a: 1 }), sample(4, { b: 1 }), sample(5, { b: 2 }, { id: 'x' }), sample(6, { a: 2 })]);
    assert.deepEqual(judged.map(({ worst }) => worst), [1, 1, 1, 1]);
  });

  it('goes by the times of a device whose clock was set back, after a while', () => {
    const plan = planOf({ rate_of_change_test: { failThreshold: 0.1 } });
    const samples = [sample(100_000, { t: 20 }), ...Array.from({ length: 25 }, (_, index) => sample(index, { t: 20 })), sample(25, { t: 100 })];
    const judged = judgeAll(plan, samples.map((one) => ({ ...one, received: START + 100_001 * MINUTE })));
    assert.equal(judged.at(-1)?.worst, 4);
  });

  it('gives a sample that comes again the flags that it had', () => {
    const plan = planOf({ rate_of_change_test: { failThreshold: 0.1 }, duplicate_time_test: {}, out_of_order_test: {} });
    const quality = new DeviceQuality(undefined, fail);
    const samples = temperatures(20, 50, 50, 50);
    const before = judgeAll(plan, samples, quality).map((one) => one.sample);
    const restarted = new DeviceQuality(JSON.parse(JSON.stringify(quality.snapshot())), fail);
    assert.deepEqual(judgeAll(plan, samples, restarted).map((one) => one.sample), before);
    assert.equal(restarted.judge(sample(4, { temperature: 90 }), plan).worst, 4);
  });

  it('watches at most two hundred metrics of a device, and judges the samples of all', () => {
    const values = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`m${index}`, 500]));
    const { sample: judged } = new DeviceQuality(undefined, fail).judge(sample(0, values), planOf({ gross_range_test: { failSpan: [0, 10] } }, { impossible_date_test: {} }));
    assert.deepEqual(judged.metrics?.['m199']?.tests, { impossible_date_test: 1, gross_range_test: 4 });
    assert.deepEqual(judged.metrics?.['m200'], { q: 1, tests: { impossible_date_test: 1 } });
  });

  it('remembers no more of a sample of a thousand metrics than of those that it watches, also for when it comes again', () => {
    const plan = planOf({ gross_range_test: { failSpan: [0, 10] } }, { gap_test: { failThreshold: 30 } });
    const of = (metrics: number): JudgedSample[] => {
      const samples = [0, 1].map((index) => sample(index, Object.fromEntries(Array.from({ length: metrics }, (_, name) => [`m${name}`, name % 20]))));
      const quality = new DeviceQuality(undefined, fail);
      const judged = judgeAll(plan, samples, quality);
      const restored = new DeviceQuality(JSON.parse(JSON.stringify(quality.snapshot())), fail);
      sizes.push(JSON.stringify(quality.snapshot()).length);
      assert.deepEqual(judgeAll(plan, samples, restored).map((one) => one.sample), judged.map((one) => one.sample));
      return judged;
    };
    const sizes: number[] = [];
    assert.deepEqual(of(1_000)[1]?.sample.metrics?.['m999'], { q: 4, flags: ['gap_test'], tests: { gap_test: 4 } });
    of(201);
    assert.equal(sizes[0], sizes[1]);
  });

  it('takes metrics with the names of what every object has', () => {
    const values = JSON.parse('{"constructor": 1, "toString": 2, "__proto__": 3, "hasOwnProperty": 4}') as Values;
    const { sample: judged } = new DeviceQuality(undefined, fail).judge(sample(0, values), planOf({ gross_range_test: { failSpan: [0, 3] } }));
    assert.deepEqual(Object.entries(judged.metrics ?? {}).map(([metric, { q }]) => [metric, q]), [['constructor', 1], ['toString', 1], ['hasOwnProperty', 4]]);
    assert.equal(Object.getPrototypeOf(judged.metrics), Object.prototype);
  });

  it('finds nothing in the readings of an ordinary sensor by the tests that always run', () => {
    const plan = qualityPlan([DEFAULT_SETTINGS], () => 'Cel');
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const samples = Array.from({ length: 3_000 }, (_, index) => sample(index, { temperature: Math.round((20 + 3 * Math.sin(index / 200) + random() + random()) * 10) / 10, parts: index, running: index % 2 === 0 }));
    const wrong = judgeAll(plan, samples).filter(({ worst }) => worst !== 1);
    assert.deepEqual(wrong.map(({ sample: one }) => one.metrics), []);
  });
});

const value = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -60, max: 200 }).map((number) => number / 2) }, { weight: 2, arbitrary: fc.constant(20) }, fc.constant(null), fc.constant('off'), fc.constant(true));
const step = fc.record({ minutes: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 20 }) }, { weight: 1, arbitrary: fc.integer({ min: -5, max: 0 }) }), a: value, b: fc.option(value, { nil: undefined }), historical: fc.constantFrom(false, false, false, false, true) });
const samplesOf = (steps: ReadonlyArray<{ minutes: number; a: ReadingValue; b: ReadingValue | undefined; historical: boolean }>): Sample[] => {
  let minute = 0;
  return steps.map(({ minutes, a, b, historical }, index) => {
    minute += minutes;
    return { ...sample(minute, b === undefined ? { a } : { a, b }, historical ? { historical } : {}), id: `p/${index}` };
  });
};

describe('any series of samples', () => {
  for (const alteration of [undefined, { onBad: 'hold', readings: 3 }, { onBad: 'interpolate', readings: 4, seconds: 3_000 }, { onBad: 'null' }]) {
    const plan = qualityPlan([DEFAULT_SETTINGS, { ...NO_SETTINGS, every: readMetricQuality({ ...ALL, ...(alteration && { alteration }) }, 'every'), samples: readSampleQuality({ gap_test: { suspectThreshold: 900 } }, 'samples') }], () => undefined);

    it(`is judged the same through a restart at each point${alteration ? `, with ${alteration.onBad}` : ''}`, () => {
      fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const samples = samplesOf(steps);
        const whole = judgeAll(plan, samples);
        let quality = new DeviceQuality(undefined, fail);
        const restarted = samples.map((one) => {
          quality = new DeviceQuality(JSON.parse(JSON.stringify(quality.snapshot() ?? null)), fail);
          return quality.judge(one, plan);
        });
        assert.deepEqual(restarted, whole);
      }), { numRuns: 60 });
    });
  }

  it('gets the flags that each test gives the series at once', () => {
    const [rate, flat, spike] = [{ suspectThreshold: 0.05 }, { suspectThreshold: 300, failThreshold: 600 }, { suspectThreshold: 5, failThreshold: 20 }];
    const plan = planOf({ rate_of_change_test: rate, flat_line_test: flat, spike_test: spike });
    // A former sample is revised only when it is worse: a spike that was none stays "not judged" on it.
    const judgedOrNot = (flag: Quality | undefined): Quality | undefined => (flag === 2 ? 1 : flag);
    const reading = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(20), fc.constant(null));
    fc.assert(fc.property(fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 20 }), a: reading, b: fc.constant(undefined), historical: fc.constant(false) }), { maxLength: 40 }), (steps) => {
      const samples = samplesOf(steps);
      const last = new Map<string, Sample>();
      for (const { sample: judged, revised } of judgeAll(plan, samples)) for (const one of [judged, ...revised]) last.set(one.id, one);
      const times = samples.map(({ ts }) => ts);
      const values = samples.map(({ values: { a } }) => (typeof a === 'number' ? a : Number.NaN));
      const found = (name: string): Array<Quality | undefined> => samples.map(({ id }) => judgedOrNot(last.get(id)?.metrics?.['a']?.tests?.[name]));
      assert.deepEqual(found('rate_of_change_test'), runTest(createRateOfChangeTest(rate), times, values));
      assert.deepEqual(found('flat_line_test'), runTest(createFlatLineTest(flat), times, values).map(judgedOrNot));
      assert.deepEqual(found('spike_test'), runTest(createSpikeTest(spike), times, values).map(judgedOrNot));
    }), { numRuns: 100 });
  });
});
