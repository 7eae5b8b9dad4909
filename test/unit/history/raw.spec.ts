import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { HistoryLimitError, HistoryTimeoutError } from '../../../core/history/history-error.ts';
import { DAY, HOUR, MINUTE, NOW, PlainStore, ask, blocks, reading, rows } from './plain-store.ts';

const every = (minutes: readonly number[], start = 0): ReturnType<typeof reading>[] => minutes.map((minute) => reading(start + minute * MINUTE, minute));
const line = (count: number, start = 0): ReturnType<typeof reading>[] => every(Array.from({ length: count }, (_, index) => index), start);
const press = (readings: ReturnType<typeof reading>[]): PlainStore => new PlainStore().add('press-1', 'temperature', readings);
/** Times in minutes, a gap as a text. */
const minutes = async (answer: ReturnType<typeof ask>): Promise<Array<number | string>> => (await rows(answer)).map((row) => ('gap' in row ? `gap at ${row.ts / MINUTE}` : row.ts / MINUTE));

describe('raw readings', () => {
  it('come with quality, unit and flags, from the beginning to before the end', async () => {
    const store = press([reading(-1, 0), { ...reading(0, 1, 3), unit: 'Cel', flags: ['clock'] }, reading(9, 'text'), reading(10, 2)]);
    assert.deepEqual(await blocks(ask(store, { from: 0, to: 10 })), [
      { device: 'press-1', metric: 'temperature', kind: 'readings', rows: [{ ts: 0, value: 1, quality: 3, unit: 'Cel', flags: ['clock'] }, { ts: 9, value: 'text', quality: 1 }] },
    ]);
  });

  it('show a gap where the next reading is overdue, at the time from which on it was', async () => {
    const store = press(every([0, 1, 2, 3, 10, 11]));
    assert.deepEqual(await minutes(ask(store, { from: 0, to: HOUR })), [0, 1, 2, 3, 'gap at 6', 10, 11]);
    assert.deepEqual(await minutes(ask(store, { from: 0, to: HOUR, gapAfter: '90s' })), [0, 1, 2, 3, 'gap at 4.5', 10, 11]);
    assert.deepEqual(await minutes(ask(store, { from: 0, to: HOUR, gapAfter: 'off' })), [0, 1, 2, 3, 10, 11]);
    assert.deepEqual(await minutes(ask(store, { from: 0, to: HOUR, order: 'newest' })), [11, 10, 'gap at 6', 3, 2, 1, 0]);
    assert.deepEqual(await minutes(ask(press(every([0, 50])), { from: 0, to: HOUR })), [0, 50], 'two readings do not tell what is usual');
  });

  it('come newest first across bursts and silences', async () => {
    const store = press([...line(3_000), ...Array.from({ length: 2_500 }, (_, index) => reading(5_000 * MINUTE + index, index)), ...line(10, 90_000 * MINUTE)]);
    const question = { from: 0, to: 200_000 * MINUTE, limit: 20_000, gapAfter: 'off' };
    const oldest = await rows(ask(store, question));
    assert.equal(oldest.length, 5_510);
    assert.deepEqual(await rows(ask(store, { ...question, order: 'newest' })), oldest.toReversed());
    store.read = 0;
    assert.deepEqual(await rows(ask(store, { ...question, order: 'newest', limit: 5 })), oldest.slice(-5).toReversed());
    assert.ok(store.read <= 3_000, `${store.read} readings were read for 5`);
  });

  it('come by device and metric, of all devices or of those with an id, a profile and a tag', async () => {
    const store = new PlainStore();
    for (const device of ['van-2', 'press-2', 'van-1', 'press-1']) store.add(device, 'speed', [reading(1, 1)]).add(device, 'load', [reading(1, 1)]);
    const names = async (question: object): Promise<string[]> => (await blocks(ask(store, { from: 0, to: 10, ...question }))).map(({ device, metric }) => `${device} ${metric}`);
    assert.deepEqual(await names({ metrics: 'load' }), ['press-1 load', 'press-2 load', 'van-1 load', 'van-2 load']);
    assert.deepEqual(await names({ devices: 'van-2,van-1,nobody' }), ['van-1 load', 'van-1 speed', 'van-2 load', 'van-2 speed']);
    assert.deepEqual(await names({ profile: 'van', metrics: 'load' }), ['van-1 load', 'van-2 load']);
    assert.deepEqual(await names({ profile: 'van', tag: '2' }), ['van-2 load', 'van-2 speed']);
    assert.deepEqual(await names({ devices: 'press-1,van-1', tag: '1', profile: 'van', metrics: 'load,none' }), ['van-1 load']);
  });

  it('say of which devices there is nothing', async () => {
    const answer = ask(press(line(3)), { from: 0, to: HOUR, devices: 'press-1,pres-2' });
    await blocks(answer);
    assert.deepEqual(answer.notices, [{ code: 'unknown', message: 'There is nothing of "pres-2" in what was asked for. Look at the ids, the metrics, the time and the quality.' }]);
  });

  it('say nothing of devices at which whoever asked did not want to look any more', async () => {
    const store = new PlainStore().add('press-1', 'temperature', line(3)).add('press-2', 'temperature', line(3));
    const answer = ask(store, { from: 0, to: HOUR, devices: 'press-1,press-2' });
    for await (const { device } of answer) if (device === 'press-1') break;
    assert.deepEqual(answer.notices, []);
  });

  it('page by page are what they are in one go, gaps and all, in either order', async () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    await fc.assert(fc.asyncProperty(times, times, fc.integer({ min: 1, max: 40 }), fc.constantFrom('oldest', 'newest'), fc.constantFrom('raw', 'aggregate', 'latest'), fc.constantFrom('auto', 'off', 7), async (a, b, limit, order, kind, gapAfter) => {
      const store = new PlainStore().add('press-1', 'a', a.map((ts) => reading(ts, ts))).add('press-2', 'b', b.map((ts) => reading(ts, ts)));
      const question = { kind, from: 0, to: 400, order, gapAfter, ...(kind === 'aggregate' && { points: 13, aggregates: 'mean,delta' }) };
      const whole = await rows(ask(store, question));
      const paged: typeof whole = [];
      let next: string | undefined;
      do {
        const answer = ask(store, { ...question, limit, next });
        const page = await rows(answer);
        assert.ok(page.length <= limit && page.length === answer.rows);
        assert.ok(answer.next === undefined || page.length === limit, 'a page that is not the last one is full');
        assert.equal(answer.notices.some(({ code }) => code === 'limited'), answer.next !== undefined);
        paged.push(...page);
        next = answer.next;
      } while (next !== undefined);
      assert.deepEqual(paged, whole);
    }), { numRuns: 300 });
  });

  it('are read no faster than they are taken, and no further once nobody takes them', async () => {
    const store = press(line(50_000));
    let taken = 0;
    for await (const block of ask(store, { from: 0, to: NOW, limit: 50_000 })) {
      taken += block.rows.length;
      assert.ok(store.read <= taken + 2_000, `${store.read} were read while ${taken} were taken`);
      if (taken >= 5_000) break;
    }
    assert.ok(store.read <= 8_000);
  });

  for (const order of ['oldest', 'newest']) {
    it(`are not all in memory when they are long texts, ${order} first`, async () => {
      const text = 'x'.repeat(200_000);
      const store = new PlainStore().add('press-1', 'log', Array.from({ length: 2_000 }, (_, index) => reading(index * MINUTE, text)));
      let count = 0;
      for await (const block of ask(store, { from: -DAY, to: NOW, order })) count += block.rows.length;
      assert.equal(count, 2_000);
      assert.ok(store.charactersAtOnce <= 13_000_000, `${store.charactersAtOnce}`);
    });
  }

  it('come in blocks of at most a thousand rows', async () => {
    const sizes = (await blocks(ask(press(every(Array.from({ length: 2_500 }, (_, index) => index * 5 + (index % 2)))), { from: 0, to: NOW, gapAfter: '5m' }))).map((block) => block.rows.length);
    assert.ok(sizes.every((size) => size <= 1_000), String(sizes));
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), 3_750);
  });
});

