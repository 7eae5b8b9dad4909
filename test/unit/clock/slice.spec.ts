import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { beginSlice } from '../../../core/clock/slice.ts';

describe('a slice of work', () => {
  it('is over when its milliseconds are', () => {
    const clock = new ManualClock();
    const isOver = beginSlice(clock, 5);
    clock.advance(4);
    assert.equal(isOver(), false);
    clock.advance(1);
    assert.equal(isOver(), true);
  });

  it('is over when the clock is set back in the middle, and never ends by that clock', () => {
    const clock = new ManualClock();
    const isOver = beginSlice(clock, 5);
    clock.leap(-86_400_000);
    assert.equal(isOver(), true);
  });
});
