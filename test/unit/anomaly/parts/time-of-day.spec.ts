import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { TimeOfDay } from '../../../../core/anomaly/parts/time-of-day.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2024, 0, 1);

/** Twenty degrees at night, thirty from eight to eighteen. */
function shift(ts: number): number {
  const hour = (((ts % DAY) + DAY) % DAY) / HOUR;
  return hour >= 8 && hour < 18 ? 30 : 20;
}

function after(days: number, series: (ts: number) => number = shift, start = START): TimeOfDay {
  const usual = new TimeOfDay(new Memory());
  for (let ts = start; ts < start + days * DAY; ts += 5 * MINUTE) usual.learn(ts, series(ts));
  return usual;
}

describe('what is usual at a time of day', () => {
  it('is what this hour showed on the days before', () => {
    const usual = after(10);
    for (const hour of [3, 7, 9, 17, 20]) assert.ok(Math.abs(usual.expected(START + 10 * DAY + hour * HOUR) - shift(hour * HOUR)) < 0.5, `at ${hour}`);
  });

  it('is what came last, until an hour comes for the second time', () => {
    const usual = after(0.25, () => 20);
    assert.equal(usual.expected(START + 12 * HOUR), 20);
    assert.equal(new TimeOfDay(new Memory()).expected(START), 0);
  });

  it('rises with a level that is higher all day, within hours', () => {
    const usual = after(10);
    for (let ts = START + 10 * DAY; ts < START + 10 * DAY + 8 * HOUR; ts += 5 * MINUTE) usual.learn(ts, shift(ts) + 7);
    const expected = usual.expected(START + 10 * DAY + 8.5 * HOUR);
    assert.ok(expected > 33 && expected < 38, String(expected));
  });

  it('follows a habit that has changed, within days', () => {
    const usual = after(5);
    for (let ts = START + 5 * DAY; ts < START + 25 * DAY; ts += 5 * MINUTE) usual.learn(ts, 50 - shift(ts));
    assert.ok(Math.abs(usual.expected(START + 25 * DAY + 12 * HOUR) - 20) < 1);
  });

  it('is the same for times before 1970 and in fractions', () => {
    const usual = after(10, shift, -30 * DAY);
    assert.ok(Math.abs(usual.expected(-20 * DAY + 12.5 * HOUR + 0.25) - 30) < 0.5);
    assert.ok(Number.isFinite(usual.expected(-1e-10)));
  });
});
