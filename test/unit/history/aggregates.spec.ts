import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HistoryLimitError } from '../../../core/history/history-error.ts';
import { AGGREGATES } from '../../../core/history/query.ts';
import { Quantiles } from '../../../core/history/buckets/quantiles.ts';
import { Scan } from '../../../core/history/buckets/scan.ts';
import { DAY, HOUR, MINUTE, NOW, PlainStore, ask, reading, rows, values } from './plain-store.ts';

const at = (text: string): number => Date.parse(text);
const press = (...readings: Parameters<PlainStore['add']>[2]): PlainStore => new PlainStore().add('press-1', 'temperature', readings);

describe('aggregates', () => {
  it('come in buckets of the same width, the last reading of one not being in the next', async () => {
    const store = press(reading(0, 1), reading(5, 3), reading(9, 5), reading(10, 7), reading(29, 9), reading(30, 100));
    const found = await rows(ask(store, { from: 0, to: 30, points: 3, aggregates: 'mean,count' }));
    assert.deepEqual(found.map(({ device: _device, metric: _metric, ...row }) => row), [
      { ts: 0, end: 10, values: { mean: 3, count: 3 } }, { ts: 10, end: 20, values: { mean: 7, count: 1 } }, { ts: 20, end: 30, values: { mean: 9, count: 1 } },
    ]);
  });

  it('come by the calendar: each day of the zone, however long, cut at the beginning and the end', async () => {
    const hours = Array.from({ length: 24 * 8 }, (_, hour) => reading(at('2026-03-25T00:30Z') + hour * HOUR, 1));
    const found = await rows(ask(press(...hours), { from: '2026-03-27T12:00+01:00', to: '2026-03-31T00:00', every: 'day', aggregates: 'count', timeZone: 'Europe/Berlin' }));
    assert.deepEqual(found.map((row) => ('values' in row ? [new Date(row.ts).toISOString().slice(0, 16), row.values.count] : [])), [
      ['2026-03-27T11:00', 12], ['2026-03-27T23:00', 24], ['2026-03-28T23:00', 23], ['2026-03-29T22:00', 24],
    ]);
  });

  it('show a bucket without readings as a gap with a count of 0', async () => {
    const [, gap] = await rows(ask(press(reading(0, 1), reading(25, 2)), { from: 0, to: 30, points: 3, aggregates: [...AGGREGATES] }));
    assert.deepEqual(gap && 'values' in gap && [gap.gap, gap.values.count, gap.values.mean, gap.values.sum, gap.values.last, gap.values.median, gap.values.delta], [true, 0, null, null, null, null, null]);
  });

  it('fill gaps only as was chosen', async () => {
    const store = press(reading(10, 1), reading(40, 4));
    const filled = (fill: string | number): Promise<unknown[]> => values(ask(store, { from: 0, to: 60, points: 6, aggregates: 'mean', fill }));
    assert.deepEqual(await filled('null'), [null, 1, null, null, 4, null]);
    assert.deepEqual(await filled('none'), [1, 4]);
    assert.deepEqual(await filled('previous'), [null, 1, 1, 1, 4, 4]);
    assert.deepEqual(await filled('linear'), [null, 1, 2, 3, 4, null]);
    assert.deepEqual(await filled(0), [0, 1, 0, 0, 4, 0]);
    assert.deepEqual(await values(ask(store, { from: 0, to: 60, points: 6, aggregates: 'count', fill: 'previous' })), [0, 1, 0, 0, 1, 0]);
    const open = press(reading(10, 'open'), reading(40, 'shut'));
    assert.deepEqual(await values(ask(open, { from: 0, to: 60, points: 6, aggregates: 'last', fill: 'linear' })), [null, 'open', null, null, 'shut', null]);
    assert.deepEqual(await values(ask(open, { from: 0, to: 60, points: 6, aggregates: 'last', fill: 'previous' })), [null, 'open', 'open', 'open', 'shut', 'shut']);
  });

  it('count true as 1 and false as 0, and texts only in count, first and last', async () => {
    const store = press(reading(0, true), reading(1, false), reading(2, true), reading(3, 'stuck'), reading(4, null));
    assert.deepEqual(await values(ask(store, { from: 0, to: 10, points: 1, aggregates: 'mean,sum,count,first,last,median' })), [{ mean: 2 / 3, sum: 2, count: 4, first: true, last: 'stuck', median: 1 }]);
  });

  it('leave out what is bad or missing, unless it is asked for, and more when less is good enough', async () => {
    const store = press(reading(0, 1, 1), reading(1, 10, 2), reading(2, 100, 3), reading(3, 1_000, 4), reading(4, 10_000, 9));
    const sum = async (minimumQuality?: string): Promise<unknown> => (await values(ask(store, { from: 0, to: 10, points: 1, aggregates: 'sum', minimumQuality })))[0];
    assert.deepEqual([await sum(), await sum('good'), await sum('unknown'), await sum('bad'), await sum('missing')], [111, 1, 11, 1_111, 11_111]);
  });

  it('come newest first when told to', async () => {
    assert.deepEqual(await values(ask(press(reading(0, 1), reading(15, 2)), { from: 0, to: 20, points: 2, aggregates: 'mean', order: 'newest' })), [2, 1]);
  });

  describe('delta and rate', () => {
    const counter = press(...[100, 110, 120, 130, 140, 150].map((value, index) => reading(index * MINUTE, value)));

    it('reckon from the last reading before the bucket, and in the first one from its own first', async () => {
      const question = { from: 0, to: 6 * MINUTE, points: 3, aggregates: 'delta,rate' };
      assert.deepEqual(await values(ask(counter, question)), [{ delta: 10, rate: 10 / 60 }, { delta: 20, rate: 20 / 120 }, { delta: 20, rate: 20 / 120 }]);
      assert.deepEqual(await values(ask(counter, { ...question, from: 2 * MINUTE, points: 2 })), [{ delta: 20, rate: 20 / 120 }, { delta: 20, rate: 20 / 120 }]);
    });

    it('take a fall for a negative change, or for a counter that began again at zero', async () => {
      const store = press(...[10, 20, 5, 8, 2].map((value, index) => reading(index * MINUTE, value)));
      const delta = (resets: string): Promise<unknown[]> => values(ask(store, { from: 0, to: 6 * MINUTE, points: 2, aggregates: 'delta', resets }));
      assert.deepEqual(await delta('signed'), [-5, -3]);
      assert.deepEqual(await delta('from-zero'), [15, 5]);
    });

    it('do not reckon over a gap, unless there is to be none', async () => {
      const store = press(...[0, 1, 2, 10, 11, 12].map((minute) => reading(minute * MINUTE, minute)));
      const delta = (gapAfter: string, resets: string): Promise<unknown[]> => values(ask(store, { from: 0, to: 15 * MINUTE, points: 3, aggregates: 'delta', gapAfter, resets }));
      for (const resets of ['signed', 'from-zero']) {
        assert.deepEqual(await delta('auto', resets), [2, null, 2], resets);
        assert.deepEqual(await delta('9m', resets), [2, null, 10], resets);
        assert.deepEqual(await delta('off', resets), [2, null, 10], resets);
      }
    });

    it('are unknown of a single reading, and of what is no number', async () => {
      for (const resets of ['signed', 'from-zero']) {
        assert.deepEqual(await values(ask(press(reading(5, 1)), { from: 0, to: 10, points: 1, aggregates: 'delta,rate', resets })), [{ delta: null, rate: null }]);
        assert.deepEqual(await values(ask(press(reading(5, 'a'), reading(6, 'b')), { from: 0, to: 10, points: 1, aggregates: 'delta', resets })), [null]);
      }
    });
  });

  describe('the time-weighted mean', () => {
    it('counts each value as long as it held, also the one from before the beginning', async () => {
      const store = press(reading(-10 * MINUTE, 100), reading(30 * MINUTE, 0), reading(45 * MINUTE, 40));
      assert.deepEqual(await values(ask(store, { from: 0, to: HOUR, points: 1, aggregates: 'timeWeighted,mean', gapAfter: 'off' })), [{ timeWeighted: (100 * 30 + 40 * 15) / 60, mean: 20 }]);
    });

    it('lets no value hold longer than a gap, and knows nothing of the time to come', async () => {
      const store = press(reading(0, 10), reading(20 * MINUTE, 30));
      assert.deepEqual(await values(ask(store, { from: 0, to: 60 * MINUTE, points: 6, aggregates: 'timeWeighted', gapAfter: '10m' })), [10, null, 30, null, null, null]);
      const now = press(reading(NOW - 30 * MINUTE, 1), reading(NOW - 10 * MINUTE, 2));
      assert.deepEqual(await values(ask(now, { from: NOW - 30 * MINUTE, to: NOW + 30 * MINUTE, points: 2, aggregates: 'timeWeighted', gapAfter: 'off' })), [(1 * 20 + 2 * 10) / 30, null]);
    });

    it('ends with a reading that is no number, and is the share of time of a truth', async () => {
      const store = press(reading(0, true), reading(15 * MINUTE, false), reading(30 * MINUTE, null), reading(45 * MINUTE, true));
      assert.deepEqual(await values(ask(store, { from: 0, to: HOUR, points: 1, aggregates: 'timeWeighted', gapAfter: 'off' })), [(15 + 15) / 45]);
    });
  });

  it('of readings that have expired come from rollups, which is said, and know no median', async () => {
    const store = press(...Array.from({ length: 48 }, (_, hour) => reading(NOW - 2 * DAY + hour * HOUR, hour)));
    store.readingsFrom = NOW - DAY;
    const answer = ask(store, { from: '-48h', points: 2, aggregates: 'mean,median,delta,timeWeighted' });
    const found = await rows(answer);
    assert.deepEqual(found.map((row) => ('values' in row ? [row.rollup, row.values.mean, row.values.median, row.values.delta] : [])), [[true, 11.5, null, 23], [undefined, 35.5, 35.5, 24]]);
    assert.deepEqual(answer.notices, [{ code: 'expired', message: 'Readings before 2026-11-21T16:00:00.000Z have expired: buckets that begin earlier are made of rollups, as far as there are any, without median, p95 and timeWeighted.' }]);
    const raw = ask(store, { from: '-48h' });
    assert.equal((await rows(raw)).length, 24);
    assert.match(raw.notices[0]!.message, /have expired\. Ask for aggregates/);
  });

  it('are what a plain array comes to, whatever the readings, the buckets and the store', async () => {
    const value = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -1_000, max: 1_000 }) }, fc.boolean(), fc.constantFrom('a', ''), fc.constant(null));
    const oneReading = fc.tuple(fc.integer({ min: -200, max: 2_000 }), value, fc.constantFrom(1, 2, 3, 4, 9)).map(([ts, one, quality]) => reading(ts, one, quality as 1));
    const all = fc.uniqueArray(oneReading, { selector: ({ ts }) => ts, maxLength: 80 });
    await fc.assert(fc.asyncProperty(all, fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.constantFrom('off', 50, 300), async (readings, points, later, gapAfter) => {
      const store = press(...readings);
      store.later = later;
      const found = await values(ask(store, { from: 0, to: 1_200, points, aggregates: [...AGGREGATES], gapAfter }));
      assert.equal(found.length, points);
      const gap = gapAfter === 'off' ? Infinity : Number(gapAfter);
      found.forEach((row, index) => close(row, naive(readings, (1_200 * index) / points, (1_200 * (index + 1)) / points, gap)));
    }), { numRuns: 300 });
  });
});

