import assert from 'node:assert/strict';
import { createDetector } from '../../../core/anomaly/index.ts';
import { READINGS_UNTIL_USUAL } from '../../../core/anomaly/preview/learns-within.ts';
import { gaussian } from './random.ts';
import { DAY, episodesIn, feed, type Series } from './series.ts';

const AT = 5_000;
const AFTER = 5_000;

const SERIES: Readonly<Record<string, (noise: () => number) => Series>> = {
  noise: (next) => () => 20 + next(),
  'a daily wave': (next) => (minute) => 20 + 3 * Math.sin(2 * Math.PI * minute / DAY) + 0.3 * next(),
};

/** What a lasting change makes of a reading. */
const CHANGES: Readonly<Record<string, (value: number) => number>> = {
  'a little higher level': (value) => value + 8,
  'a much higher level': (value) => value + 1_000,
  'a level beyond all that was seen': (value) => value + 1e6,
  'a lower level': (value) => value - 15,
  'a level where the readings also scatter more': (value) => 30 + 4 * (value - 20),
};

describe('a lasting change', () => {
  for (const [name, make] of Object.entries(SERIES)) {
    for (const [what, change] of Object.entries(CHANGES)) {
      it(`is found, and usual within the readings that the dialog tells: ${what} of ${name}`, () => {
        for (const profile of ['full', 'lite'] as const) {
          for (const seed of [1, 2]) {
            const usual = make(gaussian(seed));
            const detector = createDetector({ profile });
            feed(detector, usual, 0, AT);
            const found = feed(detector, (minute) => change(usual(minute)), AT, AT + AFTER);
            assert.ok(found.slice(0, 10).some(({ anomaly }) => anomaly), `${profile}, seed ${seed}: not found`);
            const later = found.slice(READINGS_UNTIL_USUAL);
            assert.ok(later[0]?.anomaly !== true, `${profile}, seed ${seed}: the episode still runs`);
            assert.ok(episodesIn(later) <= 1, `${profile}, seed ${seed}: ${episodesIn(later)} episodes later on`);
            const { expected } = later.at(-1) ?? {};
            const level = change(20);
            assert.ok(expected && expected.low < level + 20 && expected.high > level - 20, `${profile}, seed ${seed}: ${JSON.stringify(expected)}`);
          }
        }
      });
    }
  }
});
