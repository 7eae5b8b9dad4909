import assert from 'node:assert/strict';
import type { MetricInfo, Sample, Values } from '../../../core/sample/sample.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const SECRET = 'pulse-of-somebody';

function secretSample(device: string, ts: number, values: Values = { v: `${SECRET} ${ts}`, u: ts }): Sample {
  const info: MetricInfo = { unit: '1/min', flags: ['late'], raw: { was: SECRET } };
  return { ...sampleOf(device, ts, values), metrics: { v: info } };
}

describe('the store, when somebody deletes readings', () => {
  let fixture: StoreFixture;
  const values = (device: string, metric = 'v'): unknown[] => fixture.all(device, metric).map(({ value }) => value);
  const stored = (): unknown => fixture.sql(COUNT_READINGS)[0]?.['readings'];

  beforeEach(() => {
    fixture = new StoreFixture({ chunkReadings: 4 });
  });
  afterEach(() => fixture.remove());

  it('deletes a device, and leaves everything of others', async () => {
    for (let ts = 0; ts < 20; ts += 1) fixture.write(sampleOf('a', ts, { v: ts, u: -ts }), sampleOf('b', ts, { v: ts }));
    fixture.store.seal();
    fixture.write(sampleOf('a', 5, { v: 'corrected' }), sampleOf('b', 5, { v: 'corrected' }));
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'a' })), 40);
    for (const again of [(): void => {}, (): void => fixture.reopen()]) {
      again();
      assert.deepEqual([values('a'), values('a', 'u'), fixture.superseded('a', 'v'), fixture.store.latest('a'), fixture.store.count('a')], [[], [], [], {}, 0]);
      assert.deepEqual([fixture.store.devices(), fixture.store.metrics(), fixture.store.count(), stored()], [['b'], ['v'], 20, 20]);
      assert.deepEqual([values('b').length, fixture.superseded('b', 'v').length], [20, 1]);
    }
    fixture.write(sampleOf('a', 3, { v: 'new' }));
    assert.deepEqual([values('a'), fixture.store.count('a')], [['new'], 1]);
  });

  it('deletes one metric, or a time of it, with its beginning and without its end, and counts what went', async () => {
    for (let ts = 0; ts < 20; ts += 1) fixture.write(sampleOf('a', ts, { v: ts, u: ts }));
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'a', metric: 'v', from: 6, to: 13 })), 7);
    const rest = [0, 1, 2, 3, 4, 5, 13, 14, 15, 16, 17, 18, 19];
    assert.deepEqual([values('a'), values('a', 'u').length, fixture.store.count('a')], [rest, 20, 33]);
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'a', from: 17 })), 6);
    assert.deepEqual([values('a'), fixture.store.latest('a')['v']?.value, fixture.store.latest('a')['u']?.value], [rest.slice(0, -3), 16, 16]);
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'a', to: 0.5 })), 2);
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'a', from: 100, to: 200 })), 0);
    assert.equal(await fixture.settle(fixture.store.delete({ device: 'nobody' })), 0);
    assert.deepEqual([values('a'), fixture.store.counts.deleted, fixture.store.losses().deleted], [rest.slice(1, -3), 15, 15]);
    fixture.write(sampleOf('a', 18, { v: 'again' }));
    for (const again of [(): void => {}, (): void => fixture.store.seal(), (): void => fixture.crash()]) {
      again();
      assert.deepEqual([values('a').at(-1), fixture.store.latest('a')['v']?.value, fixture.store.count(), stored()], ['again', 'again', 26, 26]);
    }
  });

  it('keeps what is written again while it deletes', async () => {
    fixture.write(...Array.from({ length: 2_000 }, (_, ts) => sampleOf('a', ts, { v: ts })));
    fixture.store.seal();
    const work = fixture.store.delete({ device: 'a', to: 1_999 });
    fixture.write(sampleOf('a', 5, { v: 5 }), sampleOf('a', 1_500, { v: 1_500 }), sampleOf('a', 3_000, { v: 'new' }), sampleOf('a', 1_999, { v: 'corrected' }));
    assert.ok(fixture.store.count('a') > 100, 'it was not done at once');
    assert.equal(await fixture.settle(work), 1_999);
    for (const again of [(): void => {}, (): void => fixture.store.seal(), (): void => fixture.crash()]) {
      again();
      assert.deepEqual([values('a'), fixture.store.count()], [[5, 1_500, 'corrected', 'new'], 4]);
    }
    assert.equal(stored(), 4);
  });

  it('goes on after a kill at any moment, and keeps what was written since', async () => {
    const samples = Array.from({ length: 3_000 }, (_, ts) => [secretSample('a', ts), sampleOf('b', ts, { v: ts })]).flat();
    fixture.write(...samples);
    const seen = new Set<number>();
    void fixture.store.delete({ device: 'a' }).catch(() => {});
    fixture.write(secretSample('a', 7, { v: 'written since' }));
    for (let kill = 0; kill < 40; kill += 1) {
      fixture.clock.advance(6);
      await new Promise(setImmediate);
      seen.add(fixture.store.count('a'));
      fixture.crash();
    }
    assert.ok(seen.size >= 3, `killed in the middle: ${[...seen].join(' ')}`);
    for (let round = 0; round < 500; round += 1) {
      fixture.clock.advance(5);
      await new Promise(setImmediate);
    }
    assert.deepEqual([values('a'), values('a', 'u'), values('b').length, fixture.store.count(), stored()], [['written since'], [], 3_000, 3_001, 3_001]);
    assert.deepEqual([fixture.sql('SELECT * FROM deletion'), fixture.bytes().includes(`${SECRET} 3`)], [[], false]);
  });

  it('leaves no byte of it in any file, wherever copies of it have been', async () => {
    for (const seed of [21, 22]) {
      const length = (ts: number, most: number): number => ((ts + 300) * 7_919 * seed) % most;
      const others = (ts: number): Sample => sampleOf('b', ts, { v: `someone else ${'x'.repeat(length(ts, 9_000))}` });
      for (let ts = 0; ts < 300; ts += 1) {
        fixture.write(secretSample('a', ts, { v: `${SECRET} ${'y'.repeat(length(ts, 7_000))}`, w: SECRET }), others(ts));
        if (ts % 3 === 2) fixture.write(secretSample('a', ts - 2, { v: `${SECRET} corrected` }), others(ts - 2));
        if (ts % 5 === 0) fixture.store.seal();
      }
      if (seed === 21) fixture.flip('chunk', 'series = 1 AND first_ts = (SELECT min(first_ts) FROM chunk WHERE series = 1)');
      fixture.write(secretSample('a', -5, { v: SECRET }));
      fixture.store.seal();
      for (let ts = 300; ts < 310; ts += 1) fixture.write(secretSample('a', ts), others(ts));
      assert.ok(fixture.bytes().includes(SECRET));
      await fixture.settle(fixture.store.delete(seed % 2 === 0 ? { device: 'a', from: -10, to: 1_000 } : { device: 'a' }));
      assert.equal(fixture.bytes().indexOf(SECRET), -1);
      for (const again of [(): void => {}, (): void => fixture.reopen()]) {
        again();
        assert.deepEqual([values('b').length, fixture.problems.length], [310, Math.min(1, fixture.problems.length)]);
      }
    }
  }).timeout(60_000);

  it('does two deletions one after the other, and refuses one that does not say when', async () => {
    fixture.write(...Array.from({ length: 500 }, (_, ts) => sampleOf('a', ts, { v: ts })));
    const both = Promise.all([fixture.store.delete({ device: 'a', to: 300 }), fixture.store.delete({ device: 'a', from: 200 }), assert.rejects(fixture.store.delete({ device: 'a', from: NaN }), { code: 'HOLDFAST_BAD_DELETION' })]);
    assert.deepEqual((await fixture.settle(both)).slice(0, 2), [300, 200]);
    assert.deepEqual([fixture.store.devices(), fixture.store.count(), stored()], [[], 0, 0]);
  });

  it('that is closed before all has gone says so, and goes on when it is opened again', async () => {
    fixture.write(...Array.from({ length: 2_000 }, (_, ts) => sampleOf('a', ts, { v: ts })));
    const work = fixture.store.delete({ device: 'a' });
    const told = assert.rejects(work, { code: 'HOLDFAST_STORAGE_FAILED', message: /goes on when it is opened again/ });
    fixture.reopen();
    await told;
    for (let round = 0; round < 500; round += 1) {
      fixture.clock.advance(5);
      await new Promise(setImmediate);
    }
    assert.deepEqual([fixture.store.devices(), stored()], [[], 0]);
  });

  it('takes readings in at its bound although it deletes, since it removes first what keeps it from sealing', async () => {
    fixture.remove();
    fixture = new StoreFixture({ chunkReadings: 4, limits: { readings: 100 } });
    fixture.write(...Array.from({ length: 1_000 }, (_, ts) => sampleOf('a', ts, { v: ts })));
    const work = fixture.store.delete({ device: 'a' });
    for (let ts = 0; ts < 500; ts += 1) assert.equal(fixture.write(sampleOf('a', ts, { v: 'new' })), undefined);
    assert.equal(await fixture.settle(work), 1_000);
    assert.deepEqual([values('a').length, new Set(values('a')), stored()], [500, new Set(['new']), 500]);
  });
});
