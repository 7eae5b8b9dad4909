import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { Sample } from '../../../core/sample/sample.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { NO_COUNTS } from '../../../core/store/store.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

/** One sample of each of so many devices. */
function round(devices: number, ts: number): Sample[] {
  return Array.from({ length: devices }, (_, index) => sampleOf(`d${index}`, ts, { v: ts + index }));
}

describe('the store, moving its log into chunks', () => {
  let fixture: StoreFixture;
  const rows = (table: 'log' | 'chunk'): number => Number(fixture.sql(`SELECT count(*) AS n FROM ${table}`)[0]?.['n']);
  const stored = (): unknown => fixture.sql(COUNT_READINGS)[0]?.['readings'];

  beforeEach(() => {
    fixture = new StoreFixture({ limits: { readings: 300, room: 1, age: 60_000 } });
  });
  afterEach(() => fixture.remove());

  it('leaves readings in the log until there are many, then moves them, a few series at a time', () => {
    for (let ts = 0; ts < 2; ts += 1) fixture.write(...round(100, ts));
    fixture.clock.advance(1_000);
    assert.deepEqual([rows('log'), rows('chunk')], [2, 0]);
    fixture.write(...round(100, 2));
    const seen: number[] = [];
    for (let millisecond = 0; rows('log') > 0; millisecond += 1) {
      assert.ok(millisecond < 1_000, 'it never ends');
      fixture.clock.advance(1);
      seen.push(rows('chunk'));
      assert.deepEqual([fixture.store.count(), stored()], [300, 300]);
    }
    const slices = seen.map((count, index) => count - (seen[index - 1] ?? 0)).filter((count) => count > 0);
    assert.equal(seen.at(-1), 100);
    // Looking at the clock takes this one a millisecond, and it looks once a series.
    assert.ok(Math.max(...slices) <= 5, `slices of ${slices.join(', ')} series`);
    assert.deepEqual(fixture.all('d7', 'v').map(({ value }) => value), [7, 8, 9]);
  });

  it('lets the log of many series grow on, so that each chunk that is written anew has more to take', () => {
    fixture.remove();
    fixture = new StoreFixture({ limits: { readings: 300, room: 2, age: 60_000 } });
    for (let ts = 0; ts < 5; ts += 1) fixture.write(...round(100, ts));
    fixture.clock.advance(1_000);
    assert.deepEqual([rows('log'), rows('chunk')], [5, 0]);
    fixture.write(...round(100, 5));
    fixture.clock.advance(1_000);
    assert.deepEqual([rows('log'), rows('chunk'), fixture.store.count()], [0, 100, 600]);
  });

  it('moves few readings when they have waited for a minute', () => {
    fixture.write(...round(3, 1));
    fixture.clock.advance(59_000);
    assert.deepEqual([rows('log'), rows('chunk')], [1, 0]);
    fixture.clock.advance(2_000);
    assert.deepEqual([rows('log'), rows('chunk'), stored()], [0, 3, 3]);
  });

  it('takes readings in while it moves others, and keeps those in the log', () => {
    for (let ts = 0; ts < 3; ts += 1) fixture.write(...round(100, ts));
    let ts = 3;
    while (rows('chunk') < 100) fixture.write(...round(1, ts++));
    fixture.clock.advance(100);
    assert.ok(rows('log') > 0);
    assert.deepEqual([fixture.store.count(), stored()], [297 + ts, 297 + ts]);
    fixture.crash();
    assert.deepEqual(fixture.all('d0', 'v').map(({ value }) => value), Array.from({ length: ts }, (_, value) => value));
  });

  it('answers the same after a kill between two slices, and counts what it reads again neither as new nor as duplicates', () => {
    for (let time = 0; time < 3; time += 1) fixture.write(...round(100, time));
    fixture.write(sampleOf('d1', 1, { v: 'corrected' }), sampleOf('d2', 1, { v: 'corrected' }));
    while (rows('chunk') < 30) fixture.clock.advance(1);
    assert.ok(rows('log') === 4 && rows('chunk') < 60, 'some series are in chunks, and the log is whole');
    fixture.crash();
    assert.deepEqual([fixture.store.count(), fixture.store.counts], [300, NO_COUNTS]);
    for (const device of ['d1', 'd2', 'd99']) {
      assert.deepEqual(fixture.all(device, 'v').length, 3);
      assert.deepEqual(fixture.superseded(device, 'v').length, device === 'd99' ? 0 : 1);
    }
    fixture.store.seal();
    assert.deepEqual([fixture.store.count(), stored(), rows('log')], [300, 300, 0]);
  });

  it('fills chunks to their size when readings come in order', () => {
    for (let ts = 0; ts < 20; ts += 1) fixture.write(...Array.from({ length: 50 }, (_, index) => sampleOf('a', ts * 50 + index, { v: index })));
    fixture.store.seal();
    assert.deepEqual(fixture.sql('SELECT count FROM chunk ORDER BY first_ts').map(({ count }) => count), [256, 256, 256, 232]);
  });

  it('keeps the log within its bound when nothing but writing gets a turn', () => {
    let most = 0;
    for (let ts = 0; ts < 40; ts += 1) {
      // All due at one moment: between two writes there is no time for a slice.
      let told = false;
      fixture.store.write(round(100, ts), () => void (told = true));
      fixture.clock.advance(2);
      assert.ok(told);
      most = Math.max(most, Number(fixture.sql('SELECT sum(count) AS n FROM log')[0]?.['n']));
    }
    assert.ok(most <= 700, `${most} readings in the log`);
    assert.equal(fixture.store.count(), 4_000);
  });

  it('does not grow the file by what it has moved', () => {
    const sizes: number[] = [];
    for (let ts = 0; ts < 6; ts += 1) {
      for (let index = 0; index < 20; index += 1) fixture.write(sampleOf('a', 0, { v: index, text: `${'x'.repeat(10_000)}${index % 2}` }));
      fixture.store.seal();
      sizes.push(fixture.sql('PRAGMA page_count').map((row) => Number(row['page_count']))[0] ?? 0);
    }
    assert.deepEqual(sizes.slice(2), sizes.slice(2).map(() => sizes[2]));
    assert.ok(statSync(fixture.path).size > 0);
  });

  it('knows what is in a chunk that late readings have changed', () => {
    for (const ts of [0, 2, 4]) fixture.write(sampleOf('a', ts, { v: ts }));
    fixture.store.seal();
    fixture.write(sampleOf('a', 1, { v: 'late' }), sampleOf('a', 2, { v: 'corrected' }));
    fixture.store.seal();
    fixture.write(sampleOf('a', 1, { v: 'late' }), sampleOf('a', 2, { v: 'corrected' }), sampleOf('a', 2, { v: 2 }));
    assert.deepEqual(fixture.store.counts, { ...NO_COUNTS, stored: 4, duplicates: 3, corrected: 1 });
    assert.deepEqual([fixture.all('a', 'v').map(({ value }) => value), fixture.superseded('a', 'v').map(({ value }) => value)], [[0, 'late', 'corrected', 4], [2]]);
  });

  it('takes a write of many megabytes whole', () => {
    const texts = Array.from({ length: 5 }, (_, index) => String(index).repeat(2 << 20));
    fixture.write(...texts.map((text, ts) => sampleOf('a', ts, { v: text })));
    assert.ok(rows('log') > 1);
    for (const again of [() => fixture.crash(), () => fixture.store.seal()]) {
      again();
      assert.deepEqual(fixture.all('a', 'v').map(({ value }) => value), texts);
      assert.equal(stored(), 5);
    }
  });

  describe('when chunks cannot be written', () => {
    beforeEach(() => {
      fixture.sql(`CREATE TRIGGER full BEFORE INSERT ON chunk BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    });

    it('tells once, goes on taking readings in until the bound, refuses more, and recovers by itself', () => {
      let ts = 0;
      while (fixture.write(...round(100, ts)) === undefined) {
        ts += 1;
        fixture.clock.advance(10_000);
        assert.ok(ts < 20, 'it never refuses');
      }
      assert.deepEqual([ts, fixture.problems.length, fixture.store.count(), stored()], [6, 1, 600, 600]);
      assert.match(String(fixture.problems[0]), /no room/);
      fixture.sql('DROP TRIGGER full');
      assert.equal(fixture.write(...round(100, ts)), undefined);
      fixture.store.seal();
      assert.deepEqual([fixture.store.count(), stored(), rows('log')], [700, 700, 0]);
    });
  });

  describe('when the log cannot be written', () => {
    it('tells everyone and has nothing of it, in memory and on disk; the next one that works is whole', () => {
      fixture.write(...round(3, 1));
      fixture.sql(`CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'no room'); END`);
      assert.match(String(fixture.write(sampleOf('d0', 2, { v: 5 }), sampleOf('d0', 1, { v: 5 }), sampleOf('new', 1, { v: 5 }))), /no room/);
      assert.deepEqual([fixture.store.count(), fixture.store.counts, fixture.store.devices()], [3, { ...NO_COUNTS, stored: 3, duplicates: 0, corrected: 0 }, ['d0', 'd1', 'd2']]);
      assert.deepEqual([fixture.all('d0', 'v'), fixture.superseded('d0', 'v'), fixture.all('new', 'v')], [[{ ts: 1, value: 1, quality: 2 }], [], []]);
      fixture.sql('DROP TRIGGER full');
      fixture.write(sampleOf('newer', 1, { v: 7 }), sampleOf('new', 1, { v: 6 }));
      for (const again of [() => {}, () => fixture.crash(), () => fixture.store.seal(), () => fixture.reopen()]) {
        again();
        assert.deepEqual([fixture.all('new', 'v'), fixture.all('newer', 'v')], [[{ ts: 1, value: 6, quality: 2 }], [{ ts: 1, value: 7, quality: 2 }]]);
      }
    });

    it('takes nothing of a large write of which a part could not be written', () => {
      fixture.sql(`CREATE TRIGGER full BEFORE INSERT ON log WHEN (SELECT count(*) FROM log) > 0 BEGIN SELECT RAISE(ABORT, 'no room'); END`);
      const samples = Array.from({ length: 5 }, (_, ts) => sampleOf('a', ts, { v: 'x'.repeat(2 << 20) }));
      assert.match(String(fixture.write(...samples)), /no room/);
      assert.deepEqual([fixture.store.count(), fixture.store.devices(), stored(), rows('log')], [0, [], 0, 0]);
      fixture.sql('DROP TRIGGER full');
      fixture.write(...samples);
      fixture.store.seal();
      assert.deepEqual([fixture.store.count(), stored(), rows('log')], [5, 5, 0]);
    });
  });
});
