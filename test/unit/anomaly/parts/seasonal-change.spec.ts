import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { PlainChange } from '../../../../core/anomaly/parts/plain-change.ts';
import { SeasonalChange } from '../../../../core/anomaly/parts/seasonal-change.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.UTC(2024, 0, 1);

/** A machine that is switched on at eight every day, by 10. */
function switched(ts: number): number {
  return ((ts % DAY) + DAY) % DAY >= 8 * 60 * MINUTE ? 30 : 20;
}

function after(days: number, step = MINUTE, start = START): SeasonalChange {
  const changes = new SeasonalChange(new Memory());
  for (let ts = start; ts < start + days * DAY + 8 * 60 * MINUTE; ts += step) changes.learn(ts, switched(ts));
  return changes;
}

const EIGHT = 8 * 60 * MINUTE;

describe('the change that nothing explains', () => {
  it('is the whole change on the first day, and none once it comes every day at this time', () => {
    assert.equal(after(0).unexplained(START + EIGHT, 30), 10);
    for (const days of [1, 2, 5]) assert.equal(after(days).unexplained(START + days * DAY + EIGHT, 30), 0);
  });

  it('is no more because it comes a reading sooner or later', () => {
    assert.equal(after(2).unexplained(START + 2 * DAY + EIGHT - MINUTE, 30), 0);
    for (const step of [MINUTE, 30 * MINUTE]) {
      const changes = after(2, step);
      changes.learn(START + 2 * DAY + EIGHT, 20);
      assert.equal(changes.unexplained(START + 2 * DAY + EIGHT + step, 30), 0);
      changes.learn(START + 2 * DAY + EIGHT + step, 20);
      assert.equal(changes.unexplained(START + 2 * DAY + EIGHT + 2 * step, 30), 10);
    }
  });

  it('is what differs from the change of other days, or the change itself when that is less', () => {
    const changes = after(2);
    assert.equal(changes.unexplained(START + 2 * DAY + EIGHT, 33), 3);
    assert.equal(changes.unexplained(START + 2 * DAY + EIGHT, 21), 1);
    assert.equal(changes.unexplained(START + 2 * DAY + EIGHT, 10), 10);
  });

  it('is explained by the two days before, not by what was longer ago', () => {
    const changes = after(2);
    for (let ts = START + 2 * DAY + EIGHT; ts < START + 5 * DAY + EIGHT; ts += MINUTE) changes.learn(ts, 20);
    assert.equal(changes.unexplained(START + 5 * DAY + EIGHT, 30), 10);
  });

  it('is reckoned before 1970, and for huge readings, as well', () => {
    assert.equal(after(2, MINUTE, -10 * DAY).unexplained(-8 * DAY + EIGHT, 30), 0);
    const changes = new SeasonalChange(new Memory());
    for (const [index, value] of [0, 1e150, -1e150, 1e150].entries()) {
      assert.ok(Number.isFinite(changes.unexplained(START + index * DAY, value)));
      changes.learn(START + index * DAY, value);
    }
  });
});

describe('the plain change', () => {
  it('is the distance from the reading before; nothing for the first', () => {
    const changes = new PlainChange(new Memory());
    assert.equal(changes.unexplained(START, 20), 0);
    changes.learn(START, 20);
    assert.deepEqual([changes.unexplained(START, 23), changes.unexplained(START, 18)], [3, 2]);
  });
});
