import assert from 'node:assert/strict';
import type { Sample } from '../../../core/sample/sample.ts';
import { KEEP_ALL } from '../../../core/store/retention.ts';
import type { Retention } from '../../../core/store/retention.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const MEBIBYTE = 1 << 20;

describe('The bound of the embedded store', () => {
  let fixture: StoreFixture;
  let noise = 1;

  beforeEach(() => {
    fixture = new StoreFixture();
    fixture.clock.leap(100 * DAY);
    fixture.reopen();
  });

  afterEach(() => fixture.remove());

  function retain(maximumBytes: number, retention: Partial<Retention> = {}): void {
    fixture.store.retain({ of: () => ({ ...KEEP_ALL, ...retention }), maximumBytes });
  }

  /** Numbers that take their eight bytes (a linear congruential generator, so that every run is alike). */
  function sample(device: string, ts: number): Sample {
    noise = (noise * 1_103_515_245 + 12_345) % 2 ** 31;
    return sampleOf(device, ts, { t: noise / 3 });
  }

  function write(device: string, from: number, count: number, step = SECOND): void {
    for (let index = 0; index < count; index += 1_000) fixture.write(...Array.from({ length: Math.min(1_000, count - index) }, (_, place) => sample(device, from + (index + place) * step)));
    fixture.store.seal();
    // Empties the write-ahead log.
    fixture.reopen();
  }

  function bytes(): number {
    return fixture.store.health().bytes ?? 0;
  }

  it('drops the oldest readings of all series until the store takes less, counts them and says so once', () => {
    write('press', 0, 200_000);
    write('room', 100_000 * SECOND, 200_000);
    const before = bytes();
    assert.equal(fixture.store.health().problem, undefined);
    const bound = Math.round(before * 0.7);
    retain(bound);
    fixture.clock.advance(60_000);
    assert.ok(bytes() <= bound, `${bytes()} of ${bound}`);
    assert.ok(bytes() > bound * 0.9, 'more went than had to');
    const left = 400_000 - fixture.store.count();
    assert.equal(fixture.store.counts.dropped, left);
    assert.equal(fixture.store.losses().dropped, left);
    assert.equal(fixture.store.counts.expired, 0);
    // Both devices begin at the same time now, give or take a chunk.
    const [press, room] = ['press', 'room'].map((device) => fixture.all(device, 't')[0]?.ts ?? 0);
    assert.ok(press! >= 100_000 * SECOND && Math.abs(press! - room!) <= 512 * SECOND, `${press} and ${room}`);
    assert.equal(fixture.problems.length, 1);
    assert.match(fixture.problems[0]?.message ?? '', /has reached its bound of \d+ MiB: the oldest readings go before their time, and are counted as dropped\. Raise the bound/);
    assert.equal(fixture.store.health().problem, fixture.problems[0]?.message);
    fixture.write(...Array.from({ length: 50_000 }, (_, index) => sample('press', (300_000 + index) * SECOND)));
    fixture.clock.advance(120_000);
    assert.ok(bytes() <= bound);
    assert.equal(fixture.problems.length, 1);
    fixture.clock.advance(2 * HOUR);
    assert.equal(fixture.store.health().problem, undefined);
  });

  it('keeps in rollups what it drops, where they are asked for', async () => {
    write('press', 0, 200_000);
    retain(Math.round(bytes() * 0.6), { hour: Infinity });
    fixture.clock.advance(60_000);
    assert.ok(fixture.store.count() < 190_000);
    const { buckets, readingsFrom } = await fixture.store.buckets({ device: 'press', metric: 't', edges: [0, 200_000 * SECOND] });
    assert.equal(buckets[0]?.count, 200_000);
    const oldest = fixture.all('press', 't')[0]?.ts ?? 0;
    assert.ok(readingsFrom <= oldest && readingsFrom > oldest - SECOND);
  });

  it('makes no rollups that would take as much as what it drops', async () => {
    write('press', 0, 100_000, 60 * SECOND);
    const bound = Math.round(bytes() * 0.6);
    retain(bound, { minute: Infinity, day: Infinity });
    fixture.clock.advance(60_000);
    assert.ok(bytes() <= bound);
    assert.ok(fixture.store.count() > 40_000, `${fixture.store.count()} readings are left`);
    assert.deepEqual(fixture.sql('SELECT DISTINCT width FROM rollup').map(({ width }) => width), [DAY]);
    const { buckets } = await fixture.store.buckets({ device: 'press', metric: 't', edges: [0, 100 * DAY] });
    assert.equal(buckets[0]?.count, 100_000);
  });

  it('drops rollups when no readings are left, the finest first, into coarser ones', () => {
    write('press', 0, 100_000, 60 * SECOND);
    const small = new StoreFixture();
    const least = small.store.health().bytes ?? 0;
    small.remove();
    retain(Infinity, { readings: HOUR, minute: Infinity, day: Infinity });
    fixture.clock.advance(120_000);
    fixture.clock.advance(10 * DAY);
    assert.equal(fixture.store.count(), 0);
    fixture.reopen();
    const minutes = (): number => Number(fixture.sql('SELECT coalesce(sum(rollups), 0) AS n FROM rollup WHERE width = 60000')[0]?.['n']);
    const before = minutes();
    const bound = Math.round((bytes() - least) * 0.7 + least);
    retain(bound, { readings: HOUR, minute: Infinity, day: Infinity });
    fixture.clock.advance(60_000);
    assert.ok(bytes() <= bound);
    assert.ok(minutes() < before && minutes() > 0);
    assert.ok(Number(fixture.sql('SELECT sum(rollups) AS n FROM rollup WHERE width = 86400000')[0]?.['n']) > 0);
    assert.equal(fixture.store.losses().droppedRollups, before - minutes());
    assert.equal(fixture.store.losses().dropped, 0);
  });

  it('says that the bound is too small when there is nothing left that could go', () => {
    write('press', 0, 20_000);
    retain(1);
    fixture.clock.advance(60_000);
    assert.equal(fixture.store.count(), 0);
    assert.equal(fixture.store.counts.dropped, 20_000);
    assert.match(fixture.store.health().problem ?? '', /nothing left in it that could go\. Raise the bound\./);
    retain(100 * MEBIBYTE);
    write('press', 50_000 * SECOND, 20_000);
    fixture.clock.advance(60_000);
    assert.equal(fixture.store.count(), 20_000);
  });

  it('keeps readings that come late while there is room', () => {
    write('press', 100_000 * SECOND, 100_000);
    retain(Math.round(bytes() * 0.7));
    fixture.clock.advance(60_000);
    const { dropped } = fixture.store.losses();
    assert.ok(dropped > 0);
    retain(Infinity);
    write('press', 0, 10);
    fixture.clock.advance(120_000);
    assert.equal(fixture.store.count(), 100_010 - dropped);
    assert.equal(fixture.all('press', 't')[0]?.ts, 0);
  });
});
