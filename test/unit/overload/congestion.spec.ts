import assert from 'node:assert/strict';
import { Congestion } from '../../../core/overload/congestion.ts';
import { TurnedClock } from '../intake/turned-clock.ts';

describe('a flow that lags behind the door', () => {
  let clock: TurnedClock;
  let congestion: Congestion;
  let backlog: number;
  let settled: number;
  let busy: number;
  let answered: number;
  let problems: unknown[];
  const door = {};
  const offer = (count: number): void => {
    for (let index = 0; index < count; index += 1) congestion.pass(door, () => (answered += 1));
  };
  /** Time passes in which the flow settles so many. */
  const pass = (milliseconds: number, settles = 0): void => {
    for (let at = 0; at < milliseconds; at += 50) {
      settled += (settles * 50) / milliseconds;
      backlog -= (settles * 50) / milliseconds;
      clock.advance(50);
    }
  };
  beforeEach(() => {
    clock = new TurnedClock(0);
    [backlog, settled, busy, answered] = [0, 0, 1, 0];
    problems = [];
    congestion = new Congestion({ clock, backlog: () => backlog, settled: () => settled, utilization: () => busy, problem: (error) => problems.push(error) });
  });

  it('keeps nobody waiting while the lag is small', () => {
    backlog = 2_000;
    offer(100);
    pass(100);
    offer(100);
    assert.equal(answered, 200);
  });

  it('keeps acknowledgements back while the thread is busy, until it has come closer', () => {
    backlog = 20_000;
    offer(1);
    pass(50);
    offer(500);
    assert.equal(answered, 1);
    pass(200, 18_500);
    assert.equal(answered, 501);
  });

  it('keeps nobody waiting when it is not the thread that is short', () => {
    busy = 0.3;
    backlog = 1_000_000;
    offer(1);
    pass(100);
    offer(500);
    assert.equal(answered, 501);
  });

  it('keeps nobody waiting for more than two seconds', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    offer(10);
    pass(1_950);
    assert.equal(answered, 1);
    pass(100);
    assert.equal(answered, 11);
  });

  it('answers in order', () => {
    backlog = 1_000_000;
    const order: number[] = [];
    offer(1);
    pass(50);
    congestion.pass(door, () => order.push(1));
    backlog = 0;
    congestion.pass(door, () => order.push(2));
    pass(50);
    assert.deepEqual(order, [1, 2]);
  });

  it('may lag by a quarter of a second of what it settles', () => {
    backlog = 100_000;
    offer(1);
    pass(1_000, 80_000);
    backlog = 15_000;
    offer(1);
    assert.equal(answered, 2);
  });

  it('lets all go when the door is closed', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    offer(10);
    congestion.close();
    assert.equal(answered, 11);
  });

  it('lets those of one door go when that is closed, and keeps the others back as before', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    const other: number[] = [];
    congestion.pass(door, () => (answered += 1));
    congestion.pass({}, () => other.push(1));
    congestion.pass(door, () => (answered += 1));
    congestion.release(door);
    assert.deepEqual([answered, other.length, congestion.size], [3, 0, 1]);
    backlog = 0;
    pass(50);
    assert.equal(other.length, 1);
  });

  it('holds nothing any more once it is closed', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    congestion.close();
    offer(10);
    pass(50);
    offer(10);
    assert.deepEqual([answered, congestion.size], [21, 0]);
  });

  it('keeps nobody waiting for longer because the clock was set back, and does not take that for speed', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    offer(10);
    clock.setBack(3_600_000);
    pass(200, 10);
    offer(1);
    assert.equal(answered, 1, 'nothing is let through at the speed of a second that never was');
    pass(2_000);
    assert.equal(answered, 12);
  });

  it('gives every answer, also behind one that cannot be borne', () => {
    backlog = 1_000_000;
    offer(1);
    pass(50);
    congestion.pass(door, () => {
      throw new Error('gone');
    });
    offer(2);
    congestion.close();
    assert.deepEqual([answered, String(problems)], [3, 'Error: gone']);
  });
});
