import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector, type Detection, type Profile } from '../../../core/anomaly/index.ts';
import { gaussian } from './random.ts';
import { feed, MINUTE, START } from './series.ts';

const AT = 5_000;
const profile = fc.constantFrom<Profile>('full', 'lite');

/** What is said of the reading after days of noise around 20. */
function saidOf(value: number, which: Profile = 'full'): Detection {
  const next = gaussian(1);
  const detector = createDetector({ profile: which });
  feed(detector, () => 20 + next(), 0, AT);
  return detector.update(START + AT * MINUTE, value);
}

/** The numbers in a sentence, in the order in which they stand. */
function numbersIn(sentence: string): number[] {
  return (sentence.match(/-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? []).map((text) => Number(text.replaceAll(',', '')));
}

describe('the sentence for an episode', () => {
  it('says the value, what was expected and how far such a series goes', () => {
    const { why } = saidOf(36);
    const [value, away, expected, days, most] = numbersIn(why);
    assert.match(why, /^36\.0 is .+ above what is usual at this time of day, .+; the .+ days before it never exceeded .+\.$/);
    assert.ok(value === 36 && Math.abs(Number(expected) - 20) < 1 && Math.abs(Number(away) - 16) < 1, why);
    assert.ok(days === 3 && Number(most) > 2.5 && Number(most) < 5, why);
  });

  it('says below of what is too low', () => {
    assert.match(saidOf(4).why, /4\.0 is .+ below what is usual/);
  });

  it('says how far a value is away that is far beyond all sense, such as the 65535 of a broken sensor', () => {
    for (const value of [65_535, -32_768, 1e9]) {
      for (const which of ['full', 'lite'] as const) {
        const { why, anomaly } = saidOf(value, which);
        const [said, away] = numbersIn(why);
        assert.ok(anomaly, `${value}: ${why}`);
        assert.equal(said, value, why);
        assert.ok(Math.abs(Number(away) / Math.abs(value) - 1) < 0.01, why);
      }
    }
  });

  it('says for how long a sensor has shown the same, and what was the most before', () => {
    const next = gaussian(1);
    const detector = createDetector();
    feed(detector, () => Math.round(20 + next()), 0, AT);
    const found = feed(detector, () => 21, AT, AT + 200).find(({ kind }) => kind === 'flat line');
    assert.match(found?.why ?? '', /^It has shown exactly 21 for \d+ readings in a row; \d+ was the most before\.$/);
  });

  it('says that an episode is not over where its score alone would begin none', () => {
    const next = gaussian(1);
    const detector = createDetector();
    feed(detector, () => 20 + next(), 0, AT);
    const found = feed(detector, () => 35 + next(), AT, AT + 300);
    const fading = found.filter(({ anomaly, intensity }) => anomaly && intensity < 1 && intensity > 0.5);
    assert.ok(fading.length > 0);
    for (const { why } of fading) assert.match(why, /^Not over yet: /);
  });
});

describe('what is said, whatever comes', () => {
  const hostile = fc.constantFrom(0, -0, 5e-324, 1e-200, -1e-200, 1e-12, 20, 20.1, 65_535, 1e15, 1e150, -1e150, Number.MAX_VALUE, -Number.MAX_VALUE);
  const value = fc.oneof(hostile, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(null, Number.NaN, Infinity, -Infinity));

  it('are finite numbers, and a short sentence without a word of a programmer', () => {
    const series = fc.record({ profile, usual: fc.array(hostile, { minLength: 1, maxLength: 4 }), unusual: fc.array(value, { minLength: 1, maxLength: 30 }) });
    fc.assert(fc.property(series, ({ profile: which, usual, unusual }) => {
      const detector = createDetector({ profile: which });
      for (let index = 0; index < 700; index += 1) {
        const comes = index > 250 && index % 15 === 0 ? unusual[index / 15 % unusual.length] : usual[index % usual.length];
        assertSound(detector.update(START + index * MINUTE, comes ?? null));
      }
      unusual.forEach((comes, index) => assertSound(detector.update(START + (700 + index) * MINUTE, comes)));
    }), { numRuns: 60 });
  });
});

function assertSound(detection: Detection): void {
  const { score, intensity, parts, expected, why, kind } = detection;
  for (const number of [score, intensity, ...Object.values(parts), expected?.low ?? 0, expected?.high ?? 0]) assert.ok(Number.isFinite(number), JSON.stringify(detection));
  assert.ok(score >= 0 && score <= intensity, JSON.stringify(detection));
  assert.ok(!expected || expected.low <= expected.high, JSON.stringify(detection));
  assert.doesNotMatch(why, /NaN|Infinity|undefined|null|object/);
  assert.ok(why.length > 10 && why.length < 250, why);
  assert.ok(!detection.anomaly || kind !== undefined, why);
}