type Readings = readonly ReturnType<typeof reading>[];

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined);

/** Every aggregate of one bucket, in the plainest way. */
function naive(readings: Readings, start: number, stop: number, gap: number): Record<string, unknown> {
  const [from, to] = [Math.round(start), Math.round(stop)];
  const good = readings.filter(({ quality }) => quality <= 3).toSorted((a, b) => a.ts - b.ts);
  const inside = good.filter(({ ts, value }) => ts >= from && ts < to && value !== null);
  const numbers = inside.flatMap(({ value }) => numberOf(value) ?? []);
  const sorted = numbers.toSorted((a, b) => a - b);
  const quantile = (p: number): number | null => {
    if (sorted.length === 0) return null;
    const h = (sorted.length - 1) * p;
    const [low, high] = [sorted[Math.floor(h)]!, sorted[Math.ceil(h)]!];
    return low + (high - low) * (h - Math.floor(h));
  };
  const outside = good.findLast(({ ts }) => ts < 0);
  const before = good.findLast(({ ts, value }) => ts >= 0 && ts < from && value !== null) ?? (outside?.value === null ? undefined : outside);
  const previous = before && inside[0] && inside[0].ts - before.ts <= gap ? before : inside[0];
  const [first, last] = [numberOf(previous?.value), numberOf(inside.at(-1)?.value)];
  const delta = first === undefined || last === undefined || previous!.ts === inside.at(-1)!.ts ? null : last - first;
  let [weight, weighted] = [0, 0];
  good.forEach(({ ts, value }, index) => {
    const number = numberOf(value);
    if (number === undefined) return;
    const end = Math.min(good[index + 1]?.ts ?? Infinity, ts + gap, 1_200);
    const part = Math.max(0, Math.min(end, to) - Math.max(ts, from));
    weight += part;
    weighted += number * part;
  });
  return {
    min: sorted[0] ?? null, max: sorted.at(-1) ?? null, mean: numbers.length ? numbers.reduce((a, b) => a + b, 0) / numbers.length : null, sum: numbers.length ? numbers.reduce((a, b) => a + b, 0) : null,
    count: inside.length, first: inside[0]?.value ?? null, last: inside.at(-1)?.value ?? null, median: quantile(0.5), p95: quantile(0.95),
    delta, rate: delta === null ? null : (delta / (inside.at(-1)!.ts - previous!.ts)) * 1_000, timeWeighted: weight > 0 ? weighted / weight : null,
  };
}

