import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { AGGREGATES } from '../../../core/history/query.ts';
import { readHistoryQuery } from '../../../core/history/read-query.ts';
import { runHistory } from '../../../core/history/run-history.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { NOW, PlainStore, ask, reading, registry, rows } from './plain-store.ts';

describe('the embedded store', () => {
  let folder: string;
  let store: SqliteStore;
  const plain = new PlainStore();
  const END = 40_000;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-history-'));
    store = new SqliteStore({ path: join(folder, 'store.sqlite'), clock: new ManualClock(NOW), commitInterval: 0, problem: (error) => assert.fail(error) });
    const random = fc.sample(fc.tuple(fc.integer({ min: 0, max: END }), fc.oneof(fc.integer({ min: -50, max: 50 }), fc.boolean(), fc.constantFrom('text', null)), fc.constantFrom(1, 2, 3, 4, 9)), { numRuns: 6_000, seed: 7 });
    for (const device of ['press-1', 'van-2']) {
      const byTime = new Map(random.slice(device === 'van-2' ? 3_000 : 0, device === 'van-2' ? 6_000 : 3_000).map(([ts, value, quality]) => [ts, reading(ts, value, quality as 1)]));
      plain.add(device, 'level', [...byTime.values()]);
      const samples = [...byTime.values()].map(({ ts, value, quality }): Sample => ({ id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { level: value }, metrics: { level: { q: quality } } }));
      const committed = new Promise<void>((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));
      store.seal();
      await committed;
    }
  });
  after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers every question as plain arrays do', async () => {
    const times = fc.tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 1, max: END })).map(([from, length]) => ({ from, to: from + length }));
    const question = fc.record({
      kind: fc.constantFrom('raw', 'aggregate', 'latest', 'at'), at: fc.integer({ min: 0, max: END }), devices: fc.constantFrom('', 'press-1', 'van-2,press-1'), order: fc.constantFrom('oldest', 'newest'), minimumQuality: fc.constantFrom('good', 'suspect', 'missing'),
      points: fc.integer({ min: 1, max: 50 }), fill: fc.constantFrom('null', 'none', 'previous', 'linear', 7), gapAfter: fc.constantFrom('auto', 'off', 100), resets: fc.constantFrom('signed', 'from-zero'), limit: fc.integer({ min: 1, max: 10_000 }),
    });
    await fc.assert(fc.asyncProperty(question, times, async (asked, range) => {
      const whole = { ...asked, ...range, aggregates: [...AGGREGATES] };
      const answer = runHistory(readHistoryQuery(whole, { now: NOW, timeZone: 'UTC' }), { store, registry, clock: new ManualClock(NOW) });
      const expected = ask(plain, whole);
      assert.deepEqual(rounded(await rows(answer)), rounded(await rows(expected)));
      assert.deepEqual([answer.next, answer.notices], [expected.next, expected.notices]);
    }), { numRuns: 120 });
  });
});

/** Sums of the same numbers in another order differ in the last digits. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? Number(one.toPrecision(10)) : one)));
}
