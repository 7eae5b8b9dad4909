import assert from 'node:assert/strict';
import { createDetector } from '../../../core/anomaly/index.ts';
import type { Detector } from '../../../core/anomaly/index.ts';
import { gaussian } from './random.ts';
import { DAY, episodesIn, feed, MINUTE, START } from './series.ts';

const FIRST = 2 * DAY;
const SECOND = FIRST + 200;

/** Noise around 20, one reading of 60 after two days, and another 200 minutes later. */
function series(): (minute: number) => number {
  const next = gaussian(3);
  const noise = Array.from({ length: SECOND + 30 }, () => next());
  return (minute) => 20 + (noise[minute] ?? 0) + (minute === FIRST || minute === SECOND ? 40 : 0);
}

/** @returns how many episodes begin after the first spike, when `answer` is given about it at once. */
function afterwards(answer: (detector: Detector) => void): number {
  const detector = createDetector();
  const readings = series();
  feed(detector, readings, 0, FIRST);
  assert.equal(detector.update(START + FIRST * MINUTE, readings(FIRST)).anomaly, true);
  answer(detector);
  feed(detector, readings, FIRST + 1, SECOND - 30);
  return episodesIn(feed(detector, readings, SECOND - 30, SECOND + 30));
}

describe('an answer to the very reading with which an episode began', () => {
  it('lets the same again begin no episode, when it was expected', () => {
    assert.equal(afterwards(() => undefined), 1);
    assert.equal(afterwards((detector) => detector.answer(true)), 0);
  });

  it('leaves it an anomaly, when it was not expected', () => {
    assert.equal(afterwards((detector) => detector.answer(false)), 1);
  });
});
