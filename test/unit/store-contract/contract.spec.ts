import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ReadingValue, Sample } from '../../../core/sample/sample.ts';
import type { Deletion } from '../../../core/store/store.ts';
import { UnstorableError } from '../../../core/store/unstorable-error.ts';
import { Postgres, requirePostgres } from '../../support/postgres.ts';
import { answersOf, comparable } from './answers.ts';
import { DEVICES, METRICS, sample, sampleOf } from './samples.ts';
import { openEmbedded, openPostgres, START } from './stores.ts';
import type { StoreUnderTest } from './stores.ts';

const EVER = { from: -Infinity, to: Infinity };
const DAY = 86_400_000;

describe('Any store', () => {
  let server: Postgres | undefined;

  before(async function () {
    this.timeout(60_000);
    server = await Postgres.start(requirePostgres(this));
  });
  after(() => server?.remove());

  function started(): Postgres {
    return server ?? assert.fail('PostgreSQL has not been started');
  }

  const KINDS: Array<{ name: string; open: () => StoreUnderTest }> = [
    { name: 'the embedded store', open: openEmbedded },
    { name: 'the store in PostgreSQL', open: () => openPostgres(started()) },
  ];

  for (const { name, open } of KINDS) {
    describe(`: ${name}`, () => {
      let tested: StoreUnderTest;
      beforeEach(() => (tested = open()));
      afterEach(async () => {
        await tested.remove();
        assert.deepEqual(tested.problems, []);
      });

      const all = async (metric = 't', device = 'a'): Promise<Array<[number, ReadingValue]>> => (await tested.store.range({ device, metric, ...EVER })).map(({ ts, value }) => [ts, value]);
      const write = async (...samples: Sample[]): Promise<void> => assert.equal(await tested.write(...samples), undefined);

      it('answers nothing while it is empty', async () => {
        assert.deepEqual(await all(), []);
        assert.deepEqual([await tested.store.devices(), await tested.store.metrics(), await tested.store.series(), await tested.store.count(), await tested.store.latest('a'), await tested.store.latestOf({})], [[], [], [], 0, {}, []]);
        assert.deepEqual(await tested.store.buckets({ device: 'a', metric: 't', edges: [0, 1, 2] }), { buckets: [undefined, undefined], readingsFrom: -Infinity });
      });

      it('gives back each value, to the bit, with quality, unit, flags and raw value', async () => {
        const values: Record<string, ReadingValue> = { a: 21.4, b: -0, c: NaN, d: -Infinity, e: 5e-324, f: Number.MAX_VALUE, g: true, h: false, i: null, j: '', k: 'a\0b', l: '\ud800', m: '"\\\n{}', n: '1', o: 'z'.repeat(100_000) };
        await write(sampleOf('a', START, values, { metrics: { a: { q: 3, unit: 'Cel', flags: ['range', 'stale'], raw: { of: ['21,4', null] } }, i: { q: 2 } } }));
        const stored = await tested.store.latest('a');
        assert.deepEqual(Object.fromEntries(Object.entries(stored).map(([metric, { value }]) => [metric, value])), values);
        assert.deepEqual(stored['a'], { ts: START, value: 21.4, quality: 3, unit: 'Cel', flags: ['range', 'stale'], raw: { of: ['21,4', null] } });
        assert.deepEqual([stored['b']?.quality, stored['i']?.quality], [2, 2]);
      });

      it('takes every time that a Date can hold', async () => {
        const times = [-8.64e15, -62_167_219_200_000, -1, 0, 1, START, 8.64e15];
        await write(...times.toReversed().map((ts, index) => sampleOf('a', ts, { t: index })));
        assert.deepEqual((await all()).map(([ts]) => ts), times);
        assert.equal((await tested.store.latest('a'))['t']?.ts, 8.64e15);
      });

      it('keeps one reading of a time, whatever comes again', async () => {
        const twice = [sampleOf('a', START, { t: 1 }), sampleOf('a', START + 1, { t: 2 })];
        await write(...twice);
        await write(...twice, ...twice);
        assert.deepEqual(await all(), [[START, 1], [START + 1, 2]]);
        assert.deepEqual([tested.store.counts.stored, tested.store.counts.duplicates, tested.store.counts.corrected], [2, 4, 0]);
      });

      it('puts a correction in the place of the former reading, and keeps that', async () => {
        await write(sampleOf('a', START, { t: 1 }), sampleOf('a', START, { t: 2 }, { received: START + 1, metrics: { t: { unit: 'K' } } }));
        await write(sampleOf('a', START, { t: 2 }, { received: START + 2, metrics: { t: { unit: 'Cel' } } }));
        assert.deepEqual(await all(), [[START, 2]]);
        assert.deepEqual(await tested.store.superseded({ device: 'a', metric: 't', ...EVER }), [{ ts: START, value: 1, quality: 2 }, { ts: START, value: 2, quality: 2, unit: 'K' }]);
        assert.equal(tested.store.counts.corrected, 2);
      });

      it('holds what was superseded before for a redelivery, and what was received later for a correction back', async () => {
        const [first, second] = [sampleOf('a', START, { t: 1 }, { received: START + 10 }), sampleOf('a', START, { t: 2 }, { received: START + 20 })];
        await write(first, second);
        await write(first);
        assert.deepEqual(await all(), [[START, 2]]);
        await write(sampleOf('a', START, { t: 1 }, { received: START + 30 }));
        assert.deepEqual(await all(), [[START, 1]]);
        assert.deepEqual([tested.store.counts.duplicates, tested.store.counts.corrected], [1, 2]);
      });

      it('takes a reading whose reception no clock could have told for one that has come just now', async () => {
        await write(sampleOf('a', START, { t: 1 }, { received: -8.64e15 }));
        await write(sampleOf('a', START, { t: 2 }, { received: -8.64e15 }), sampleOf('a', START, { t: 1 }, { received: -8.64e15 + 1e6 }));
        assert.equal((await tested.store.latest('a'))['t']?.value, 2, 'the third is a redelivery of the first');
        assert.equal(tested.store.counts.duplicates, 1);
      });

      it('refuses a sample that cannot be stored, and that alone', async () => {
        const refusals = [sampleOf('a', START + 0.5, { t: 1 }), sampleOf('a', 9e15, { t: 1 }), sampleOf('a', START, { t: { nested: 1 } as unknown as ReadingValue }), sampleOf('a', START, { t: 1 }, { metrics: { t: { q: 7 as 1 } } })];
        const told = refusals.map((one) => tested.write(sampleOf('b', one.ts, { never: 1 }), one));
        await write(sampleOf('a', START, { t: 1 }));
        for (const error of await Promise.all(told)) assert.ok(error instanceof UnstorableError, String(error));
        assert.deepEqual(await all(), [[START, 1]]);
        assert.deepEqual(await tested.store.devices(), ['a']);
      });

      it('finds all it has when it is opened again, and counts from 0', async () => {
        await write(...Array.from({ length: 50 }, (_, index) => sampleOf('a', START + index * DAY, { t: index, u: String(index) })), sampleOf('a', START, { t: -1 }, { received: START + 1 }));
        const { counts: _, ...before } = await answersOf(tested.store);
        tested.reopen();
        const { counts, ...after } = await answersOf(tested.store);
        assert.deepEqual(after, before);
        assert.deepEqual(counts, { stored: 0, duplicates: 0, corrected: 0, deleted: 0, expired: 0, dropped: 0 });
        await write(sampleOf('a', START, { t: -1 }, { received: START + 1 }), sampleOf('a', START + 1, { t: 5 }));
        assert.deepEqual([tested.store.counts.stored, tested.store.counts.duplicates], [1, 1]);
      });

      it('sums up in buckets of whatever edges', async () => {
        await write(...[1, 2, null, true, 'x', NaN, 4].map((value, index) => sampleOf('a', START + index, { t: value }, index < 2 ? { metrics: { t: { q: 1 } } } : {})));
        const answer = comparable(await tested.store.buckets({ device: 'a', metric: 't', edges: [START - 100, START, START + 1, START + 7, START + 8] }));
        assert.deepEqual(answer, { readingsFrom: -Infinity, buckets: [
          undefined,
          { count: 1, good: 1, numbers: 1, min: 1, max: 1, sum: 1, first: { ts: START, value: 1 }, last: { ts: START, value: 1 } },
          { count: 5, good: 1, numbers: 3, min: 1, max: 4, sum: 7, first: { ts: START + 1, value: 2 }, last: { ts: START + 6, value: 4 } },
          undefined,
        ] });
      });

      it('sums up beyond the largest number', async () => {
        await write(...[1e308, 1e308, 3].map((t, index) => sampleOf('a', START + index, { t })));
        const { buckets: [bucket] } = await tested.store.buckets({ device: 'a', metric: 't', edges: [START, START + 10] });
        assert.deepEqual([bucket?.sum, bucket?.max, bucket?.count], [Infinity, 1e308, 3]);
      });

      it('deletes what it is told to, and no more', async () => {
        const times = [0, 1, 2, 3].map((day) => START + day * DAY);
        for (const device of ['a', 'b']) await write(...times.map((ts, index) => sampleOf(device, ts, { t: index, u: index })), sampleOf(device, START, { t: 9 }, { received: START + 1 }));
        assert.equal(await tested.delete({ device: 'a', metric: 't', from: START, to: START + DAY + 1 }), 2);
        assert.deepEqual([(await all()).length, (await all('u')).length, (await all('t', 'b')).length], [2, 4, 4]);
        assert.deepEqual(await tested.store.superseded({ device: 'a', metric: 't', ...EVER }), []);
        assert.equal(await tested.delete({ device: 'a', metric: 'u', from: START + 2 * DAY }), 2);
        assert.equal((await tested.store.latest('a'))['u']?.ts, START + DAY);
        assert.equal(await tested.delete({ device: 'a' }), 4);
        assert.deepEqual([await tested.store.devices(), await tested.store.count(), tested.store.counts.deleted], [['b'], 8, 8]);
        assert.equal(await tested.delete({ device: 'nobody' }), 0);
        await assert.rejects(tested.store.delete({ device: 'b', from: NaN }), /time from of a deletion is NaN/);
        await write(sampleOf('a', START, { t: 1 }));
        assert.deepEqual([await all(), tested.store.counts.stored], [[[START, 1]], 17]);
      });

      it('lets readings go when their time has come, keeps what they come to in rollups, and counts them', async () => {
        await write(...Array.from({ length: 300 }, (_, index) => sampleOf('a', START + index * 20_000, { t: index, u: index })), sampleOf('a', START + 1, { t: 5 }, { received: START + 2 }));
        tested.store.retain({ of: (_device, metric) => ({ readings: metric === 't' ? DAY : Infinity, minute: 2 * DAY, hour: 0, day: Infinity }), maximumBytes: Infinity });
        const edges = [START, START + 3_600_000, START + DAY];
        const before = comparable(await tested.store.buckets({ device: 'a', metric: 't', edges }));
        await tested.pass(1.5 * DAY);
        const [{ buckets, readingsFrom }] = [comparable(await tested.store.buckets({ device: 'a', metric: 't', edges }))];
        assert.deepEqual(buckets, before.buckets);
        assert.ok(readingsFrom > START && readingsFrom <= START + 0.5 * DAY);
        assert.deepEqual([await all(), (await all('u')).length, tested.store.counts.expired, await tested.store.count('a')], [[], 300, 301, 300]);
        await write(sampleOf('a', START + 5, { t: 1_000 }));
        await tested.pass(2 * DAY);
        const [late, rest] = comparable(await tested.store.buckets({ device: 'a', metric: 't', edges })).buckets;
        assert.deepEqual([late?.count, late?.max, late?.last.ts, rest, tested.store.counts.expired], [302, 1_000, START + 299 * 20_000, undefined, 302]);
        assert.equal(await tested.delete({ device: 'a' }), 300);
        assert.deepEqual((await tested.store.buckets({ device: 'a', metric: 't', edges })).buckets, [undefined, undefined]);
        assert.deepEqual(await tested.store.devices(), []);
      });

      it('lets nothing go by a clock that has leapt ahead, also after a restart, until it has run on for a day', async () => {
        const rules = { of: () => ({ readings: 30 * DAY, minute: 0, hour: 0, day: 0 }), maximumBytes: Infinity };
        await write(sampleOf('a', START, { t: 1 }));
        tested.store.retain(rules);
        await tested.pass(20 * 60_000);
        tested.clock.leap(40 * DAY);
        await tested.pass(20 * 60_000);
        assert.deepEqual(await all(), [[START, 1]]);
        assert.match(tested.store.health().problem ?? '', /^The clock says 2024-02-10T00:\d\dZ, 40 days more than the store .* expected/);
        tested.reopen();
        tested.store.retain(rules);
        await tested.pass(20 * 60_000);
        assert.deepEqual(await all(), [[START, 1]]);
        await tested.pass(26 * 3_600_000);
        assert.deepEqual(await all(), []);
        for (const problem of tested.problems.splice(0)) assert.match(problem.message, /^The clock says/);
      });

      it('refuses edges that are in no order, and gives up when nobody wants the answer', async () => {
        await assert.rejects(tested.store.buckets({ device: 'a', metric: 't', edges: [2, 1] }), /Edge 2 of the buckets is 1/);
        await assert.rejects(tested.store.buckets({ device: 'a', metric: 't', edges: [1, 2], signal: AbortSignal.abort(new Error('not wanted')) }), /not wanted/);
      });
    });
  }

  it('answers every question as the other one does, whatever is written in whatever order', async () => {
    const deletion: fc.Arbitrary<Deletion> = fc.record({ device: fc.constantFrom(...DEVICES), metric: fc.constantFrom(...METRICS), from: fc.constantFrom(START - DAY, START, START + 7.5), to: fc.constantFrom(START + 1, START + 10_000, START + 60 * DAY) }, { requiredKeys: ['device'] });
    const step = fc.oneof({ weight: 8, arbitrary: fc.array(sample, { minLength: 1, maxLength: 12 }) }, { weight: 1, arbitrary: fc.constantFrom('reopen' as const, 'expire' as const) }, { weight: 1, arbitrary: deletion });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const [embedded, postgres] = [openEmbedded(), openPostgres(started())];
      try {
        for (const next of steps) {
          if (next === 'reopen') [embedded, postgres].forEach((tested) => tested.reopen());
          else if (next === 'expire') await Promise.all([embedded, postgres].map((tested) => expire(tested)));
          else if ('device' in next) assert.equal(await postgres.delete(next), await embedded.delete(next));
          else assert.equal(String(await postgres.write(...next)), String(await embedded.write(...next)));
        }
        const { counts, ...kept } = await answersOf(postgres.store);
        const expected = await answersOf(embedded.store);
        assert.deepEqual({ counts, ...kept }, expected);
        assert.deepEqual([embedded.problems, postgres.problems], [[], []]);
      } finally {
        await embedded.remove();
        await postgres.remove();
      }
    }), { numRuns: 15, endOnFailure: true });
  }).timeout(120_000);
});

/** What the samples write is over after this, save what is far ahead. */
async function expire(tested: StoreUnderTest): Promise<void> {
  tested.store.retain({ of: (device, metric) => ({ readings: metric === 'u' ? Infinity : 3_600_000, minute: device === 'a' ? 7_200_000 : 0, hour: 0, day: metric === 't' ? Infinity : 0 }), maximumBytes: Infinity });
  await tested.pass(6 * 3_600_000);
}
