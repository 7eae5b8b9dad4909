import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ReadingValue } from '../../../core/sample/sample.ts';
import { NO_COUNTS } from '../../../core/store/store.ts';
import type { StoreCounts, StoredReading } from '../../../core/store/store.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const DEVICES = ['a', 'b', 'c', 'd'];
const METRICS = ['t', 'u'];

/** What a store is, in as few words as there are. */
class Model {
  readonly current = new Map<string, Map<number, StoredReading>>();
  readonly former = new Map<string, StoredReading[]>();
  counts: StoreCounts = { ...NO_COUNTS };

  write(key: string, reading: StoredReading): void {
    const series = this.current.get(key) ?? new Map<number, StoredReading>();
    this.current.set(key, series);
    const former = this.former.get(key) ?? [];
    this.former.set(key, former);
    const stands = series.get(reading.ts);
    if (stands && (Object.is(stands.value, reading.value) || former.some(({ ts, value }) => ts === reading.ts && Object.is(value, reading.value)))) {
      this.counts.duplicates += 1;
      return;
    }
    if (stands) former.push(stands);
    this.counts[stands ? 'corrected' : 'stored'] += 1;
    series.set(reading.ts, reading);
  }

  get count(): number {
    return [...this.current.values()].reduce((sum, series) => sum + series.size, 0);
  }
}

const value: fc.Arbitrary<ReadingValue> = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.double(), fc.constantFrom<ReadingValue>(-0, NaN, true, false, null, '', '1', 'a\0b', '\ud800', 'x'.repeat(40_000)));
/** In order, late by a little or by much, or far away. */
const advance = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 3, arbitrary: fc.integer({ min: -20, max: 0 }) }, { weight: 1, arbitrary: fc.constantFrom(-8e15, 8e15, -1000, 1000) });
const reading = fc.record({ device: fc.constantFrom(...DEVICES), metric: fc.constantFrom(...METRICS), advance, value });
const step = fc.oneof(
  { weight: 10, arbitrary: fc.array(reading, { maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom('seal', 'slices', 'age') },
  { weight: 2, arbitrary: fc.constantFrom('crash', 'reopen') },
);

describe('the store, sealed and crashed at any moment', () => {
  it('answers every question as a plain map would', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(2, 3, 8), fc.constantFrom(10, 40, 1e6), (steps, chunkReadings, readings) => {
      const fixture = new StoreFixture({ chunkReadings, limits: { readings } });
      const model = new Model();
      let now = 0;
      try {
        for (const next of steps) {
          if (next === 'seal') fixture.store.seal();
          else if (next === 'slices') fixture.clock.advance(12);
          else if (next === 'age') fixture.clock.advance(60_001);
          else if (next === 'crash') fixture.crash();
          else if (next === 'reopen') fixture.reopen();
          else {
            const samples = next.map((each) => {
              const far = Math.abs(each.advance) > 1e6;
              const ts = far ? each.advance : now + each.advance;
              if (each.advance > 0 && !far) now = ts;
              model.write(`${each.device} ${each.metric}`, { ts, value: each.value, quality: each.value === null ? 9 : 2 });
              return sampleOf(each.device, ts, { [each.metric]: each.value });
            });
            assert.equal(fixture.write(...samples), undefined);
            assert.deepEqual(fixture.store.counts, model.counts);
          }
          if (next === 'crash' || next === 'reopen') model.counts = { ...NO_COUNTS };
          compare(fixture, model);
        }
        fixture.store.seal();
        compare(fixture, model);
        assert.equal(fixture.sql(COUNT_READINGS)[0]?.['readings'], model.count);
        assert.equal(fixture.sql('SELECT count(*) AS n FROM log')[0]?.['n'], 0);
        assert.deepEqual(fixture.problems, []);
      } finally {
        fixture.remove();
      }
    }), { numRuns: 150 });
  }).timeout(60_000);
});

function compare(fixture: StoreFixture, model: Model): void {
  const { store } = fixture;
  for (const device of DEVICES) {
    let count = 0;
    for (const metric of METRICS) {
      const key = `${device} ${metric}`;
      const expected = [...(model.current.get(key)?.values() ?? [])].sort((a, b) => a.ts - b.ts);
      count += expected.length;
      assert.deepEqual(fixture.all(device, metric), expected);
      assert.deepEqual(fixture.superseded(device, metric), (model.former.get(key) ?? []).toSorted((a, b) => a.ts - b.ts));
      assert.deepEqual(store.latest(device)[metric], expected.at(-1));
      const middle = expected[expected.length >> 1];
      if (middle) assert.deepEqual(store.range({ device, metric, from: middle.ts, to: 1e16, limit: 3 }), expected.filter(({ ts }) => ts >= middle.ts).slice(0, 3));
      if (middle) assert.deepEqual(store.range({ device, metric, from: -1e16, to: middle.ts }), expected.filter(({ ts }) => ts < middle.ts));
    }
    assert.equal(store.count(device), count);
  }
  assert.equal(store.count(), model.count);
  const keys = [...model.current.keys()].map((key) => key.split(' '));
  assert.deepEqual(new Set(store.devices()), new Set(keys.map(([device]) => device)));
  assert.deepEqual(new Set(store.metrics()), new Set(keys.map(([, metric]) => metric)));
}
