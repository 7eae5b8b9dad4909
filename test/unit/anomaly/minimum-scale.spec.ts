import assert from 'node:assert/strict';
import { createDetector } from '../../../core/anomaly/index.ts';
import type { Detection, DetectorOptions } from '../../../core/anomaly/index.ts';
import { gaussian } from './random.ts';
import { DAY, episodesIn, feed } from './series.ts';

/** Two days of 20 with a spread of 0.01, and then an hour in which it stands `higher`. */
function afterStep(higher: number, options: DetectorOptions): Detection[] {
  const next = gaussian(7);
  const noise = Array.from({ length: 2 * DAY + 60 }, () => 0.01 * next());
  const series = (minute: number): number => 20 + (noise[minute] ?? 0) + (minute >= 2 * DAY ? higher : 0);
  const detector = createDetector(options);
  feed(detector, series, 0, 2 * DAY);
  return feed(detector, series, 2 * DAY, 2 * DAY + 60);
}

describe('a minimum scale', () => {
  it('keeps what is within it of what is expected from beginning an episode', () => {
    assert.equal(episodesIn(afterStep(0.3, {})), 1);
    const found = afterStep(0.3, { minimumScale: 0.5 });
    assert.equal(episodesIn(found), 0);
    assert.deepEqual(found.map(({ score, parts }) => [score, parts]), found.map(() => [0, {}]));
  });

  it('hides nothing that is further away', () => {
    assert.equal(episodesIn(afterStep(1, { minimumScale: 0.5 })), 1);
  });

  it('is the least that the expected band is wide to either side', () => {
    for (const { expected } of afterStep(0, { minimumScale: 0.5 })) assert.ok(expected && expected.high - expected.low >= 1);
    for (const { expected } of afterStep(0, {})) assert.ok(expected && expected.high - expected.low < 0.2);
  });
});
