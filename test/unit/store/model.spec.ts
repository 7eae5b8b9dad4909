import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { MetricInfo, Quality, ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { NO_COUNTS } from '../../../core/store/store.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { sampleOf, StoreFixture } from './fixture.ts';
import { compare, DEVICES, METRICS, StoreModel } from './store-model.ts';

const value: fc.Arbitrary<ReadingValue> = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.double(), fc.constantFrom<ReadingValue>(-0, NaN, true, false, null, '', '1', 'a\0b', '\ud800', 'x'.repeat(40_000)));
const quality = fc.constantFrom<Quality>(1, 2, 3, 4, 9);
const noted: fc.Arbitrary<MetricInfo> = fc.record({ q: quality, unit: fc.constantFrom('', '°C', 'K'), flags: fc.constantFrom([], ['late'], ['late', 'spike']), raw: fc.constantFrom<unknown>('1', null, [1, { a: '\ud800' }]), tests: fc.constantFrom({}, { gap_test: 1 as const }, { gap_test: 1 as const, spike_test: 2 as const }, { spike_test: 4 as const, gap_test: 1 as const }) }, { requiredKeys: [] });
const info = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.constant<MetricInfo>({ q: 1, unit: '°C' }) }, noted);
/** In order, late by a little or by much, or far away. */
const advance = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 3, arbitrary: fc.integer({ min: -20, max: 0 }) }, { weight: 1, arbitrary: fc.constantFrom(-8e15, 8e15, -1000, 1000) });
/** Received just now, or delivered again, or held back for a while. */
const delay = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 30 }));
const reading = fc.record({ device: fc.constantFrom(...DEVICES), metric: fc.constantFrom(...METRICS), advance, value, info, delay });
const step = fc.oneof(
  { weight: 10, arbitrary: fc.array(reading, { maxLength: 12 }) },
  { weight: 2, arbitrary: fc.record({ device: fc.constantFrom(...DEVICES), metric: fc.constantFrom(...METRICS), from: fc.constantFrom(-10, 0, 15), to: fc.constantFrom(10, 20, 1e15) }, { requiredKeys: ['device'] }) },
  { weight: 2, arbitrary: fc.constantFrom('seal', 'slices', 'age', 'rest') },
  { weight: 2, arbitrary: fc.constantFrom('crash', 'reopen', 'fail') },
);

describe('the store, sealed and crashed at any moment', () => {
  it('answers every question as a plain map would', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(2, 3, 8), fc.constantFrom(10, 40, 1e6), async (steps, chunkReadings, readings) => {
      const fixture = new StoreFixture({ chunkReadings, limits: { readings, age: 60_000 } });
      const model = new StoreModel();
      let now = 0;
      let received = 0;
      // While something is being deleted, some of it may still be seen.
      let deleting = false;
      const rest = async (): Promise<void> => {
        await fixture.rest();
        deleting = false;
      };
      try {
        for (const next of steps) {
          if (next === 'seal') fixture.store.seal();
          else if (next === 'slices') fixture.clock.advance(12);
          else if (next === 'age') fixture.clock.advance(60_001);
          else if (next === 'crash') fixture.crash();
          else if (next === 'reopen') fixture.reopen();
          else if (next === 'rest') await rest();
          else if (!Array.isArray(next) && next !== 'fail') {
            if (deleting) await rest();
            const expected = model.delete(next);
            deleting = true;
            void fixture.store.delete(next).then((gone) => assert.equal(gone, expected), ({ message }: Error) => assert.match(message, /was closed before/));
          } else if (next === 'fail') assert.ok(fixture.write(sampleOf('a', 1, { t: 77, w: 77 }), sampleOf('a', NaN, { t: 1 })));
          else {
            const samples = next.map((each): Sample => {
              const far = Math.abs(each.advance) > 1e6;
              const ts = far ? each.advance : now + each.advance;
              if (each.advance > 0 && !far) now = ts;
              const sample = { ...sampleOf(each.device, ts, { [each.metric]: each.value }), received: received++ - each.delay, ...(each.info && { metrics: { [each.metric]: each.info } }) };
              model.write(sample);
              return sample;
            });
            assert.equal(fixture.write(...samples), undefined);
            assert.deepEqual({ ...fixture.store.counts, deleted: 0 }, model.counts);
          }
          if (next === 'crash' || next === 'reopen') model.counts = { ...NO_COUNTS };
          if (!deleting) compare(fixture.store, model);
        }
        await rest();
        fixture.store.seal();
        compare(fixture.store, model);
        assert.equal(fixture.sql(COUNT_READINGS)[0]?.['readings'], model.count());
        assert.equal(fixture.sql('SELECT count(*) AS n FROM log')[0]?.['n'], 0);
        assert.deepEqual(fixture.problems, []);
      } finally {
        fixture.remove();
      }
    }), { numRuns: 150 });
  }).timeout(60_000);
});
