import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DevicePeers } from '../../../../core/anomaly/peers/device-peers.ts';
import { Cohort, highest } from './cohort.ts';

describe('what a device has learned of its group', () => {
  it('goes on bit for bit wherever it was restored', () => {
    const said = (restarts: ReadonlySet<number>): unknown => {
      const cohort = new Cohort(5);
      const all = Array.from({ length: 500 }, (_, minute) => {
        if (restarts.has(minute)) cohort.restart();
        return cohort.round((value, index) => (index === 1 && minute > 300 && minute % 90 < 25 ? value + 4 : value));
      });
      return [all, ...Array.from(cohort.own.values(), (own) => own.snapshot())];
    };
    const uninterrupted = said(new Set());
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 499 }), { minLength: 1, maxLength: 6 }), (places) => {
      assert.deepEqual(said(new Set(places)), uninterrupted);
    }), { numRuns: 15 });
  });

  it('takes less than half a kilobyte for a metric, also while it is new', () => {
    const cohort = new Cohort(8);
    cohort.rounds(36);
    assert.ok(JSON.stringify(cohort.own.get('freezer-1')?.snapshot()).length < 512);
    cohort.rounds(1_000);
    assert.ok(JSON.stringify(cohort.own.get('freezer-1')?.snapshot()).length < 512);
  });

  it('begins no episode again for what a person said was expected, nor for less, but for more', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    const defrost = (height: number): number => {
      const score = highest(cohort.rounds(15, (value, index) => (index === 3 ? value + height : value)), (index) => index === 3);
      cohort.rounds(30);
      return score;
    };
    assert.equal(cohort.own.get('freezer-3')?.answer('humidity', true), false);
    assert.ok(defrost(6) > 1);
    assert.equal(cohort.own.get('freezer-3')?.answer('temperature', true), true);
    assert.ok(defrost(5.5) <= 0.25);
    assert.ok(defrost(12) > 1, 'further off');
    assert.ok(defrost(-6) > 1, 'on the other side');
    assert.ok(highest(cohort.rounds(15, (value, index) => (index === 5 ? value + 6 : value)), (index) => index === 5) > 1, 'of another device');
  });

  it('never takes for usual what is like that which a person said was not expected', () => {
    const cohort = new Cohort(8);
    cohort.rounds(600);
    cohort.rounds(10, (value, index) => (index === 3 ? value + 6 : value));
    assert.equal(cohort.own.get('freezer-3')?.answer('temperature', false), true);
    const lasting = cohort.rounds(2_500, (value, index) => (index === 3 ? value + 5 : value));
    assert.ok((lasting.at(-1)?.[3]?.score ?? 0) >= 1);
    assert.ok(highest(cohort.rounds(50).slice(20), (index) => index === 3) < 1);
  });

  it('is refused when it is damaged, and then is as it was', () => {
    const cohort = new Cohort(5);
    cohort.rounds(300);
    const own = cohort.own.get('freezer-1')!;
    const before = own.snapshot()!;
    const metric = before.metrics['temperature']!;
    const spoilt = (at: number, value: unknown): unknown => ({ ...before, metrics: { temperature: { ...metric, s: metric.s.with(at, value as number) } } });
    for (const damaged of [null, 1, {}, { group: 1, metrics: {} }, { group: 'x', metrics: null }, { group: 'x', metrics: { a: 1 } }, { group: 'x', metrics: { a: { s: [1], e: [0, 0, 0, 0], first: [] } } },
      { group: 'x', metrics: { a: { ...metric, first: Array.from({ length: 99 }, () => 0) } } }, { group: 'x', metrics: { a: { ...metric, e: [1] } } }, spoilt(0, -1), spoilt(0, 1.5), spoilt(1, 'x'), spoilt(1, 1e300), spoilt(2, -1), spoilt(3, null)]) {
      assert.throws(() => own.restore(damaged), { code: 'HOLDFAST_DETECTOR_SNAPSHOT' });
      assert.deepEqual(own.snapshot(), before);
    }
  });

  it('is bounded however many metrics a device invents', () => {
    const own = new DevicePeers();
    for (let index = 0; index < 1_000; index += 1) own.usual('tag freezers', `metric-${index}`);
    assert.equal(Object.keys(own.snapshot()?.metrics ?? {}).length, 200);
  });
});
