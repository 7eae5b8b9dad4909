import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { COOL_DOWN, Episodes } from '../../../core/anomaly/episodes.ts';

/** Whether each reading belongs to an episode; the time of a reading is its place. */
function follow(episodes: Episodes, scores: readonly number[], from = 0): boolean[] {
  return scores.map((score, index) => episodes.update(from + index, score));
}

function begun(belongs: readonly boolean[]): number[] {
  return belongs.flatMap((belong, index) => (belong && belongs[index - 1] !== true ? [index] : []));
}

const quiet = (readings: number): number[] => Array<number>(readings).fill(0);
const scores = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0.1) }, { weight: 2, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) }), { maxLength: 300 });
const threshold = fc.constantFrom(0.25, 1, 4);

describe('episodes', () => {
  it('begin at the threshold and end after three calm readings', () => {
    assert.deepEqual(follow(new Episodes(1), [0.99, 1, 0.6, 0.49, 0.49, 0.6, 0.1, 0.1, 0.1, 0.1]), [false, true, true, true, true, true, true, true, false, false]);
  });

  it('let no other begin until it has been quiet for long enough', () => {
    for (const between of [5, COOL_DOWN - 2, COOL_DOWN + 5]) {
      assert.equal(begun(follow(new Episodes(1), [2, ...quiet(3 + between), 2])).length, between > COOL_DOWN ? 2 : 1, `${between} readings`);
    }
  });

  it('let something much worse begin another at once', () => {
    assert.equal(begun(follow(new Episodes(1), [2, ...quiet(5), 2.1, 0, 0, 0, 0, 9])).length, 2);
  });

  it('are kept in mind as long as readings like theirs come', () => {
    const like = Array.from({ length: 20 }, () => [...quiet(COOL_DOWN / 2), 1.9]).flat();
    assert.equal(begun(follow(new Episodes(1), [2, ...quiet(3), ...like])).length, 1);
  });

  it('tell when the last one began and how high it came', () => {
    const episodes = new Episodes(1);
    assert.equal(episodes.last, undefined);
    follow(episodes, [0, 2, 3, 1, 0, 0, 0, 0], 100);
    assert.deepEqual(episodes.last, { since: 101, peak: 3 });
  });

  it('hold to their rules, whatever comes', () => {
    fc.assert(fc.property(scores, threshold, (all, least) => {
      const episodes = new Episodes(least);
      let last: { since: number; peak: number } | undefined;
      let isRunning = false;
      let calm = 0;
      all.forEach((score, ts) => {
        const belongs = episodes.update(ts, score);
        const now = episodes.last;
        if (!isRunning && belongs) {
          assert.ok(score >= least, 'begins only at the threshold');
          assert.ok(last === undefined || score > last.peak || calm >= COOL_DOWN, 'begins within the cool-down only when it is worse');
          assert.deepEqual(now, { since: ts, peak: score });
        } else if (belongs) {
          assert.deepEqual(now, { since: last?.since, peak: Math.max(last?.peak ?? 0, score) });
        } else {
          assert.deepEqual(now, last);
          if (isRunning) assert.ok(score < least, 'ends only with a calm reading');
          if (last === undefined) assert.ok(score < least, 'misses no first one');
        }
        calm = belongs ? 0 : calm + 1;
        last = now;
        isRunning = belongs;
      });
    }), { numRuns: 300 });
  });

  it('go on from a snapshot as they would have', () => {
    fc.assert(fc.property(scores, fc.nat(), threshold, (all, random, least) => {
      const cut = all.length === 0 ? 0 : random % all.length;
      const whole = new Episodes(least);
      follow(whole, all.slice(0, cut));
      const restored = new Episodes(least);
      restored.restore(whole.snapshot());
      assert.deepEqual(follow(restored, all.slice(cut), cut), follow(whole, all.slice(cut), cut));
      assert.deepEqual(restored.snapshot(), whole.snapshot());
    }));
  });
});
