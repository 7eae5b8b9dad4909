import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector, type Detector, type DetectorOptions, type Profile } from '../../../core/anomaly/index.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { gaussian } from './random.ts';
import { episodesIn, feed, MINUTE, SOUND, START, type Series } from './series.ts';

const PROFILES: readonly Profile[] = ['full', 'lite'];
const LEARNED = 3_000;

function noise(seed = 1): Series {
  const next = gaussian(seed);
  return () => 20 + next();
}

function learned(options: DetectorOptions = {}): Detector {
  const detector = createDetector(options);
  feed(detector, noise(), 0, LEARNED);
  return detector;
}

const at = (minute: number): number => START + minute * MINUTE;

for (const profile of PROFILES) {
  describe(`the detector (${profile})`, () => {
    it('says which profile it has, and stays within its memory', () => {
      const detector = createDetector({ profile });
      assert.equal(detector.profile, profile);
      assert.ok(detector.bytes <= (profile === 'full' ? 512 : 4) * 1024, `${detector.bytes} bytes`);
    });

    it('judges nothing while it warms up, and says so', () => {
      const detector = createDetector({ profile });
      const found = feed(detector, (minute) => (minute % 2 === 0 ? 0 : 1e6), 0, 200);
      for (const { score, intensity, anomaly, parts, expected, why } of found) {
        assert.deepEqual({ score, intensity, anomaly, parts, expected }, { score: 0, intensity: 0, anomaly: false, parts: {}, expected: undefined });
        assert.match(why, /still learning/);
      }
      assert.ok(feed(detector, () => 5, 200, 202).at(-1)?.expected);
    });

    it('finds a rise and a fall, and expects what the series usually shows', () => {
      for (const value of [32, 8]) {
        const { anomaly, intensity, expected, since } = learned({ profile }).update(at(LEARNED), value);
        assert.ok(anomaly && intensity >= 1, `${value}: ${intensity}`);
        assert.equal(since, at(LEARNED));
        assert.ok(expected && expected.low > 10 && expected.low < 18 && expected.high > 22 && expected.high < 30, JSON.stringify(expected));
      }
    });

    it('tells by parts how the intensity came about: they add up to it', () => {
      const next = gaussian(5);
      for (const { intensity, parts } of feed(learned({ profile }), (minute) => 20 + next() * (minute % 50 === 0 ? 9 : 1), LEARNED, LEARNED + 500)) {
        const sum = Object.values(parts).reduce((total, share) => total + share, 0);
        assert.ok(Math.abs(sum - intensity) <= 1e-9 * Math.max(1, intensity), `${sum} is not ${intensity}`);
      }
    });

    it('is not blinded by one absurd reading, nor by one while it warms up', () => {
      const detector = learned({ profile });
      detector.update(at(LEARNED), 1e9);
      feed(detector, noise(2), LEARNED + 1, LEARNED + 1_500);
      assert.ok(detector.update(at(LEARNED + 1_500), 60).anomaly);
      const early = createDetector({ profile });
      const usual = noise(3);
      feed(early, (minute) => (minute === 120 ? 5_000 : usual(minute)), 0, LEARNED);
      assert.ok(early.update(at(LEARNED), 60).anomaly);
    });

    it('finds more the more sensitive it is, by the same intensity', () => {
      const counts = Array.from({ length: 9 }, (_, index) => {
        const next = gaussian(4);
        const detector = createDetector({ profile, sensitivity: index + 1 });
        return episodesIn(feed(detector, (minute) => 20 + next() + (minute > LEARNED && minute % 100 === 0 ? minute / 600 : 0), 0, LEARNED + 1_500));
      });
      assert.ok((counts[8] ?? 0) > (counts[4] ?? 0) && (counts[4] ?? 0) > (counts[0] ?? 9), counts.join());
      const intensities = [1, 5, 9].map((sensitivity) => learned({ profile, sensitivity }).update(at(LEARNED), 26).intensity);
      assert.equal(new Set(intensities).size, 1);
    });

    it('does not judge what is no number, and stays as it was', () => {
      for (const value of [null, Number.NaN, Infinity, -Infinity]) {
        const detector = learned({ profile });
        const before = detector.snapshot();
        const { score, intensity, anomaly, why } = detector.update(at(LEARNED), value);
        assert.deepEqual({ score, intensity, anomaly }, { score: 0, intensity: 0, anomaly: false });
        assert.match(why, /no number/);
        assert.deepEqual(detector.snapshot(), before);
      }
    });

    it('judges what is late, repeated or not to be learned as it would otherwise, and stays as it was', () => {
      const detector = learned({ profile });
      const before = detector.snapshot();
      fc.assert(fc.property(fc.oneof(fc.integer({ max: at(LEARNED - 1) }), fc.constantFrom(Number.NaN, -Infinity)), fc.double(), (ts, value) => {
        detector.update(ts, value);
        detector.update(at(LEARNED), value, false);
        assert.deepEqual(detector.snapshot(), before);
      }), { numRuns: 60 });
      assert.ok(detector.update(at(LEARNED - 1), 60).anomaly);
      assert.ok(detector.update(at(LEARNED), 60, false).anomaly);
      assert.ok(detector.update(Number.NaN, 60).anomaly);
      assert.equal(detector.update(at(LEARNED), 20).anomaly, false);
    });
  });
}

describe('the detector on series on which nothing goes wrong', () => {
  const READINGS = 20_000;

  for (const [name, make] of Object.entries(SOUND)) {
    it(`begins hardly an episode: ${name}`, () => {
      for (const profile of PROFILES) {
        const seeds = [1, 2, 3];
        const episodes = seeds.map((seed) => episodesIn(feed(createDetector({ profile }), make(seed), 0, READINGS)));
        const each = episodes.reduce((sum, count) => sum + count, 0) / seeds.length / (READINGS / 10_000);
        assert.ok(each <= 3, `${each} episodes in 10,000 readings (${profile}): ${episodes.join(', ')}`);
      }
    });
  }

  it('begins none where nothing ever changes', () => {
    for (const profile of PROFILES) assert.equal(episodesIn(feed(createDetector({ profile }), () => 20.5, 0, READINGS)), 0);
  });
});

describe('the options of a detector', () => {
  const wrong: Array<[keyof DetectorOptions, number]> = [
    ['sensitivity', 0], ['sensitivity', 10], ['sensitivity', 4.5], ['sensitivity', Number.NaN],
    ['minimumScale', 0], ['minimumScale', -1], ['minimumScale', Number.NaN], ['minimumScale', 1e101],
  ];
  for (const [field, value] of wrong) {
    it(`are refused for the ${field} ${value}, by name`, () => {
      assert.throws(() => createDetector({ [field]: value }), (error) => error instanceof ConfigError && error.field === field && error.message.includes(String(value)));
    });
  }

  it('are refused for a profile that there is not', () => {
    const options: unknown = { profile: 'huge' };
    assert.throws(() => createDetector(options as DetectorOptions), (error) => error instanceof ConfigError && error.field === 'profile' && error.message.includes('huge'));
  });
});
