import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { systemClock } from '../../../../core/clock/clock.ts';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';
import { proposeThresholds } from '../../../../core/quality/learn/propose-thresholds.ts';
import type { ProposalOptions, ThresholdProposal } from '../../../../core/quality/learn/propose-thresholds.ts';
import type { ReadingSlice } from '../../../../core/quality/learn/series-learner.ts';
import { storedReadings } from '../../../../core/quality/learn/stored-readings.ts';
import { Tally } from '../../../../core/quality/learn/tally.ts';
import { readMetricQuality, readSampleQuality } from '../../../../core/quality/settings/settings.ts';
import { createSampler, kindOf } from '../../../../core/simulator/index.ts';
import type { StoredReading } from '../../../../core/store/store.ts';

const HOUR = 3_600_000;

async function propose(times: readonly number[], values: readonly number[], options: Partial<ProposalOptions> = {}): Promise<ThresholdProposal> {
  async function* read(): AsyncGenerator<ReadingSlice> {
    for (let start = 0; start < times.length; start += 700) yield { times: times.slice(start, start + 700), values: values.slice(start, start + 700) };
  }
  return proposeThresholds(read, { clock: systemClock, ...options });
}

/** The readings of one simulated metric, one a second. */
function simulated(metric: string, count: number, kind = 'press'): { times: number[]; values: number[] } {
  const sampler = createSampler(kindOf(kind), 'learn', kind, 0);
  const times = Array.from({ length: count }, (_, index) => (index + 1) * 1000);
  return { times, values: times.map((ts) => Number(sampler.sample(ts, new Map())[metric])) };
}

function optionsOf(proposal: ThresholdProposal, test: string): Record<string, unknown> | undefined {
  return [...proposal.tests, ...proposal.sampleTests].find((one) => one.test === test)?.options;
}

