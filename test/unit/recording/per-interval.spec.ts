import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PerInterval } from '../../../core/recording/settings.ts';
import type { Quality } from '../../../core/sample/sample.ts';
import { at, RecorderFixture } from './fixture.ts';

const LAST: PerInterval = { mode: 'interval', interval: 10_000, keep: 'last' };
const EXTREMES: PerInterval = { ...LAST, keep: 'extremes' };

describe('storing a few readings per interval', () => {
  let fixture: RecorderFixture;
  const start = (settings: PerInterval): RecorderFixture => (fixture = new RecorderFixture(settings));
  afterEach(() => fixture.remove());

  const record = async (...readings: ReadonlyArray<readonly [second: number, m: number, q?: Quality]>): Promise<void> => {
    for (const [second, m, q] of readings) await fixture.record(at(second, { m }, q && { m: { q } }));
  };

  it('stores the last reading of each interval of event time once the next one begins, and counts the others', async () => {
    start(LAST);
    await record([0, 1], [5, 2], [9.999, 3]);
    assert.deepEqual(fixture.stored(), []);
    await record([10, 4], [35, 5]);
    assert.deepEqual(fixture.stored(), [[9.999, 3], [10, 4]]);
    assert.deepEqual(fixture.recorder.counts, { skipped: 2 });
  });

  it('stores the smallest, the largest and the last, each once', async () => {
    start(EXTREMES);
    await record([0, 5], [1, 9], [2, 1], [3, 4], [4, 5], [10, 7], [20, 0]);
    assert.deepEqual(fixture.stored(), [[1, 9], [2, 1], [4, 5], [10, 7]]);
    assert.deepEqual(fixture.recorder.counts, { skipped: 2 });
  });

  it('lets no reading of a worse quality stand for the smallest or the largest', async () => {
    start(EXTREMES);
    await record([0, -9999, 4], [1, 9, 1], [2, 1, 1], [3, -9999, 4], [4, 5, 1], [10, 7]);
    assert.deepEqual(fixture.stored(), [[1, 9], [2, 1], [4, 5]]);
  });

  it('stores late readings as they are, and orders those within the interval by time', async () => {
    start(LAST);
    await record([12, 1], [3, 2], [18, 3], [15, 4], [20, 5]);
    assert.deepEqual(fixture.stored(), [[3, 2], [18, 3]]);
  });

  it('stores what it holds when a device has been silent for an interval', async () => {
    start(LAST);
    await record([0, 1], [5, 2]);
    await fixture.wait(9);
    assert.deepEqual(fixture.stored(), []);
    await fixture.wait(2);
    assert.deepEqual(fixture.stored(), [[5, 2]]);
  });

  it('stores what it holds when the node stops', async () => {
    start(EXTREMES);
    await record([0, 1], [5, 3], [6, 2]);
    const closed = fixture.recorder.close();
    await fixture.settle();
    await closed;
    assert.deepEqual(fixture.stored(), [[0, 1], [5, 3], [6, 2]]);
  });

  it('loses nothing by a kill in the middle of an interval: what was held goes on being held', async () => {
    start(EXTREMES);
    await record([0, 5], [1, 9], [2, -0], [3, 4]);
    fixture.kill();
    await record([4, 6], [10, 7]);
    assert.deepEqual(fixture.stored(), [[1, 9], [2, -0], [4, 6]]);
  });

  it('stores what was held, after a kill, of a device that is never heard again', async () => {
    start(LAST);
    await record([5, 2]);
    fixture.kill();
    await fixture.wait(11);
    assert.deepEqual(fixture.stored(), [[5, 2]]);
  });

  it('stores at once what was held under other settings', async () => {
    start(LAST);
    await record([5, 2]);
    fixture.kill({ mode: 'every' });
    await fixture.wait(0);
    assert.deepEqual(fixture.stored(), [[5, 2]]);
    await record([6, 3]);
    assert.deepEqual(fixture.stored(), [[5, 2], [6, 3]]);
  });

  it('keeps what is due while the store refuses, also through a kill', async () => {
    start(LAST);
    await record([0, 1]);
    fixture.refuse = new Error('the disk fails');
    await assert.rejects(record([10, 2]), /the disk fails/);
    fixture.kill();
    fixture.refuse = undefined;
    await record([20, 3]);
    assert.deepEqual(fixture.stored(), [[0, 1], [10, 2]]);
  });
});

describe('whatever the order of readings, the kills and the silences', () => {
  it('the last reading of every interval is stored at the end', async function () {
    this.timeout(60_000);
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('record' as const), second: fc.integer({ min: 0, max: 60 }), m: fc.integer({ min: 0, max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const run = new RecorderFixture(LAST);
        try {
          const last = new Map<number, [number, number]>();
          const sent = new Map<number, number>();
          for (const one of steps) {
            if (one.do === 'kill') run.kill();
            else if (one.do === 'wait') await run.wait(11);
            else {
              // A correction of a time that was sent before is the store's business.
              if (sent.has(one.second)) continue;
              sent.set(one.second, one.m);
              await run.record(at(one.second, { m: one.m }));
              const index = Math.floor(one.second / 10);
              if ((last.get(index)?.[0] ?? -1) < one.second) last.set(index, [one.second, one.m]);
            }
          }
          const closed = run.recorder.close();
          await run.settle();
          await closed;
          const stored = run.stored() as Array<[number, number]>;
          for (const reading of last.values()) assert.ok(stored.some(([second, m]) => second === reading[0] && m === reading[1]), `${reading.join(' ')} is lost`);
          for (const [second, m] of stored) assert.equal(sent.get(second), m);
        } finally {
          run.remove();
        }
      }),
      { numRuns: 60 },
    );
  });
});
