import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { SeasonalChange } from '../../../../core/anomaly/parts/seasonal-change.ts';

const SECOND = 1_000;
const DAY = 86_400_000;
const SWITCHED_AT = 18 * 3_600_000;

/** A heater of 800 W that is switched on at six in the evening for twenty minutes, and stands at 25 W else; every ten seconds. */
function power(time: number): number {
  const since = time % DAY - SWITCHED_AT;
  return since >= 0 && since < 20 * 60 * SECOND ? 800 : 25;
}

describe('what yesterday explains of a change', () => {
  it('is the largest change of the minute, where a minute has several readings', () => {
    const changes = new SeasonalChange(new Memory());
    const worst = [0, 0, 0];
    for (let time = 0; time < 3 * DAY; time += 10 * SECOND) {
      const value = power(time);
      const day = Math.floor(time / DAY);
      worst[day] = Math.max(worst[day] ?? 0, changes.unexplained(time, value));
      changes.learn(time, value);
    }
    assert.deepEqual(worst, [775, 0, 0]);
  });
});
