import assert from 'node:assert/strict';
import { createClockDriftTest } from '../../../../core/quality/sensor/clock-drift.ts';
import { createDuplicateTimeTest } from '../../../../core/quality/sensor/duplicate-time.ts';
import { createOutOfOrderTest } from '../../../../core/quality/sensor/out-of-order.ts';
import type { ClockTest } from '../../../../core/quality/sensor/sensor-test.ts';

describe('duplicate_time_test', () => {
  it('tells a reading that came twice from two that contradict each other', () => {
    const test = createDuplicateTimeTest();
    assert.equal(test.update(1000, 21), 1);
    assert.equal(test.update(1000, 21), 3);
    assert.match(test.reason() ?? '', /came twice/);
    assert.equal(test.update(1000, 22), 3);
    assert.match(test.reason() ?? '', /the same time: 21, and now 22/);
    assert.equal(test.update(2000, 22), 1);
  });
});

describe('out_of_order_test', () => {
  const live = (test: ClockTest, times: readonly number[]): number[] => times.map((ts) => test.update(ts, ts));

  it('finds a sample that is older than the one before, and no other', () => {
    assert.deepEqual(live(createOutOfOrderTest(), [1000, 2000, 1500, 1800, 2000, 3000]), [1, 1, 3, 3, 1, 1]);
  });

  it('allows what the tolerance allows', () => {
    assert.deepEqual(live(createOutOfOrderTest({ tolerance: 500 }), [1000, 2000, 1500, 1499]), [1, 1, 1, 3]);
  });

  it('does not call everything old after one time that leapt ahead', () => {
    const test = createOutOfOrderTest();
    assert.equal(test.update(4e12, 1000), 1);
    assert.equal(test.update(2000, 2000), 1);
  });

  it('goes by the new times when a clock was set back', () => {
    const test = createOutOfOrderTest({ settle: 5 });
    live(test, [100_000]);
    assert.deepEqual(live(test, [1000, 2000, 3000, 4000, 5000, 6000, 7000]), [3, 3, 3, 3, 3, 1, 1]);
  });
});

describe('clock_drift_test', () => {
  const MINUTE = 60_000;
  /** A sample a minute, with up to two seconds of delay, by a clock that is wrong by so much at each. */
  function run(test: ReturnType<typeof createClockDriftTest>, minutes: number, error: (minute: number) => number): number[] {
    return Array.from({ length: minutes }, (_, minute) => test.update(minute * MINUTE + error(minute), minute * MINUTE + 100 + 1900 * Math.abs(Math.sin(minute * 7))));
  }

  it('finds nothing in a clock that is right, and says that it is', () => {
    const test = createClockDriftTest();
    const flags = run(test, 600, () => 0);
    assert.ok(flags.every((flag) => flag <= 2));
    assert.equal(flags.at(-1), 1);
    assert.ok(Math.abs(test.estimate()?.error ?? Infinity) < 1000);
  });

  it('finds a clock two hours ahead at its first sample, and none after it was set', () => {
    const test = createClockDriftTest();
    const flags = run(test, 300, (minute) => (minute >= 100 && minute < 150 ? 7_200_000 : 0));
    assert.deepEqual(flags.slice(100, 150), new Array(50).fill(4));
    assert.ok(flags.slice(150).every((flag) => flag <= 2));
  });

  it('finds a clock that is an hour behind after two windows, and says by how much', () => {
    const test = createClockDriftTest();
    const flags = run(test, 200, (minute) => (minute >= 50 ? -3_600_000 : 0));
    assert.ok(flags.slice(150).every((flag) => flag === 4));
    assert.match(test.reason() ?? '', /3600\.\d+ s behind/);
    assert.ok(Math.abs((test.estimate()?.error ?? 0) + 3_600_000) < 2000);
  });

  it('takes no clock for wrong that sends every half hour what it kept', () => {
    const test = createClockDriftTest({ window: 7_200_000 });
    for (let sending = 30; sending < 1200; sending += 30) {
      for (let minute = sending - 29; minute <= sending; minute += 1) assert.ok(test.update(minute * MINUTE, sending * MINUTE + 500) <= 2);
    }
  });

  it('finds a drift of 1000 ppm, measures it, and does not take a leap for one', () => {
    const drifting = createClockDriftTest();
    const flags = run(drifting, 600, (minute) => minute * MINUTE * 1e-3);
    assert.equal(flags.at(-1), 3);
    assert.match(drifting.reason() ?? '', /drifts by \d+(\.\d+)? s a day/);
    assert.ok(Math.abs((drifting.estimate()?.drift ?? 0) - 1000) < 100, String(drifting.estimate()?.drift));
    const leapt = createClockDriftTest();
    assert.ok(run(leapt, 600, (minute) => (minute > 200 ? 30_000 : 0)).every((flag) => flag <= 2));
  });
});
