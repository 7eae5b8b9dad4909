import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { TrustedTime } from '../../../core/clock/trusted-time.ts';
import type { TrustedTimeSnapshot } from '../../../core/clock/trusted-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const START = Date.UTC(2026, 10, 22, 3);
const MONTH = [30 * DAY, 0];
const FOR_EVER = [Infinity, 0];

describe('The time by which what is kept for a while expires', () => {
  let clock: ManualClock;
  let problems: string[];
  let time: TrustedTime;

  function open(snapshot?: TrustedTimeSnapshot): void {
    time = new TrustedTime({ clock, snapshot, place: 'the store store.sqlite', problem: (sentence) => problems.push(sentence) });
  }

  /** Lets time pass, as a store that looks at the clock every minute. */
  function run(milliseconds: number): number {
    for (let left = milliseconds; left > 0; left -= MINUTE) {
      clock.advance(Math.min(left, MINUTE));
      time.timeFor(MONTH);
    }
    return time.timeFor(MONTH);
  }

  beforeEach(() => {
    clock = new ManualClock(START);
    problems = [];
    open();
  });

  it('is that of the clock, also when it is set right by hours or the machine was off for a night', () => {
    assert.equal(run(3 * HOUR), START + 3 * HOUR);
    clock.leap(2 * HOUR);
    assert.equal(run(HOUR), START + 6 * HOUR);
    clock.leap(-3 * HOUR);
    assert.equal(run(HOUR), START + 4 * HOUR);
    const snapshot = time.snapshot();
    clock.leap(14 * HOUR);
    open(snapshot);
    assert.equal(run(HOUR), START + 19 * HOUR);
    assert.deepEqual(problems, []);
  });

  it('runs on as before when the clock leaps, and takes it up again when that is set right', () => {
    run(HOUR);
    clock.leap(30 * YEAR);
    assert.equal(run(5 * HOUR), START + 6 * HOUR - MINUTE);
    clock.leap(-30 * YEAR);
    assert.equal(run(MINUTE), START + 6 * HOUR + MINUTE);
    assert.equal(time.problem, undefined);
  });

  it('says once that the clock leapt, and until when nothing goes by it', () => {
    clock.leap(30 * YEAR);
    run(10 * HOUR);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^The clock says 2056-11-14T03:01Z, 10950 days more than the store store\.sqlite expected\..* for 24 more hours\. If the clock is wrong, set it/);
    assert.match(time.problem ?? '', /for 15 more hours/);
  });

  it('says nothing when nothing is kept for a time only', () => {
    clock.leap(30 * YEAR);
    clock.advance(MINUTE);
    time.timeFor(FOR_EVER);
    assert.deepEqual([problems, time.problem], [[], undefined]);
  });

  it('believes the clock when it has run on for a day', () => {
    clock.leap(YEAR);
    assert.equal(run(DAY), START + DAY - MINUTE);
    assert.equal(run(MINUTE), START + YEAR + DAY + MINUTE);
    assert.equal(time.problem, undefined);
    assert.equal(run(40 * DAY), START + YEAR + 41 * DAY + MINUTE);
  });

  it('begins that day anew when the clock leaps again', () => {
    clock.leap(YEAR);
    run(20 * HOUR);
    clock.leap(30 * YEAR);
    assert.equal(run(20 * HOUR), START + 40 * HOUR - 2 * MINUTE);
    assert.equal(problems.length, 2);
    assert.equal(run(5 * HOUR), START + 31 * YEAR + 45 * HOUR);
  });

  it('goes on with that day after restarts, however short each run is', () => {
    let snapshot = time.snapshot();
    clock.leap(40 * DAY);
    for (let runs = 1; runs <= 12; runs += 1) {
      open(snapshot);
      run(2 * HOUR);
      assert.equal(problems.length, runs);
      snapshot = time.snapshot();
      assert.equal(snapshot.time, START + runs * 2 * HOUR + (runs === 12 ? 40 * DAY : 0));
    }
  });

  it('tells nobody of a machine that was off over a weekend, but shows it', () => {
    const snapshot = time.snapshot();
    clock.leap(3 * DAY);
    open(snapshot);
    assert.equal(run(HOUR), START + HOUR);
    assert.deepEqual(problems, []);
    assert.match(time.problem ?? '', /3 days more/);
  });

  it('follows a clock that goes back at once, and knows the right time again a while later', () => {
    run(HOUR);
    const snapshot = time.snapshot();
    clock.leap(-56 * YEAR);
    open(snapshot);
    assert.equal(run(MINUTE), START - 56 * YEAR + HOUR + MINUTE);
    clock.leap(56 * YEAR + 5 * HOUR);
    assert.equal(run(MINUTE), START + 6 * HOUR + 2 * MINUTE);
    assert.deepEqual(problems, []);
  });

  it('believes a clock that has gone back for a day, so that a leap is reckoned from there', () => {
    clock.leap(-10 * DAY);
    run(2 * DAY);
    clock.leap(8 * DAY);
    assert.equal(run(HOUR), START - 8 * DAY + HOUR - MINUTE);
    assert.equal(problems.length, 1);
  });

  it('is never ahead of the time that has passed, however the clock leaps within a day', () => {
    const leap = fc.record({ after: fc.integer({ min: 1, max: 90 }), days: fc.integer({ min: -7_000, max: 7_000 }), back: fc.boolean(), restart: fc.boolean() });
    fc.assert(fc.property(fc.array(leap, { maxLength: 12 }), (leaps) => {
      clock = new ManualClock(START);
      open();
      let passed = 0;
      for (const { after, days, back, restart } of leaps) {
        clock.leap(back ? START + passed - clock.now() : 2 * days * DAY);
        if (restart) open(time.snapshot());
        passed += after * MINUTE;
        assert.ok(run(after * MINUTE) <= START + passed);
      }
    }), { numRuns: 60 });
  });
});
