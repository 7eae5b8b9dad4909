import assert from 'node:assert/strict';
import { createDetector, type Detection, type Detector, type Profile } from '../../../core/anomaly/index.ts';
import { gaussian } from './random.ts';
import { DAY, episodesIn, feed, type Series } from './series.ts';

const PROFILES: readonly Profile[] = ['full', 'lite'];
const FIRST = 3 * DAY;
const LENGTH = 20;
const AGAIN = FIRST + DAY;
const UNLIKE = AGAIN + DAY;
const END = UNLIKE + 400;

/** Readings that are 12 above what is usual for twenty minutes, again a day later, and then something far worse. */
function series(): Series {
  const next = gaussian(3);
  const noise = Array.from({ length: END }, () => next());
  const isIn = (minute: number, from: number): boolean => minute >= from && minute < from + LENGTH;
  return (minute) => 20 + (noise[minute] ?? 0) + (isIn(minute, FIRST) || isIn(minute, AGAIN) ? 12 : 0) - (isIn(minute, UNLIKE) ? 80 : 0);
}

interface Found {
  first: Detection[];
  calm: Detection[];
  again: Detection[];
  unlike: Detection[];
}

/** @param answer is given when the first of them is over. */
function after(profile: Profile, answer: (detector: Detector) => void): Found {
  const detector = createDetector({ profile });
  const readings = series();
  feed(detector, readings, 0, FIRST);
  const first = feed(detector, readings, FIRST, FIRST + 300);
  answer(detector);
  return {
    first,
    calm: feed(detector, readings, FIRST + 300, AGAIN),
    again: feed(detector, readings, AGAIN, AGAIN + 300),
    unlike: feed(detector, readings, AGAIN + 300, END),
  };
}

/** A ceiling rises in steps: by one of them a reading can be more or less unusual after another past. */
const STEP = 1.25;

const NONE = (): undefined => undefined;
const EXPECTED = (detector: Detector): boolean => detector.answer(true);
const UNEXPECTED = (detector: Detector): boolean => detector.answer(false);

for (const profile of PROFILES) {
  describe(`an answer about an episode (${profile})`, () => {
    it('that it was expected: the same begins none again, and something worse still does', () => {
      const { first, again, unlike } = after(profile, EXPECTED);
      assert.ok(episodesIn(first) > 0);
      assert.equal(episodesIn(again), 0, again.find(({ anomaly }) => anomaly)?.why ?? '');
      assert.ok(episodesIn(unlike.slice(UNLIKE - AGAIN - 300)) > 0);
    });

    it('that it was not: the same begins one again, and is no less unusual than without an answer', () => {
      const { again } = after(profile, UNEXPECTED);
      const peak = (found: readonly Detection[]): number => Math.max(...found.map(({ intensity }) => intensity));
      assert.ok(episodesIn(again) > 0);
      const unanswered = peak(after(profile, NONE).again);
      assert.ok(peak(again) >= unanswered, `${peak(again)}, and without an answer ${unanswered}`);
    });

    it('changes nothing about what is calm: no episode is begun by it', () => {
      const unanswered = after(profile, NONE);
      for (const answer of [EXPECTED, UNEXPECTED]) {
        const { calm } = after(profile, answer);
        assert.equal(episodesIn(calm), episodesIn(unanswered.calm));
        calm.forEach(({ expected }, index) => assert.ok(expected && expected.low <= (unanswered.calm[index]?.expected?.high ?? 0)));
      }
    });

    it('that it was expected makes no reading more unusual; that it was not, none less', () => {
      const unanswered = [after(profile, NONE)].flatMap(({ calm, again }) => [...calm, ...again]);
      const expected = [after(profile, EXPECTED)].flatMap(({ calm, again }) => [...calm, ...again]);
      const unexpected = [after(profile, UNEXPECTED)].flatMap(({ calm, again }) => [...calm, ...again]);
      unanswered.forEach(({ intensity }, index) => {
        assert.ok((expected[index]?.intensity ?? 9) <= STEP * intensity, `reading ${index}: ${expected[index]?.intensity} after ${intensity}`);
        assert.ok((unexpected[index]?.intensity ?? 0) >= intensity / STEP, `reading ${index}: ${unexpected[index]?.intensity} after ${intensity}`);
      });
    });

    it('is taken only when there is an episode to speak of, and else changes nothing', () => {
      const detector = createDetector({ profile });
      const next = gaussian(6);
      feed(detector, () => 20 + 0.1 * Math.max(-1, Math.min(1, next())), 0, 1_000);
      const before = detector.snapshot();
      assert.equal(detector.answer(true), false);
      assert.equal(detector.answer(false), false);
      assert.deepEqual(detector.snapshot(), before);
    });

    it('is remembered by a detector that goes on from a snapshot', () => {
      const { again } = after(profile, (detector) => {
        detector.answer(true);
        const restored = createDetector({ profile });
        restored.restore(detector.snapshot());
        detector.restore(restored.snapshot());
      });
      assert.equal(episodesIn(again), 0);
    });
  });
}