describe('a long series of buckets', () => {
  it('leaves everything else its turn between its parts', async () => {
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    const seen = new Set<number>();
    for await (const block of ask(press(line(3)), { from: 0, to: 20_000, points: 20_000, limit: 20_000 })) if (block.rows.length === 1_000) seen.add(turns);
    clearImmediate(next);
    assert.equal(seen.size, 20);
  });
});

describe('the newest readings', () => {
  const store = new PlainStore().add('press-1', 'b', [reading(1, 10), reading(5, 50, 4)]).add('press-1', 'a', [reading(2, 20)]).add('van-1', 'a', [reading(7, 70)]);

  it('are those of each series, of all times, that are good enough', async () => {
    assert.deepEqual((await rows(ask(store, { kind: 'latest' }))).map(({ device, metric, ...row }) => [device, metric, 'value' in row && row.value]), [['press-1', 'a', 20], ['press-1', 'b', 10], ['van-1', 'a', 70]]);
    assert.deepEqual((await rows(ask(store, { kind: 'latest', minimumQuality: 'bad', devices: 'press-1', metrics: 'b' }))).map((row) => row.ts), [5]);
  });

  it('at a time are those that are not after it', async () => {
    assert.deepEqual((await rows(ask(store, { kind: 'at', at: 2, minimumQuality: 'missing' }))).map(({ metric, ts }) => [metric, ts]), [['a', 2], ['b', 1]]);
  });
});