describe('proposed thresholds', function () {
  this.timeout(30_000);

  it('would have flagged next to nothing of the good history that they come from, and next to nothing of what follows', async () => {
    for (const [kind, metric] of [['press', 'temperature'], ['press', 'pressure'], ['cold-room', 'humidity'], ['delivery-van', 'cargo_temperature']] as const) {
      const { times, values } = simulated(metric, 60_000, kind);
      const learned = await propose(times.slice(0, 30_000), values.slice(0, 30_000));
      assert.deepEqual(learned.tests.map(({ test }) => test), ['gross_range_test', 'spike_test', 'rate_of_change_test', 'flat_line_test', 'attenuated_signal_test']);
      for (const { test, suspect, bad } of [...learned.tests, ...learned.sampleTests]) assert.ok(suspect + bad <= 3, `${kind} ${metric} ${test}: ${suspect + bad}`);
      const afterwards = new Tally(Object.fromEntries([...learned.tests, ...learned.sampleTests].map(({ test, options }) => [test, options])));
      afterwards.add({ times: times.slice(30_000), values: values.slice(30_000) });
      for (const { test } of learned.tests) {
        const { suspect, bad } = afterwards.flaggedBy(test);
        assert.ok(suspect + bad <= 3, `${kind} ${metric} ${test}, afterwards: ${suspect + bad}`);
      }
    }
  });

  it('can be saved as settings as they are', async () => {
    const { times, values } = simulated('temperature', 5000);
    const { tests, sampleTests } = await propose(times, values);
    const plain: unknown = JSON.parse(JSON.stringify(Object.fromEntries(tests.map(({ test, options }) => [test, options]))));
    assert.deepEqual(Object.keys(readMetricQuality(plain, 'temperature').tests), tests.map(({ test }) => test));
    assert.deepEqual(Object.keys(readSampleQuality(Object.fromEntries(sampleTests.map(({ test, options }) => [test, options])), 'samples')), ['gap_test']);
  });

  it('are found in a history with a few wild readings and one that stood still, and count those that they flag', async () => {
    const { times, values } = simulated('temperature', 40_000);
    values[1000] = 290;
    for (let index = 20_000; index < 20_300; index += 1) values[index] = 65;
    const learned = await propose(times, values, { falseFlagRate: 1e-3 });
    const [low, high] = (optionsOf(learned, 'gross_range_test')?.['suspectSpan'] ?? []) as number[];
    assert.ok(Number(low) > 50 && Number(high) < 85, `${low} to ${high}`);
    const flagged = new Map(learned.tests.map(({ test, suspect, bad }) => [test, suspect + bad]));
    assert.equal(flagged.get('gross_range_test'), 1);
    assert.ok((flagged.get('spike_test') ?? 0) >= 1);
    assert.ok((flagged.get('flat_line_test') ?? 0) >= 250);
    assert.match(learned.tests.find(({ test }) => test === 'flat_line_test')?.sentence ?? '', /A stretch of 299 s was left out: it looks like a fault/);
  });

  it('take a stretch without a change for natural when there was another one nearly as long', async () => {
    const { times, values } = simulated('temperature', 20_000);
    values.fill(65, 5000, 5060);
    values.fill(66, 9000, 9070);
    assert.deepEqual(optionsOf(await propose(times, values), 'flat_line_test'), { suspectThreshold: 140, failThreshold: 420 });
  });

  it('take what is possible for the fail span, and propose no range outside of it', async () => {
    const { times, values } = simulated('temperature', 5000);
    assert.deepEqual(optionsOf(await propose(times, values, { possible: { low: -40, high: 300 } }), 'gross_range_test')?.['failSpan'], [-40, 300]);
    const impossible = await propose(times, values, { possible: { low: 0, high: 10 } });
    assert.equal(optionsOf(impossible, 'gross_range_test'), undefined);
    assert.ok(impossible.notes.some((note) => note.includes('outside of what is possible')));
  });

  it('know a counter, a state and a series that never changes for what they are', async () => {
    const times = Array.from({ length: 2000 }, (_, index) => index * 60_000);
    assert.deepEqual(optionsOf(await propose(times, times.map((_, index) => index * 7)), 'counter_reset_test'), { counter: 'yes' });
    assert.ok((await propose(times, times.map((_, index) => index % 2))).notes.some((note) => note.includes('2 different values are states')));
    assert.deepEqual((await propose(times, times.map(() => 4))).tests, []);
  });

  it('propose a gap by the usual interval, whatever outages there were', async () => {
    const times = Array.from({ length: 5000 }, (_, index) => index * 60_000 + (index > 2500 ? 100 * HOUR : 0));
    const learned = await propose(times, times.map((_, index) => Math.sin(index)));
    assert.ok(Number(optionsOf(learned, 'gap_test')?.['suspectThreshold']) < 200);
    assert.equal(learned.sampleTests[0]?.bad, 1);
    assert.equal(learned.interval, 60);
  });

  it('say that a history is short, empty or out of order', async () => {
    assert.match((await propose([], [])).notes[0] ?? '', /no readings to learn from/);
    assert.match((await propose([1, 2], [Number.NaN, Number.NaN])).notes[0] ?? '', /no readings to learn from/);
    const notes = (await propose([1000, 2000, 1500, 3000], [1, 2, 3, 4])).notes.join(' ');
    assert.match(notes, /4 readings only/);
    assert.match(notes, /less than a day/);
    assert.match(notes, /1 readings were left out/);
  });

  it('are refused with a sentence for a rate or a span that cannot be', async () => {
    await assert.rejects(propose([], [], { falseFlagRate: 0 }), (error) => error instanceof ConfigError && error.field === 'falseFlagRate');
    await assert.rejects(propose([], [], { possible: { low: 5, high: 5 } }), (error) => error instanceof ConfigError && error.field === 'possible');
  });

  it('come of whatever readings without an exception, as options that the tests take', async () => {
    for (const times of [[-5e292, 1.7e308, 1], [0, 1.7e308], [Number.NaN, 1, Infinity]]) {
      const { tests, sampleTests } = await propose(times, times.map(() => 1));
      assert.ok([...tests, ...sampleTests].every(({ options }) => Object.values(options).flat().every((one) => typeof one !== 'number' || Number.isFinite(one))));
    }
    const reading = fc.tuple(fc.oneof(fc.integer({ min: 0, max: 1e6 }), fc.double()), fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 })));
    await fc.assert(fc.asyncProperty(fc.array(reading, { maxLength: 200 }), async (readings) => {
      const { tests } = await propose(readings.map(([ts]) => ts), readings.map(([, value]) => value));
      readMetricQuality(JSON.parse(JSON.stringify(Object.fromEntries(tests.map(({ test, options }) => [test, options])))), 'metric');
    }), { numRuns: 200 });
  });

  it('stop when they are no longer wanted', async () => {
    const { times, values } = simulated('temperature', 2000);
    await assert.rejects(propose(times, values, { signal: AbortSignal.abort() }));
  });
});

describe('the stored readings that are learned from', () => {
  it('are the good ones, as they came, page by page', async () => {
    const stored: StoredReading[] = Array.from({ length: 4500 }, (_, index) => ({ ts: index, value: index === 10 ? 'x' : index, quality: 1, ...(index === 11 && { raw: 99 }) }));
    const asked: number[] = [];
    const store = {
      range: ({ from, to, limit = 0, minimumQuality }: { from: number; to: number; limit?: number; minimumQuality?: number }): StoredReading[] => {
        asked.push(minimumQuality ?? 0);
        return stored.filter(({ ts }) => ts >= from && ts < to).slice(0, limit);
      },
    };
    const slices: ReadingSlice[] = [];
    for await (const slice of storedReadings({ device: 'press-1', metric: 'temperature', from: 0, to: 4500 }, store)) slices.push(slice);
    assert.deepEqual(asked, [2, 2, 2]);
    assert.deepEqual(slices.flatMap(({ values }) => values), stored.flatMap(({ value }) => (typeof value === 'number' ? [value === 11 ? 99 : value] : [])));
  });
});
