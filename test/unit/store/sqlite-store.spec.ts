import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { MetricInfo, Quality, ReadingValue, Sample, Values } from '../../../core/sample/sample.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { openStore } from '../../../core/store/index.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { NO_COUNTS } from '../../../core/store/store.ts';
import type { StoredReading } from '../../../core/store/store.ts';

function sampleOf(device: string, ts: number, values: Values, metrics?: Record<string, MetricInfo>): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values, ...(metrics ? { metrics } : {}) };
}

describe('the store', () => {
  let folder: string;
  let clock: ManualClock;
  let store: SqliteStore;
  const open = (): SqliteStore => new SqliteStore({ path: join(folder, 'store.sqlite'), clock });
  const reopen = (): void => {
    store.close();
    store = open();
  };
  const write = (...samples: Sample[]): Error | undefined => {
    let failure: Error | undefined;
    let told = 0;
    store.write(samples, (error) => { told += 1; failure = error; });
    clock.advance(2);
    assert.equal(told, 1);
    return failure;
  };
  const all = (device: string, metric: string): StoredReading[] => store.range({ device, metric, from: -1e15, to: 1e15 });

  const superseded = (device: string, metric: string): ReadingValue[] => store.superseded({ device, metric, from: -1e15, to: 1e15 }).map(({ value }) => value);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
    clock = new ManualClock();
    store = open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says committed only when another process can read the readings from disk', () => {
    const seen = (): unknown => {
      const other = new DatabaseSync(join(folder, 'store.sqlite'), { readOnly: true });
      try {
        return other.prepare(COUNT_READINGS).get()?.['readings'];
      } finally {
        other.close();
      }
    };
    let onDisk: unknown = 'not told';
    store.write([sampleOf('a', 1, { t: 1, u: 2 })], () => { onDisk = seen(); });
    assert.deepEqual([onDisk, seen()], ['not told', 0]);
    clock.advance(2);
    assert.equal(onDisk, 2);
  });

  it('keeps a reading that is written again once, and counts it as a duplicate', () => {
    const sample = sampleOf('a', 1, { t: 21.4, on: true, text: 'x', none: null });
    assert.deepEqual([write(sample), write(sample), write(sample, sample)], [undefined, undefined, undefined]);
    assert.deepEqual([store.count(), store.counts], [4, { ...NO_COUNTS, stored: 4, duplicates: 12, corrected: 0 }]);
  });

  it('gives back a number, a text, true, false and null as what they were', () => {
    const values = [1, true, '1', null, 0, false, '0', '', 'true', 1.5, 2 ** 53, -1e308, 5e-324, Number.MAX_SAFE_INTEGER, 'é\u0000\u{1F600}'];
    write(...values.map((value, index) => sampleOf('a', index, { v: value })));
    reopen();
    assert.deepEqual(all('a', 'v').map(({ value }) => value), values);
  });

  it('replaces a reading by another value of the same time, counts the correction and keeps the former', () => {
    const values = [1, true, '1', null, 2];
    for (const value of values) write(sampleOf('a', 1, { v: value }));
    assert.deepEqual([all('a', 'v'), store.counts], [[{ ts: 1, value: 2, quality: 2 }], { ...NO_COUNTS, stored: 1, duplicates: 0, corrected: 4 }]);
    assert.deepEqual(superseded('a', 'v'), [1, true, '1', null]);
  });

  it('settles on one of two readings of one time, in whatever order they are delivered again', () => {
    for (const value of [1, 2, 1, 2, 2, 1]) write(sampleOf('a', 1, { v: value }));
    assert.deepEqual([all('a', 'v').map(({ value }) => value), superseded('a', 'v'), store.counts], [[2], [1], { ...NO_COUNTS, stored: 1, duplicates: 4, corrected: 1 }]);
  });

  it('keeps the quality of a reading; where none was judged it is unknown, or missing for null', () => {
    write(sampleOf('a', 1, { good: 1, bad: 1, none: null, plain: 1 }, { good: { q: 1 }, bad: { q: 4 }, plain: { unit: '°C' } }));
    const latest = store.latest('a');
    assert.deepEqual(Object.fromEntries(Object.entries(latest).map(([metric, { quality }]) => [metric, quality])), { good: 1, bad: 4, none: 9, plain: 2 });
  });

  it('answers for a range with its beginning and without its end, the oldest first, no more than asked for', () => {
    write(...[5, 3, 1, 4, 2].map((ts) => sampleOf('a', ts, { v: ts })), sampleOf('b', 3, { v: 99 }));
    const values = (from: number, to: number, limit?: number): ReadingValue[] =>
      store.range({ device: 'a', metric: 'v', from, to, ...(limit === undefined ? {} : { limit }) }).map(({ value }) => value);
    assert.deepEqual([values(2, 4), values(0, 9, 2), values(6, 9), values(4, 2)], [[2, 3], [1, 2], [], []]);
    assert.deepEqual([all('a', 'unheard'), all('nobody', 'v')], [[], []]);
  });

  it('knows its devices, metrics and how many readings there are, also after it was opened again', () => {
    write(sampleOf('b', 1, { v: 1, u: 1 }), sampleOf('a', 1, { v: 1 }), sampleOf('b', 2, { v: 1 }));
    reopen();
    assert.deepEqual([store.devices(), store.metrics(), store.count(), store.count('b'), store.count('nobody')], [['a', 'b'], ['u', 'v'], 4, 3, 0]);
    assert.deepEqual(Object.keys(store.latest('b')).toSorted(), ['u', 'v']);
  });

  it('refuses a sample that cannot be stored with a sentence, and none of those that come with it', () => {
    const told: string[] = [];
    const bad = [
      sampleOf('a', NaN, { v: 1 }), sampleOf('a', 1.5, { v: 1 }), sampleOf('a', Infinity, { v: 1 }), sampleOf('a', 2 ** 60, { v: 1 }),
      sampleOf('a', 7, { v: { nested: 1 } as unknown as number }), sampleOf('a', 7, { v: 7n as unknown as number }),
      sampleOf('a', 7, { v: 1 }, { v: { q: 'good' as unknown as Quality } }), sampleOf('a', 7, { v: 1 }, { v: { unit: 7 as unknown as string } }),
      sampleOf('a', 7, { v: 1 }, { v: { flags: 'late' as unknown as string[] } }), sampleOf('a', 7, { v: 1 }, { v: { flags: [7 as unknown as string] } }),
      sampleOf('a', 7, { v: 1 }, { v: { raw: 7n } }), sampleOf('a', 7, { v: 1 }, { v: { raw: () => {} } }),
    ];
    bad.forEach((sample, index) => {
      store.write([sampleOf('good', index, { fresh: index })], (error) => told.push(error ? 'a good one was refused' : 'ok'));
      store.write([sampleOf('new', index, { [`m${index}`]: 1 }), sample], (error) => told.push((error as { code?: string } | undefined)?.code ?? 'accepted'));
    });
    clock.advance(2);
    assert.deepEqual(told, bad.flatMap(() => ['ok', 'HOLDFAST_NOT_STORABLE']));
    assert.deepEqual([store.count('good'), store.count('new'), store.counts], [12, 0, { ...NO_COUNTS, stored: 12, duplicates: 0, corrected: 0 }]);
  });

  it('knows a series that was rolled back as new the next time', () => {
    assert.ok(write(sampleOf('a', 1, { v: 1 }), sampleOf('a', NaN, { v: 1 })));
    assert.deepEqual([all('a', 'v'), store.devices()], [[], []]);
    assert.equal(write(sampleOf('b', 1, { w: 5 }), sampleOf('a', 1, { v: 6 })), undefined);
    assert.deepEqual([all('a', 'v').map(({ value }) => value), all('b', 'w').map(({ value }) => value)], [[6], [5]]);
    reopen();
    assert.deepEqual([all('a', 'v').map(({ value }) => value), all('b', 'w').map(({ value }) => value)], [[6], [5]]);
  });

  it('takes metric names of any characters, also halves of a surrogate pair, now and after it was opened again', () => {
    const names = ['\ud800', '\ud801', 'a\u0000b', 'a\u0000c', '', ' ', '__proto__', 'constructor', 'é', '\u{1F600}', "'; DROP TABLE reading; --"];
    for (let life = 0; life < 2; life += 1) {
      names.forEach((name, ts) => assert.equal(write(sampleOf('a', ts, Object.fromEntries([[name, ts]]))), undefined, JSON.stringify(name)));
      reopen();
    }
    for (const [ts, name] of names.entries()) assert.ok(all('a', name).some(({ value }) => value === ts), JSON.stringify(name));
    assert.equal(store.count('a'), names.length);
    assert.ok(Object.hasOwn(store.latest('a'), '__proto__'));
  });

  it('keeps unit, flags and raw value of a reading, and takes a change of any of them, or of the quality, as a correction', () => {
    const infos: MetricInfo[] = [{ unit: '°C' }, { unit: '°C', flags: ['late'] }, { unit: '°C', flags: ['late', 'spike'] }, { unit: 'K', flags: [], raw: { v: ['21,4'] } }, { unit: 'K' }, { unit: 'K', tests: { gap_test: 1 } }, { unit: 'K', tests: { gap_test: 1, spike_test: 2 } }, { unit: 'K', tests: { gap_test: 1, spike_test: 3 } }, { q: 3, unit: 'K' }, {}];
    const expected = infos.map(({ q, unit, flags, raw, tests }): StoredReading => ({ ts: 1, value: 21.4, quality: q ?? 2, ...(unit !== undefined && { unit }), ...(flags?.length && { flags }), ...(raw !== undefined && { raw }), ...(tests && { tests }) }));
    for (const info of infos) for (let twice = 0; twice < 2; twice += 1) write(sampleOf('a', 1, { v: 21.4 }, { v: info }));
    for (const again of [(): void => {}, reopen, () => store.seal(), reopen]) {
      again();
      assert.deepEqual([all('a', 'v'), store.latest('a')], [[expected.at(-1)], { v: expected.at(-1) }]);
      assert.deepEqual(store.superseded({ device: 'a', metric: 'v', from: 0, to: 2 }), expected.slice(0, -1));
    }
    write(sampleOf('a', 2, { v: 1 }, { v: { unit: '°C', flags: ['late'], raw: 'x' } }));
    reopen();
    assert.deepEqual(store.latest('a'), { v: { ts: 2, value: 1, quality: 2, unit: '°C', flags: ['late'], raw: 'x' } });
  });

  it('lets whoever made a sample change its flags for the next one', () => {
    const flags = ['late'];
    write(sampleOf('a', 1, { v: 1 }, { v: { flags } }));
    flags.push('spike');
    write(sampleOf('a', 2, { v: 1 }, { v: { flags } }));
    assert.deepEqual(all('a', 'v').map((reading) => reading.flags), [['late'], ['late', 'spike']]);
  });

  it('takes a value back when that was received after the correction, and a redelivery of the first as what it is', () => {
    const received = (value: number, at: number): Sample => ({ ...sampleOf('a', 1, { v: value }), received: at });
    const now = (): unknown => [all('a', 'v')[0]?.value, superseded('a', 'v')];
    write(received(1, 10), received(2, 20), received(1, 10));
    assert.deepEqual(now(), [2, [1]]);
    for (const again of [(): void => {}, reopen, () => store.seal()]) {
      again();
      write(received(1, 10), received(1, 20));
      assert.deepEqual(now(), [2, [1]]);
    }
    write(received(1, 30), received(2, 20), received(1, 10));
    for (const again of [(): void => {}, reopen, () => store.seal()]) {
      again();
      assert.deepEqual(now(), [1, [1, 2]]);
    }
  });

  it('opens in a directory of its own, for use as a library, which it shares with nobody', () => {
    const library = openStore(join(folder, 'new', 'deep'));
    assert.equal(library.count(), 0);
    assert.throws(() => openStore(join(folder, 'new', 'deep')), { code: 'HOLDFAST_STORAGE_IN_USE' });
    library.close();
    openStore(join(folder, 'new', 'deep')).close();
  });
});
