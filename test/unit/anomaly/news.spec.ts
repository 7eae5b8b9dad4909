import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Memory } from '../../../core/anomaly/memory.ts';
import { News } from '../../../core/anomaly/news.ts';

function judged(intensities: readonly number[], news = new News(new Memory())): number[] {
  return intensities.map((intensity) => news.judge(intensity, true));
}

const quiet = (readings: number): number[] => Array<number>(readings).fill(0.01);

describe('what is news', () => {
  it('is the first of an anomaly, and where it grows worse; the rest counts a fifth', () => {
    assert.deepEqual(judged([1, 1, 0.5, 1.1, 2, 2]), [1, 0.2, 0.1, 1.1 * 0.2, 2, 0.4]);
  });

  it('is the same again when it has been quiet for long', () => {
    assert.equal(judged([2, ...quiet(30), 2]).at(-1), 0.4);
    assert.equal(judged([2, ...quiet(100), 2]).at(-1), 2);
  });

  it('is nothing that goes on and on', () => {
    assert.equal(judged([2, ...Array<number>(500).fill(1.9)]).at(-1), 0.38);
  });

  it('is never more than the intensity, nor less than a fifth of it', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { maxLength: 200 }), (intensities) => {
      judged(intensities).forEach((score, index) => assert.ok(score === intensities[index] || score === 0.2 * (intensities[index] ?? 0)));
    }));
  });

  it('is told of a reading that is not learned, and not kept in mind', () => {
    const memory = new Memory();
    const news = new News(memory);
    news.judge(1, true);
    const before = memory.save();
    assert.deepEqual([news.judge(3, false), news.judge(3, false), news.judge(1, false)], [3, 3, 0.2]);
    assert.deepEqual(memory.save(), before);
  });
});
