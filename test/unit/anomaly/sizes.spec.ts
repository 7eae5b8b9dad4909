import assert from 'node:assert/strict';
import { createDetector, type Profile } from '../../../core/anomaly/index.ts';
import { gaussian, uniform } from './random.ts';
import { episodesIn, feed, MINUTE, START } from './series.ts';

const PROFILES: readonly Profile[] = ['full', 'lite'];
const READINGS = 4_000;

describe('the size of readings', () => {
  for (const scale of [1e-140, 1e-100, 1e-9, 1, 1e9, 1e100, 1e140]) {
    it(`may be around ${scale}: a jump is found, and noise is not`, () => {
      for (const profile of PROFILES) {
        const next = gaussian(2);
        const detector = createDetector({ profile });
        assert.ok(episodesIn(feed(detector, () => scale * (20 + next()), 0, READINGS)) <= 2);
        assert.ok(detector.update(START + READINGS * MINUTE, scale * 60).anomaly);
      }
    });
  }

  it('may be far below what can be squared: nothing is raised without end', () => {
    for (const profile of PROFILES) {
      const next = uniform(2);
      assert.ok(episodesIn(feed(createDetector({ profile }), () => 1e-300 * next(), 0, READINGS)) <= 2);
    }
  });

  it('may be constant, and then change', () => {
    for (const profile of PROFILES) {
      for (const constant of [0, 20.5, -1e12]) {
        const detector = createDetector({ profile });
        assert.equal(episodesIn(feed(detector, () => constant, 0, READINGS)), 0);
        assert.ok(detector.update(START + READINGS * MINUTE, constant + 35 + Math.abs(constant)).anomaly, `${profile} ${constant}`);
      }
    }
  });

  it('may be the largest there are', () => {
    for (const profile of PROFILES) {
      const detector = createDetector({ profile });
      const next = uniform(2);
      const found = feed(detector, () => (next() < 0.5 ? -1 : 1) * Number.MAX_VALUE, 0, READINGS);
      assert.ok(found.every(({ score, intensity }) => Number.isFinite(score) && Number.isFinite(intensity)));
      assert.ok(episodesIn(found) <= 2);
    }
  });
});