function close(actual: unknown, expected: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = (actual as Record<string, unknown>)[name];
    if (typeof value === 'number') assert.ok(typeof found === 'number' && Math.abs(found - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${name}: ${String(found)}, not ${value}`);
    else assert.equal(found, value, name);
  }
}

describe('a bucket with more readings than a median may be made of', () => {
  it('is refused with the cure, not worked out until memory is gone', () => {
    const scan = new Scan({ edges: [0, 10], gap: Infinity, now: 10, quantiles: true });
    for (let count = 0; count < 4_000_000; count += 1) scan.add({ ts: 5, value: count });
    assert.throws(() => scan.add({ ts: 5, value: 1 }), (error: unknown) => error instanceof HistoryLimitError && /more than 4000000 readings.*Choose shorter buckets/.test(error.message));
    assert.equal(scan.end()[0]?.median, 1_999_999);
  });
});

describe('quantiles', () => {
  it('are those of the sorted numbers, also of many, of equal ones and of the largest there are', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324));
    fc.assert(fc.property(fc.array(numbers, { minLength: 1, maxLength: 50 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 500 }), (some, percent, repeat) => {
      const quantiles = new Quantiles();
      const all = Array.from({ length: repeat }, () => some).flat();
      all.forEach((one) => quantiles.add(one));
      all.sort((a, b) => a - b);
      const h = ((all.length - 1) * percent) / 100;
      const [low, high] = [all[Math.floor(h)]!, all[Math.ceil(h)]!];
      const found = quantiles.quantile(percent / 100);
      const position = (all.length - 1) * (percent / 100);
      const share = position - Math.floor(position);
      assert.ok(found >= low - Math.abs(low) * 1e-12 && found <= high + Math.abs(high) * 1e-12, `${found} not in ${low} … ${high}`);
      if (Math.floor(position) === Math.floor(h) && low !== high && share > 0) assert.ok(Math.abs(found - (low * (1 - share) + high * share)) <= 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-300));
    }), { numRuns: 200 });
  });

  it('of no numbers are none, and of one are that one', () => {
    const quantiles = new Quantiles();
    assert.ok(Number.isNaN(quantiles.quantile(0.5)));
    quantiles.add(7);
    assert.deepEqual([quantiles.quantile(0), quantiles.quantile(0.95), quantiles.quantile(1)], [7, 7, 7]);
    quantiles.clear();
    assert.equal(quantiles.count, 0);
  });
});
