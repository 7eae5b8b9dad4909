import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { Range } from '../../../../core/anomaly/parts/range.ts';

function after(readings: readonly number[]): Range {
  const range = new Range(new Memory());
  for (const reading of readings) range.learn(reading);
  return range;
}

const UP_AND_DOWN = Array.from({ length: 60 }, (_, index) => 10 + (index % 5));

describe('the range of all readings', () => {
  it('tells how far a reading is outside of it, in widths', () => {
    const range = after(UP_AND_DOWN);
    assert.deepEqual([range.low, range.high], [10, 14]);
    assert.deepEqual([9, 10, 12, 14, 16, 4].map((value) => range.outside(value)), [0.25, 0, 0, 0, 0.5, 1.5]);
  });

  it('says nothing before fifty readings', () => {
    assert.equal(after(UP_AND_DOWN.slice(0, 49)).outside(1_000), 0);
    assert.ok(after(UP_AND_DOWN.slice(0, 50)).outside(1_000) > 0);
  });

  it('grows with what it learns, and never narrows', () => {
    const range = after(UP_AND_DOWN);
    range.learn(22);
    assert.equal(range.outside(22), 0);
    for (const reading of UP_AND_DOWN) range.learn(reading);
    assert.deepEqual([range.low, range.high], [10, 22]);
  });

  it('takes the unit of the metric for a width where none was seen', () => {
    assert.equal(after(Array.from({ length: 60 }, () => 20)).outside(20.5), 0.5);
  });

  it('is a number that can be squared, however narrow the range was', () => {
    const outside = after([...UP_AND_DOWN.map(() => 0), 5e-324]).outside(1e150);
    assert.ok(outside > 1e9 && Number.isFinite(outside * outside * 1e5), String(outside));
  });
});
