import assert from 'node:assert/strict';
import { RecentGrowth } from '../../../core/gateway/recent-growth.ts';

describe('the recent growth of a total', () => {
  const START = Date.UTC(2026, 10, 22);
  const SECOND = 1_000;

  /** What is told after each second, for totals that are told one a second. */
  function told(totals: readonly number[], window = 3 * SECOND): number[] {
    const growth = new RecentGrowth(window);
    return totals.map((total, index) => growth.tell(total, START + index * SECOND));
  }

  it('is what came since it was told first', () => {
    assert.deepEqual(told([10, 12, 15]), [0, 2, 5]);
  });

  it('forgets what is older than the window', () => {
    assert.deepEqual(told([0, 5, 5, 5, 5, 5]), [0, 5, 5, 5, 0, 0]);
  });

  it('stays the same while the total grows evenly', () => {
    assert.deepEqual(told([0, 2, 4, 6, 8, 10]).slice(3), [6, 6, 6]);
  });

  it('covers the window at least, when it is told seldom', () => {
    const growth = new RecentGrowth(SECOND);
    growth.tell(0, START);
    assert.equal(growth.tell(7, START + 60 * SECOND), 7);
    assert.equal(growth.tell(7, START + 61 * SECOND), 0);
  });

  it('begins anew when the clock is set back', () => {
    const growth = new RecentGrowth(3 * SECOND);
    growth.tell(0, START);
    assert.equal(growth.tell(9, START - 3_600 * SECOND), 0);
    assert.equal(growth.tell(11, START - 3_599 * SECOND), 2);
  });
});
