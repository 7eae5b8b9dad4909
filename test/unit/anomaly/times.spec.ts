import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector, type Detection, type Profile } from '../../../core/anomaly/index.ts';
import { gaussian, uniform } from './random.ts';
import { episodesIn, MINUTE, START } from './series.ts';

const READINGS = 4_000;

/** What is said of noise at the times that `time` gives, and last of a jump. */
function judged(time: (index: number) => number, profile: Profile): Detection[] {
  const next = gaussian(2);
  const detector = createDetector({ profile });
  return Array.from({ length: READINGS + 1 }, (_, index) => detector.update(time(index), index === READINGS ? 60 : 20 + next()));
}

/** The episodes of the noise alone: a few readings in 10,000 are far off by chance. */
const MOST_EPISODES = 2;

const CLOCKS: Readonly<Record<string, (index: number) => number>> = {
  'starts at its birth in 1970': (index) => index * MINUTE,
  'runs before 1970': (index) => -1e12 + index * MINUTE,
  'is at the year 9999': (index) => Date.UTC(9999, 0, 1) + index * MINUTE,
  'is at the end of all time': (index) => 8.64e15 - (READINGS - index) * MINUTE,
  'is at the beginning of all time': (index) => -8.64e15 + index * MINUTE,
  'gives seconds in place of milliseconds': (index) => Math.floor(START / 1_000) + index * 60,
  'gives microseconds': (index) => START * 1_000 + index * MINUTE * 1_000,
  'gives fractions of a millisecond': (index) => START + index / 16,
  'loses days now and then': (index) => START + index * MINUTE + Math.floor(index / 500) * 86_400_000 * 3,
};

describe('the times of readings', () => {
  for (const [what, time] of Object.entries(CLOCKS)) {
    it(`may be of a clock that ${what}`, () => {
      for (const profile of ['full', 'lite'] as const) {
        const found = judged(time, profile);
        const episodes = episodesIn(found.slice(0, READINGS));
        assert.ok(episodes <= MOST_EPISODES, `${episodes} episodes`);
        assert.ok(found.at(-1)?.anomaly, found.at(-1)?.why);
      }
    });
  }

  it('may be as irregular as they like', () => {
    const next = uniform(3);
    let at = START;
    const times = Array.from({ length: READINGS + 1 }, () => at += -Math.log(next()) * 10 * MINUTE * (next() < 0.01 ? 100 : 1));
    const found = judged((index) => times[index] ?? 0, 'full');
    assert.ok(episodesIn(found.slice(0, READINGS)) <= MOST_EPISODES);
    assert.ok(found.at(-1)?.anomaly);
  });

  it('change nothing when readings come again, reversed or late among the others', () => {
    const disorder = fc.record({
      profile: fc.constantFrom<Profile>('full', 'lite'),
      late: fc.array(fc.record({ after: fc.integer({ min: 1, max: 599 }), back: fc.nat(700), value: fc.double() }), { maxLength: 40 }),
    });
    fc.assert(fc.property(disorder, ({ profile, late }) => {
      const next = gaussian(1);
      const orderly = createDetector({ profile });
      const disturbed = createDetector({ profile });
      for (let index = 0; index < 600; index += 1) {
        const value = 20 + next();
        assert.deepStrictEqual(disturbed.update(START + index * MINUTE, value), orderly.update(START + index * MINUTE, value));
        for (const { after, back, value: other } of late) if (after === index) disturbed.update(START + (index - back) * MINUTE, other);
      }
      assert.deepStrictEqual(disturbed.snapshot(), orderly.snapshot());
    }), { numRuns: 40 });
  });

  it('are beyond what a Date can hold: such a reading is judged, and not learned', () => {
    const detector = createDetector();
    const next = gaussian(1);
    for (let index = 0; index < READINGS; index += 1) detector.update(START + index * MINUTE, 20 + next());
    const before = detector.snapshot();
    for (const ts of [8.64e15 + 1, 1e300, Infinity, Number.NaN]) assert.ok(detector.update(ts, 60).anomaly);
    assert.deepEqual(detector.snapshot(), before);
    assert.equal(detector.update(START + READINGS * MINUTE, 20).anomaly, false);
  });
});
