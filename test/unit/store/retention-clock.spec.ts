import assert from 'node:assert/strict';
import { KEEP_ALL } from '../../../core/store/retention.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('Retention of the embedded store by a clock that leaps', () => {
  let fixture: StoreFixture;

  beforeEach(() => {
    fixture = new StoreFixture({ chunkReadings: 16 });
    fixture.clock.leap(20_000 * DAY);
    fixture.reopen();
    const began = fixture.clock.now();
    fixture.write(...Array.from({ length: 600 }, (_, index) => sampleOf('press', began - (600 - index) * HOUR, { t: index })));
    fixture.store.seal();
    retain();
    fixture.clock.advance(HOUR);
    assert.equal(fixture.store.count(), 600);
  });

  afterEach(() => fixture.remove());

  function retain(maximumBytes = Infinity): void {
    fixture.store.retain({ of: () => ({ ...KEEP_ALL, readings: 30 * DAY }), maximumBytes });
  }

  it('keeps all readings when it leaps far ahead and is set right within a day, with restarts in between, and says why', () => {
    fixture.clock.leap(10 * YEAR);
    fixture.clock.advance(8 * HOUR);
    assert.equal(fixture.store.count(), 600);
    assert.deepEqual(fixture.problems.map(({ name }) => name), ['StoreClockError']);
    assert.match(fixture.store.health().problem ?? '', /3650 days more than the store .*\.sqlite expected.* for 1[67] more hours/);
    fixture.crash();
    retain();
    fixture.clock.advance(8 * HOUR);
    assert.equal(fixture.store.count(), 600);
    assert.match(fixture.store.health().problem ?? '', / for [89] more hours/);
    fixture.clock.leap(-10 * YEAR);
    fixture.clock.advance(2 * DAY);
    assert.equal(fixture.store.count(), 600);
    assert.deepEqual([fixture.store.counts.expired, fixture.store.health().problem], [0, undefined]);
  });

  it('lets them go when it has run on for a day', () => {
    fixture.clock.leap(YEAR);
    fixture.clock.advance(23 * HOUR);
    assert.equal(fixture.store.count(), 600);
    fixture.clock.advance(2 * HOUR);
    assert.equal(fixture.store.count(), 0);
    assert.deepEqual([fixture.store.losses().expired, fixture.store.health().problem], [600, undefined]);
  });

  it('keeps them for a day when the machine was off for a year', () => {
    fixture.clock.advance(20 * MINUTE);
    fixture.clock.leap(YEAR);
    fixture.crash();
    retain();
    fixture.clock.advance(23 * HOUR);
    assert.equal(fixture.store.count(), 600);
    assert.equal(fixture.problems.length, 1);
    fixture.clock.advance(2 * HOUR);
    assert.equal(fixture.store.count(), 0);
  });

  it('knows the time as well while nothing is to expire', () => {
    fixture.store.retain({ of: () => KEEP_ALL, maximumBytes: Infinity });
    fixture.clock.advance(10 * DAY);
    fixture.reopen();
    retain();
    fixture.clock.advance(2 * MINUTE);
    assert.deepEqual([fixture.store.count() < 600, fixture.problems], [true, []]);
  });

  it('lets readings expire as usual while it waits: those of which the time has come without the leap', () => {
    fixture.clock.advance(6 * DAY);
    const before = fixture.store.count();
    fixture.clock.leap(YEAR);
    fixture.clock.advance(20 * HOUR);
    const gone = before - fixture.store.count();
    assert.ok(before < 600 && gone >= 12 && gone <= 26, `${before}, of which ${gone} went`);
  });

  it('goes by the bound all the same', () => {
    fixture.clock.leap(YEAR);
    retain(1);
    fixture.clock.advance(HOUR);
    assert.equal(fixture.store.count(), 0);
    assert.equal(fixture.store.counts.dropped, 600);
  });
});
