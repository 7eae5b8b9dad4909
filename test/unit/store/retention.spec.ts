import assert from 'node:assert/strict';
import type { ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { KEEP_ALL } from '../../../core/store/retention.ts';
import type { Retention } from '../../../core/store/retention.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** A round of retention, and the sealing before it. */
const ROUND = 125_000;

describe('Retention of the embedded store', () => {
  let fixture: StoreFixture;
  let began: number;

  beforeEach(() => {
    fixture = new StoreFixture({ chunkReadings: 16 });
    fixture.clock.leap(100 * DAY);
    fixture.reopen();
    began = fixture.clock.now();
  });

  afterEach(() => fixture.remove());

  function retain(retention: Partial<Retention>, maximumBytes = Infinity): void {
    fixture.store.retain({ of: () => ({ ...KEEP_ALL, ...retention }), maximumBytes });
  }

  function reading(ts: number, value: ReadingValue): Sample {
    return sampleOf('press', ts, { t: value });
  }

  /** A reading a second, for so long up to the beginning. */
  function writeBefore(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= HOUR) {
      const seconds = Math.min(left, HOUR) / SECOND;
      fixture.write(...Array.from({ length: seconds }, (_, index) => reading(began - left + index * SECOND, index % 100)));
    }
    fixture.store.seal();
  }

  async function counts(edges: readonly number[]): Promise<number[]> {
    const { buckets } = await fixture.store.buckets({ device: 'press', metric: 't', edges });
    return buckets.map((bucket) => bucket?.count ?? 0);
  }

  function ledger(): { present: number; gone: number } {
    const { deleted, expired, dropped } = fixture.store.losses();
    return { present: fixture.store.count(), gone: deleted + expired + dropped };
  }

  it('keeps everything until it is told otherwise', () => {
    writeBefore(HOUR);
    fixture.clock.advance(50 * DAY);
    assert.equal(fixture.store.count(), 3_600);
    retain({});
    fixture.clock.advance(50 * DAY);
    assert.equal(fixture.store.count(), 3_600);
  });

  it('lets readings go once they are older than that, not sooner, and counts them', () => {
    writeBefore(2 * HOUR);
    retain({ readings: HOUR });
    fixture.clock.advance(ROUND);
    const [oldest] = fixture.all('press', 't');
    const age = fixture.clock.now() - (oldest?.ts ?? 0);
    assert.ok(age >= HOUR && age <= HOUR + 4 * MINUTE, `the oldest is ${age / MINUTE} minutes old`);
    const { expired } = fixture.store.counts;
    assert.equal(expired, 7_200 - fixture.store.count());
    assert.deepEqual(ledger(), { present: 7_200 - expired, gone: expired });
    fixture.clock.advance(2 * HOUR);
    assert.equal(fixture.store.count(), 0);
    assert.deepEqual(fixture.store.latest('press'), {});
    assert.equal(fixture.store.counts.expired, 7_200);
    assert.equal(fixture.sql('SELECT count(*) AS n FROM chunk_data')[0]?.['n'], 0);
  });

  it('counts what has gone over restarts, also for another process that looks into the file', () => {
    writeBefore(2 * HOUR);
    retain({ readings: HOUR });
    fixture.clock.advance(ROUND);
    const before = ledger();
    fixture.crash();
    assert.deepEqual(ledger(), before);
    assert.equal(before.present + before.gone, 7_200);
    assert.equal(fixture.sql(COUNT_READINGS)[0]?.['readings'], before.present);
    assert.equal(fixture.store.counts.expired, 0);
  });

  it('lets readings go while newer ones wait in the log, and counts each of them once', () => {
    writeBefore(2 * HOUR);
    fixture.write(reading(began, 1), reading(began - 90 * MINUTE + 1, 2));
    retain({ readings: HOUR });
    fixture.clock.advance(2_000);
    const count = fixture.store.count();
    assert.ok(count > 3_600 && count < 3_900);
    assert.equal(Number(fixture.sql('SELECT sum(count) AS n FROM log')[0]?.['n']), 2);
    assert.equal(fixture.sql(COUNT_READINGS)[0]?.['readings'], count);
    assert.equal(fixture.store.losses().expired, 7_202 - count);
  });

  it('does not bring back from the log what has gone, when it is killed before the log is trimmed', () => {
    writeBefore(HOUR);
    retain({ readings: HOUR, hour: Infinity });
    fixture.clock.advance(ROUND);
    fixture.write(...Array.from({ length: 100 }, (_, index) => reading(began - 3 * HOUR + index * SECOND, 1)), reading(fixture.clock.now(), 1));
    fixture.clock.advance(58_000);
    assert.ok(Number(fixture.sql('SELECT count(*) AS n FROM log')[0]?.['n']) > 0, 'the log is trimmed already');
    const before = { ...ledger(), rolled: fixture.sql('SELECT sum(rollups) AS n FROM rollup')[0]?.['n'] };
    fixture.crash();
    retain({ readings: HOUR, hour: Infinity });
    fixture.clock.advance(ROUND);
    assert.equal(ledger().present + ledger().gone, before.present + before.gone);
  });

  it('keeps what has gone in rollups, each in the finest there is', async () => {
    writeBefore(3 * DAY);
    const edges = Array.from({ length: 4 * 24 + 1 }, (_, index) => Math.floor((began - 3 * DAY) / DAY) * DAY + index * HOUR);
    const before = await counts(edges);
    const whole = (await fixture.store.buckets({ device: 'press', metric: 't', edges: [edges[0]!, edges.at(-1)!] })).buckets[0];
    retain({ readings: HOUR, minute: 6 * HOUR, hour: 2 * DAY, day: Infinity });
    fixture.clock.advance(ROUND);
    assert.ok(fixture.store.count() < 2 * 3_600);
    const { buckets, readingsFrom } = await fixture.store.buckets({ device: 'press', metric: 't', edges: [edges[0]!, edges.at(-1)!] });
    assert.deepEqual(buckets[0], whole);
    assert.ok(readingsFrom <= fixture.clock.now() - HOUR && readingsFrom > fixture.clock.now() - 2 * HOUR);
    // By the hour all is as before, save in the days of which only the sum of the day is left.
    const after = await counts(edges);
    const firstHour = fixture.sql('SELECT min(first_ts) AS ts FROM rollup WHERE width = 3600000')[0]?.['ts'] as number;
    edges.slice(0, -1).forEach((edge, index) => {
      if (edge >= firstHour) assert.equal(after[index], before[index], new Date(edge).toISOString());
      else assert.ok(edge % DAY === 0 || after[index] === 0);
    });
    const widths = fixture.sql('SELECT width, min(first_ts) AS first, max(last_ts) AS last FROM rollup GROUP BY width ORDER BY width DESC');
    assert.deepEqual(widths.map(({ width }) => width), [DAY, HOUR, MINUTE]);
    assert.ok(Number(widths[0]?.['last']) + DAY <= Number(widths[1]?.['first']));
    assert.ok(Number(widths[1]?.['last']) + HOUR <= Number(widths[2]?.['first']));
  });

  it('lets rollups go when their time has come, finer ones into coarser ones', async () => {
    writeBefore(DAY);
    retain({ readings: HOUR, minute: 3 * HOUR, day: 10 * DAY });
    fixture.clock.advance(2 * DAY);
    assert.deepEqual(fixture.sql('SELECT DISTINCT width FROM rollup').map(({ width }) => width), [DAY]);
    const edges = [began - 2 * DAY, began + DAY];
    assert.deepEqual(await counts(edges), [86_400]);
    fixture.clock.advance(10 * DAY);
    assert.deepEqual(await counts(edges), [0]);
    assert.ok(fixture.store.losses().expiredRollups > 0);
    assert.deepEqual(ledger(), { present: 0, gone: 86_400 });
  });

  it('adds a reading that comes when its time is over to the rollup, and counts it as expired', async () => {
    writeBefore(2 * HOUR);
    retain({ readings: HOUR, hour: Infinity });
    fixture.clock.advance(2 * DAY);
    const edges = [began - 4 * HOUR, began + HOUR];
    const [before] = (await fixture.store.buckets({ device: 'press', metric: 't', edges })).buckets;
    fixture.write(reading(began - 30 * MINUTE, 1_000), reading(began - 3 * HOUR, 'early'));
    for (let round = 0; round < 2; round += 1) {
      const [after] = (await fixture.store.buckets({ device: 'press', metric: 't', edges })).buckets;
      assert.equal(after?.count, (before?.count ?? 0) + 2);
      assert.equal(after?.max, 1_000);
      assert.deepEqual(after?.first, { ts: began - 3 * HOUR, value: 'early' });
      fixture.clock.advance(ROUND);
    }
    assert.deepEqual(fixture.all('press', 't'), []);
    assert.equal(fixture.store.counts.expired, 7_202);
  });

  it('lets superseded readings go with the others', () => {
    fixture.write(reading(began - 30 * MINUTE, 1), reading(began - 1, 1));
    fixture.write(reading(began - 30 * MINUTE, 2), reading(began - 1, 2));
    fixture.store.seal();
    retain({ readings: 10 * MINUTE });
    fixture.clock.advance(ROUND);
    assert.deepEqual(fixture.superseded('press', 't').map(({ ts }) => ts), [began - 1]);
  });

  it('asks for each series, and follows rules that are changed', () => {
    fixture.write(...Array.from({ length: 200 }, (_, index) => sampleOf(index % 2 === 0 ? 'press' : 'room', began - 20 * MINUTE - index * SECOND, { t: 1, u: 2 })));
    const rules = { days: 100 };
    fixture.store.retain({ of: (device, metric) => ({ ...KEEP_ALL, ...(device === 'press' && metric === 'u' && { readings: rules.days * MINUTE }) }), maximumBytes: Infinity });
    fixture.clock.advance(ROUND);
    assert.equal(fixture.store.count(), 400);
    rules.days = 10;
    fixture.clock.advance(ROUND);
    assert.deepEqual(fixture.store.series(['press', 'room']).map(({ device, metric, readings }) => [device, metric, readings]), [['press', 't', 100], ['press', 'u', 0], ['room', 't', 100], ['room', 'u', 100]]);
  });

  it('leaves rollups that are no longer made as they are', async () => {
    writeBefore(2 * HOUR);
    retain({ readings: HOUR, minute: Infinity });
    fixture.clock.advance(DAY);
    retain({});
    fixture.clock.advance(DAY);
    assert.deepEqual(await counts([began - 3 * HOUR, began + HOUR]), [7_200]);
    // Readings that come late now are kept, and stand beside the rollups.
    fixture.write(reading(began - HOUR + 1, 5));
    fixture.clock.advance(ROUND);
    assert.equal(fixture.all('press', 't').length, 1);
    assert.deepEqual(await counts([began - 3 * HOUR, began + HOUR]), [7_201]);
  });

  it('leaves nothing in the file of what somebody deletes, also where it was in rollups that others have joined since', async () => {
    const secret = 'pulse-of-somebody';
    const write = (length: number): void => {
      fixture.write(...Array.from({ length: 600 }, (_, index) => sampleOf(index % 3 === 0 ? 'somebody' : 'room', began - 30 * DAY + index * MINUTE, { t: index % 3 === 0 ? `${secret} ${index} ${'x'.repeat(length)}` : `${index} ${'y'.repeat(length)}` })));
      fixture.clock.advance(2 * ROUND);
    };
    retain({ readings: HOUR, minute: 90 * DAY, hour: Infinity });
    write(30);
    write(3_000);
    fixture.clock.advance(61 * DAY);
    fixture.write(...Array.from({ length: 100 }, (_, index) => sampleOf('room', began - 20 * DAY + index * MINUTE, { t: 'z'.repeat(index * 50) })));
    fixture.clock.advance(2 * ROUND);
    assert.ok(fixture.bytes().includes(secret));
    await fixture.settle(fixture.store.delete({ device: 'somebody' }));
    assert.ok(!fixture.bytes().includes(secret));
    assert.deepEqual(fixture.store.devices(), ['room']);
    assert.equal((await fixture.store.buckets({ device: 'room', metric: 't', edges: [0, began + DAY] })).buckets[0]?.count, 900);
  });

  it('lets damaged readings go with the others, and says that they are in no rollup', async () => {
    writeBefore(2 * HOUR);
    fixture.flip('chunk', `first_ts = ${began - 2 * HOUR + 16 * SECOND}`);
    retain({ readings: HOUR / 2, minute: Infinity });
    fixture.clock.advance(HOUR);
    const [count = 0] = await counts([began - 3 * HOUR, began]);
    // What stands beside the chunk is enough, where the chunk lies within a minute.
    assert.ok(count === 7_200 || fixture.problems.length === 1);
    assert.equal(ledger().present + ledger().gone, 7_200);
  });

  it('says once that it cannot, and goes on by itself', () => {
    writeBefore(2 * HOUR);
    let broken = true;
    fixture.store.retain({
      of: () => {
        if (broken) throw new Error('the profiles are gone');
        return { ...KEEP_ALL, readings: HOUR };
      },
      maximumBytes: Infinity,
    });
    fixture.clock.advance(5 * MINUTE);
    assert.deepEqual(fixture.problems.map(({ message }) => message), ['the profiles are gone']);
    assert.equal(fixture.store.count(), 7_200);
    broken = false;
    fixture.clock.advance(5 * MINUTE);
    assert.ok(fixture.store.count() < 3_900);
  });

  it('works a few milliseconds at a time', () => {
    writeBefore(2 * DAY);
    retain({ readings: HOUR, minute: Infinity });
    const remaining: number[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      fixture.clock.advance(turn === 0 ? 1_001 : 50);
      remaining.push(fixture.store.count());
    }
    assert.ok(new Set(remaining).size > 10, `only ${new Set(remaining).size} slices`);
  });
});
