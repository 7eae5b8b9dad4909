import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { normalQuantile, normalTail } from '../../../../core/anomaly/unusual/normal-tail.ts';

/** Upper tails of the standard normal distribution, from the tables of Abramowitz and Stegun (1964), 26.2. */
const TAILS: ReadonlyArray<[z: number, tail: number]> = [
  [0.5, 0.3085375387], [1, 0.1586552539], [1.5, 0.0668072013], [1.96, 0.0249978951], [2, 0.0227501319], [2.5, 0.0062096653], [3, 0.0013498980],
  [4, 3.1671241833e-5], [5, 2.8665157187e-7], [6, 9.8658764504e-10], [7, 1.2798125439e-12],
];

describe('the normal tail', () => {
  it('is that of the tables', () => {
    for (const [z, tail] of TAILS) assert.ok(Math.abs(normalTail(z) + Math.log10(tail)) < 1e-6, `${z}: ${normalTail(z)}`);
  });

  it('is 0 up to the mean, and grows no more from eight spreads on', () => {
    for (const z of [0, -1, -Infinity, Number.NaN]) assert.equal(normalTail(z), 0);
    assert.equal(normalTail(1e300), normalTail(8));
    assert.equal(normalTail(Infinity), normalTail(8));
    assert.ok(Math.abs(normalTail(8) - 15.206) < 0.001);
  });

  it('never falls, nor leaps, as a reading goes further out', () => {
    fc.assert(fc.property(fc.double({ min: 0.001, max: 9, noNaN: true }), fc.double({ min: 0, max: 0.01, noNaN: true }), (z, more) => {
      const step = normalTail(z + more) - normalTail(z);
      assert.ok(step >= 0 && step < 0.05);
    }));
  });

  it('is reached at its quantile, within a hundredth', () => {
    fc.assert(fc.property(fc.double({ min: 0.31, max: 15, noNaN: true }), (tail) => {
      const z = normalQuantile(tail);
      assert.ok(normalTail(z) >= tail && normalTail(z - 0.01) <= tail + 1e-9, `${tail} at ${z}`);
    }));
    assert.equal(normalQuantile(99), 8);
  });
});
