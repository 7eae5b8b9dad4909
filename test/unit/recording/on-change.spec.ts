import assert from 'node:assert/strict';
import type { Band, OnChange } from '../../../core/recording/settings.ts';
import type { MetricInfo, ReadingValue } from '../../../core/sample/sample.ts';
import { at, RecorderFixture } from './fixture.ts';

const onChange = (band: Band, more: Partial<OnChange> = {}): OnChange => ({ mode: 'change', band, bands: new Map(), longestSilence: Infinity, ...more });
const ONE: Band = { width: 1, kind: 'absolute' };

describe('storing on change', () => {
  let fixture: RecorderFixture;
  const start = (settings: OnChange, capacity?: number): RecorderFixture => (fixture = new RecorderFixture(settings, capacity));
  afterEach(() => fixture.remove());

  const record = async (...values: ReadingValue[]): Promise<unknown[]> => {
    for (const [second, m] of values.entries()) await fixture.record(at(second, { m }));
    return fixture.stored();
  };

  it('stores what lies further from the last stored value than the band, and counts the rest', async () => {
    start(onChange(ONE));
    assert.deepEqual(await record(10, 10.5, 11, 11.01, 10.5, 10, 12.5), [[0, 10], [3, 11.01], [5, 10], [6, 12.5]]);
    assert.deepEqual(fixture.recorder.counts, { skipped: 3 });
  });

  it('sees a value that creeps away, since it compares with what was stored', async () => {
    start(onChange(ONE));
    assert.deepEqual(await record(0, 0.6, 1.2, 1.8, 2.4), [[0, 0], [2, 1.2], [4, 2.4]]);
  });

  it('takes a band in percent of the last stored value', async () => {
    start(onChange({ width: 10, kind: 'percent' }));
    assert.deepEqual(await record(100, 109, 111, 100, -100), [[0, 100], [2, 111], [4, -100]]);
    fixture.remove();
    start(onChange({ width: 10, kind: 'percent' }));
    assert.deepEqual(await record(0, 0, 0.001), [[0, 0], [2, 0.001]]);
  });

  it('takes the band of the metric where it has one', async () => {
    start(onChange(ONE, { bands: new Map([['fine', { width: 0.1, kind: 'absolute' }]]) }));
    for (const [second, value] of [0, 0.5].entries()) await fixture.record(at(second, { m: value, fine: value }));
    assert.deepEqual([fixture.stored('m'), fixture.stored('fine')], [[[0, 0]], [[0, 0], [1, 0.5]]]);
  });

  it('stores every change of text, truth, type and null, and nothing that stays', async () => {
    start(onChange(ONE));
    assert.deepEqual(await record('on', 'on', 'off', true, true, false, null, null, 1, '1', 1.5, NaN, NaN, -0, 0), [
      [0, 'on'], [2, 'off'], [3, true], [5, false], [6, null], [8, 1], [9, '1'], [10, 1.5], [11, NaN], [13, -0],
    ]);
  });

  it('stores every change of quality, unit and flags', async () => {
    start(onChange(ONE));
    const infos: MetricInfo[] = [{ q: 1 }, { q: 1 }, { q: 3 }, { q: 3, flags: ['stuck'] }, { q: 3, flags: ['stuck'] }, { q: 3, flags: ['stuck'], unit: 'Cel' }];
    for (const [second, info] of infos.entries()) await fixture.record(at(second, { m: 5 }, { m: info }));
    assert.deepEqual(fixture.stored(), [[0, 5], [2, 5], [3, 5], [5, 5]]);
  });

  it('stores a reading all the same after the longest silence, so that a steady device is no dead one', async () => {
    start(onChange(ONE, { longestSilence: 10_000 }));
    for (const second of [0, 4, 8, 9.999, 10, 15, 19.999, 30]) await fixture.record(at(second, { m: 5 }));
    assert.deepEqual(fixture.stored(), [[0, 5], [10, 5], [30, 5]]);
  });

  it('stores late readings as they are, and goes on from the newest', async () => {
    start(onChange(ONE));
    for (const [second, m] of [[10, 5], [3, 5.2], [10, 5.3], [11, 5.4]] as const) await fixture.record(at(second, { m }));
    assert.deepEqual(fixture.stored(), [[3, 5.2], [10, 5.3]]);
  });

  it('is not misled by a time far ahead', async () => {
    start(onChange(ONE));
    await fixture.record({ ...at(4_000_000_000, { m: 5 }), received: 1_000 });
    for (const second of [2, 3]) await fixture.record(at(second, { m: 5 }));
    assert.deepEqual(fixture.stored(), [[4_000_000_000, 5]]);
  });

  it('says of a sample whether anything of it was stored, and stores of it only that', async () => {
    start(onChange(ONE));
    const kept = [at(0, { m: 1, n: 1 }), at(1, { m: 1.5, n: 9 }), at(2, { m: 1.5, n: 9 })];
    const told = [];
    for (const sample of kept) told.push(await fixture.record(sample));
    assert.deepEqual([told, fixture.stored('m'), fixture.stored('n')], [[true, true, false], [[0, 1]], [[0, 1], [1, 9]]]);
  });

  it('goes on after a kill where it was', async () => {
    start(onChange(ONE));
    await fixture.record(at(0, { m: 10 }), at(1, { m: 20 }));
    fixture.kill();
    await fixture.record(at(2, { m: 10.1 }));
    await fixture.record(at(3, { m: 10.2 }));
    assert.deepEqual(fixture.stored(), [[0, 10], [1, 20], [2, 10.1]]);
  });

  it('stores a reading at its redelivery that it had noted, but could not store', async () => {
    start(onChange(ONE));
    await fixture.record(at(0, { m: 10 }));
    fixture.refuse = new Error('the disk fails');
    await assert.rejects(fixture.record(at(1, { m: 20 })), /the disk fails/);
    fixture.refuse = undefined;
    fixture.kill();
    await fixture.record(at(1, { m: 20 }));
    assert.deepEqual(fixture.stored(), [[0, 10], [1, 20]]);
  });

  it('hands what no rule can compare to the store as it is, which says what is wrong with it', async () => {
    start(onChange(ONE));
    await assert.rejects(fixture.record({ ...at(0, { m: 1 }), ts: 0.5 }), /whole milliseconds/);
    await fixture.record(at(1, { m: 'x'.repeat(1_001) }), at(2, { m: 'x'.repeat(1_001) }));
    assert.equal(fixture.stored().length, 2);
  });

  it('watches a thousand metrics of a device, and stores every reading of the others', async () => {
    start(onChange(ONE));
    const values = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, 1]));
    await fixture.record(at(0, values), at(1, values));
    assert.deepEqual([fixture.stored('m999').length, fixture.stored('m1000').length], [1, 2]);
  });

  it('remembers more devices than it has in memory', async () => {
    start(onChange(ONE), 2);
    for (const second of [0, 1]) for (const device of ['a', 'b', 'c', 'd']) await fixture.record(at(second, { m: 1 }, undefined, device));
    assert.deepEqual(['a', 'b', 'c', 'd'].map((device) => fixture.stored('m', device).length), [1, 1, 1, 1]);
  });
});
