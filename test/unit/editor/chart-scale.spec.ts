import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linearScale, timeTicks } from '../../../nodes/editor/chart-scale.ts';

const shown = (from: string, to: string, timeZone: string, wanted: number): string[] =>
  timeTicks(Date.parse(from), Date.parse(to), timeZone, wanted).map(({ ts, major }) => `${new Date(ts).toLocaleString('sv', { timeZone })}${major ? ' *' : ''}`);

describe('the axes of a chart', () => {
  it('have round values that hold the lowest and the highest', () => {
    assert.deepEqual(linearScale(61.2, 74.9, 200, 0, 5).ticks, [60, 65, 70, 75]);
    assert.deepEqual(linearScale(-0.003, 0.0012, 0, 1, 4).ticks, [-0.004, -0.002, 0, 0.002]);
  });

  it('stand for any values at places within the chart', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(value, value, fc.integer({ min: 1, max: 12 }), (one, other, wanted) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const scale = linearScale(low, high, 200, 0, wanted);
      for (const at of [scale(low), scale(high)]) assert.ok(at >= -1 && at <= 201, `${low} to ${high}: ${at}`);
      assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= wanted + 3, `${low} to ${high}: ${scale.ticks.length} ticks`);
      assert.ok(scale.ticks.every(Number.isFinite));
    }), { numRuns: 500 });
  });

  it('have the round times of the zone’s clocks, also where these change', () => {
    assert.deepEqual(shown('2026-11-22T10:07:00Z', '2026-11-22T11:07:00Z', 'Asia/Kolkata', 4), ['2026-11-22 15:45:00', '2026-11-22 16:00:00', '2026-11-22 16:15:00', '2026-11-22 16:30:00']);
    assert.deepEqual(shown('2026-10-24T16:07:00Z', '2026-10-25T10:07:00Z', 'Europe/Berlin', 7), ['2026-10-24 21:00:00', '2026-10-25 00:00:00 *', '2026-10-25 03:00:00', '2026-10-25 06:00:00', '2026-10-25 09:00:00']);
    assert.deepEqual(shown('2026-01-15T10:07:00Z', '2026-11-22T10:07:00Z', 'America/New_York', 6), ['2026-03-01 00:00:00 *', '2026-05-01 00:00:00 *', '2026-07-01 00:00:00 *', '2026-09-01 00:00:00 *', '2026-11-01 00:00:00 *']);
    assert.deepEqual(shown('2026-11-22T10:00:00.100Z', '2026-11-22T10:00:01.900Z', 'UTC', 4), ['2026-11-22 10:00:00', '2026-11-22 10:00:01', '2026-11-22 10:00:01']);
  });

  it('have few times, however long or short the period is', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 1, max: 10 }), (from, length, wanted) => {
      const ticks = timeTicks(from, from + length, 'Europe/Berlin', wanted);
      assert.ok(ticks.length <= wanted + 2, `${ticks.length} for ${wanted}`);
      assert.ok(ticks.every(({ ts }) => ts > from && ts <= from + length));
    }), { numRuns: 300 });
  });
});
