import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { QuantileSketch } from '../../../../core/quality/learn/quantile-sketch.ts';
import { roundedDown, roundedSpan, roundedUp } from '../../../../core/quality/learn/rounding.ts';
import { ValueSketch } from '../../../../core/quality/learn/value-sketch.ts';

const amounts = fc.array(fc.oneof(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.constantFrom(0, 1, 2)), { minLength: 1, maxLength: 500 });

/** The value of that rank, between whose neighbours a sketch may not decide. */
function near(sorted: readonly number[], share: number): [number, number] {
  const rank = share * (sorted.length - 1);
  return [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
}

describe('quantile sketch', () => {
  it('gives every quantile of a stream to half a percent', () => {
    fc.assert(fc.property(amounts, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sketch = new QuantileSketch();
      for (const value of values) sketch.add(value);
      const [low, high] = near(values.toSorted((one, other) => one - other), share);
      const found = sketch.quantile(share);
      assert.ok(found >= low * 0.99 && found <= high * 1.01, `${found} of ${low} to ${high}`);
    }));
  });

  it('gives quantiles of values of either sign to half a percent of their distance from the middle', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 19, max: 23, noNaN: true }), { minLength: 1, maxLength: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sketch = new ValueSketch();
      for (const value of values) sketch.add(value);
      const [low, high] = near(values.toSorted((one, other) => one - other), share);
      const found = sketch.quantile(share);
      assert.ok(found >= low - 0.05 && found <= high + 0.05, `${found} of ${low} to ${high}`);
    }));
  });

  it('has no quantile of nothing', () => {
    assert.ok(Number.isNaN(new QuantileSketch().quantile(0.5)));
    assert.ok(Number.isNaN(new ValueSketch().quantile(0.5)));
  });

  it('stays bounded over all decades there are, and keeps the large end', () => {
    const sketch = new QuantileSketch();
    for (let exponent = -290; exponent < 300; exponent += 0.01) sketch.add(10 ** exponent);
    assert.ok(Math.abs(Math.log10(sketch.quantile(0.99)) - 294.1) < 0.5);
  });
});

describe('rounding of thresholds', () => {
  it('goes outwards to two digits and leaves no dust', () => {
    assert.deepEqual([roundedUp(0.1234), roundedUp(0.12), roundedUp(98_765), roundedUp(0)], [0.13, 0.12, 99_000, 0]);
    assert.deepEqual([roundedDown(0.1299), roundedDown(3)], [0.12, 3]);
    assert.deepEqual(roundedSpan(-3.2, 18.2), [-4, 19]);
    assert.deepEqual(roundedSpan(20.11, 20.49), [20.11, 20.49]);
  });
});
