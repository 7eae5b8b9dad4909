import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector, type Detector, type Profile } from '../../../core/anomaly/index.ts';
import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { gaussian } from './random.ts';
import { feed, MINUTE, START } from './series.ts';

const PROFILES: readonly Profile[] = ['full', 'lite'];

/** What comes at a minute: noise, and now and then something that is none. */
const strange = fc.constantFrom(null, Number.NaN, 0, -0, 20, 80, 80.1, 1e150, 1e-200, -1e9);
const streams = fc.record({
  profile: fc.constantFrom(...PROFILES),
  sensitivity: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer(),
  length: fc.integer({ min: 250, max: 1_200 }),
  strange: fc.array(fc.record({ at: fc.nat(1_199), what: strange, lasting: fc.integer({ min: 1, max: 40 }) }), { maxLength: 6 }),
  steps: fc.array(fc.constantFrom(1, 500, 60_000, 60_000, 61_234.5, 900_000, 86_400_000, 0, -3_600_000), { minLength: 1, maxLength: 7 }),
  answers: fc.array(fc.record({ at: fc.nat(1_199), expected: fc.boolean() }), { maxLength: 3 }),
  cut: fc.nat(),
});
type Stream = typeof streams extends fc.Arbitrary<infer T> ? T : never;

/** What happens at each reading of a stream, to whichever detector. */
function stepsOf({ seed, length, strange: parts, steps, answers }: Stream): Array<(detector: Detector) => unknown> {
  const next = gaussian(seed);
  let ts = START;
  return Array.from({ length }, (_, index) => {
    const noise = 20 + next();
    const odd = parts.find(({ at, lasting }) => index >= at && index < at + lasting);
    const value = odd ? odd.what : noise;
    const time = ts += steps[index % steps.length] ?? 1;
    const answer = answers.find(({ at }) => at === index);
    const learn = index % 11 !== 0;
    return (detector) => [detector.update(time, value, learn), answer && detector.answer(answer.expected)];
  });
}

function learned(profile: Profile): Detector {
  const next = gaussian(1);
  const detector = createDetector({ profile });
  feed(detector, (minute) => 20 + next() + (minute === 590 ? 30 : 0), 0, 600);
  return detector;
}

describe('a detector that is restored', () => {
  it('goes on bit for bit, wherever it was cut, through JSON', () => {
    fc.assert(fc.property(streams, (stream) => {
      const { profile, sensitivity, length, cut } = stream;
      const at = cut % length;
      const steps = stepsOf(stream);
      const whole = createDetector({ profile, sensitivity });
      for (const step of steps.slice(0, at)) step(whole);
      const restored = createDetector({ profile, sensitivity });
      restored.restore(JSON.parse(JSON.stringify(whole.snapshot())));
      for (const step of steps.slice(at)) assert.deepStrictEqual(step(restored), step(whole));
      assert.deepStrictEqual(restored.snapshot(), whole.snapshot());
    }), { numRuns: 100 });
  });

  it('forgets what it had learned itself', () => {
    for (const profile of PROFILES) {
      const other = createDetector({ profile });
      feed(other, (minute) => 1_000 * Math.sin(minute), 0, 3_000);
      const one = learned(profile);
      other.restore(one.snapshot());
      for (let minute = 600; minute < 1_200; minute += 1) {
        const value = minute === 900 ? 60 : 20 + Math.sin(minute);
        assert.deepStrictEqual(other.update(START + minute * MINUTE, value), one.update(START + minute * MINUTE, value));
      }
    }
  });

  it('takes a snapshot that was made at another sensitivity', () => {
    const calm = createDetector({ sensitivity: 1 });
    calm.restore(learned('full').snapshot());
    const detection = calm.update(START + 600 * MINUTE, 40);
    assert.equal(detection.intensity, learned('full').update(START + 600 * MINUTE, 40).intensity);
  });

  it('is not changed by the snapshot it gave', () => {
    const detector = learned('lite');
    const before = detector.snapshot();
    assert.deepEqual(detector.snapshot(), before);
    detector.update(START + 700 * MINUTE, 50);
    assert.notDeepEqual(detector.snapshot(), before);
  });
});

describe('a snapshot that is damaged', () => {
  for (const profile of PROFILES) {
    const { v, bytes, crc } = learned(profile).snapshot();
    const other = profile === 'full' ? 'lite' : 'full';
    const damaged: Array<[string, unknown]> = [
      ['nothing', undefined], ['null', null], ['a text', '{}'], ['a number', 3], ['a list', [v, bytes, crc]], ['an empty object', {}],
      ['another version', { v: 1, profile, bytes, crc }], ['another profile', { v, profile: other, bytes, crc }],
      ['the bytes of another profile', { ...learned(other).snapshot(), profile }],
      ['no bytes', { v, profile, crc }], ['empty bytes', { v, profile, bytes: '', crc }], ['bytes that are no text', { v, profile, bytes: [1, 2], crc }],
      ['half of the bytes', { v, profile, bytes: bytes.slice(0, bytes.length / 2), crc }], ['more bytes', { v, profile, bytes: `AAAA${bytes}`, crc }],
      ['no checksum', { v, profile, bytes }], ['another checksum', { v, profile, bytes, crc: crc ^ 1 }], ['a checksum that is no number', { v, profile, bytes, crc: String(crc) }],
    ];
    it(`is refused with a code and a cure, and leaves the detector as it was (${profile})`, () => {
      for (const [what, snapshot] of damaged) assertRefused(profile, snapshot, what);
    });

    it(`is refused when one character of it is another (${profile})`, () => {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      fc.assert(fc.property(fc.nat({ max: bytes.length - 5 }), fc.constantFrom(...letters.split('')), (at, letter) => {
        fc.pre(bytes[at] !== letter);
        assertRefused(profile, { v, profile, bytes: bytes.slice(0, at) + letter + bytes.slice(at + 1), crc }, `${letter} at ${at}`);
      }), { numRuns: 60 });
    });
  }

  it('is refused whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (snapshot) => assertRefused('lite', snapshot, 'something')), { numRuns: 200 });
    const alike = fc.record({ v: fc.constantFrom(1, 2, '2'), profile: fc.constantFrom('lite', 'full'), bytes: fc.oneof(fc.base64String(), fc.string()), crc: fc.oneof(fc.integer(), fc.string()) }, { requiredKeys: [] });
    fc.assert(fc.property(alike, (snapshot) => assertRefused('lite', snapshot, 'something like it')), { numRuns: 200 });
  });
});

const KEPT = { full: learned('full'), lite: learned('lite') };

function assertRefused(profile: Profile, snapshot: unknown, what: string): void {
  const detector = KEPT[profile];
  const before = detector.snapshot();
  assert.throws(() => detector.restore(snapshot), (error) =>
    error instanceof HoldfastError && error.code === 'HOLDFAST_DETECTOR_SNAPSHOT' && /Start it anew/.test(error.message), what);
  assert.deepEqual(detector.snapshot(), before, what);
}