describe('an answer', () => {
  it('that takes too long without a row ends with an error; the time of whoever takes the rows does not count', async () => {
    const clock = new ManualClock(NOW);
    const store = press(line(3_000));
    const slow = Object.assign(Object.create(store) as PlainStore, { devices: () => new Promise<string[]>(() => clock.advance(40_000)) });
    await assert.rejects(blocks(ask(slow, {}, { clock })), (error: unknown) => error instanceof HistoryTimeoutError && /longer than 30 s without a row/.test(error.message));
    for await (const block of ask(store, { from: 0, to: NOW }, { clock })) {
      clock.advance(1_000_000);
      assert.ok(block.rows.length > 0);
    }
  });

  it('ends with the reason of its signal, also while the store does not answer', async () => {
    const controller = new AbortController();
    const store = press(line(10));
    const hanging = Object.assign(Object.create(store) as PlainStore, { devices: () => new Promise<string[]>(() => setImmediate(() => controller.abort(new Error('gone')))) });
    await assert.rejects(blocks(ask(hanging, {}, { signal: controller.signal })), /gone/);
    await assert.rejects(blocks(ask(store, {}, { signal: controller.signal })), /gone/);
  });

  it('about too many series or buckets is refused with the cure', async () => {
    const many = new PlainStore();
    const series = Array.from({ length: 10_001 }, (_, index) => ({ device: 'press-1', metric: `m${index}`, readings: 1, newest: 1 }));
    Object.assign(many, { devices: () => ['press-1'], series: () => series });
    await assert.rejects(blocks(ask(many, {})), (error: unknown) => error instanceof HistoryLimitError && error.field === 'devices' && /more than 10000 series/.test(error.message));
    await assert.rejects(blocks(ask(press(line(3)), { from: '2026-01-01', every: '1 minute' })), (error: unknown) => error instanceof HistoryLimitError && error.field === 'every' && /more than 20000 times 1 minute\. Choose a longer interval/.test(error.message));
  });

  it('of a store that fails ends with its error', async () => {
    const failing = Object.assign(press(line(3)), { range: () => Promise.reject(new Error('The disk is gone.')) });
    await assert.rejects(blocks(ask(failing, { from: 0, to: HOUR })), /The disk is gone/);
  });
});
