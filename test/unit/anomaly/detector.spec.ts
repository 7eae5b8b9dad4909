import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector, type Detection, type Detector, type DetectorOptions } from '../../../core/anomaly/index.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { gaussian, uniform } from './random.ts';

/** A detector that has seen the values, one a second. */
function after(values: number[], options: DetectorOptions = {}): Detector {
  const detector = createDetector(options);
  values.forEach((value, index) => detector.update(index, value));
  return detector;
}

function noise(count: number, mean: number, deviation: number, seed = 1): number[] {
  const next = gaussian(seed);
  return Array.from({ length: count }, () => mean + deviation * next());
}

describe('detector', () => {
  describe('what it finds', () => {
    it('finds a jump out of noise and says by how much', () => {
      const detection = after(noise(500, 66, 1)).update(500, 98.2);
      assert.equal(detection.anomaly, true);
      assert.ok(detection.score > 25 && detection.score < 40, `score ${detection.score}`);
      assert.ok(detection.expected && detection.expected.high < 74 && detection.expected.low > 58);
      assert.match(detection.why, /^98\.2\d? is 2\d\.\d+ above what was expected \(between 5\d\.\d+ and 7\d\.\d+\); 3\d\.\d times the usual spread\.$/);
    });

    it('finds a fall as it finds a rise', () => {
      const detection = after(noise(500, 66, 1)).update(500, 40);
      assert.equal(detection.anomaly, true);
      assert.match(detection.why, /below what was expected/);
    });

    it('leaves normal noise alone: fewer than one false reading in 100,000', () => {
      const next = gaussian(7);
      const detector = createDetector();
      let wrong = 0;
      for (let index = 0; index < 200_000; index += 1) if (detector.update(index, 20 + next()).anomaly) wrong += 1;
      assert.ok(wrong < 2, `${wrong} false readings`);
    });

    it('keeps the expected band at the threshold times the true spread', () => {
      const { parts, expected } = after(noise(5000, 20, 3)).update(5000, 20);
      assert.ok(Math.abs(parts.scale - 3) < 0.75, `scale ${parts.scale}`);
      assert.deepEqual(expected, { low: parts.mean - 6 * parts.scale, high: parts.mean + 6 * parts.scale });
    });

    it('is not poisoned by one absurd reading', () => {
      const detector = after(noise(500, 20, 1));
      const before = detector.update(500, 20).parts;
      detector.update(501, 1e9);
      const { parts } = detector.update(502, 20);
      assert.ok(Math.abs(parts.mean - before.mean) < 0.05 * before.scale);
      assert.ok(parts.scale < 1.05 * before.scale);
      assert.equal(detector.update(503, 35).anomaly, true);
    });

    it('is not blinded by an outlier while it is warming up', () => {
      const values = noise(40, 20, 1);
      values[10] = 5000;
      assert.equal(after(values).update(40, 60).anomaly, true);
    });
  });

  describe('warming up', () => {
    it('judges nothing, and says so', () => {
      const detector = createDetector({ warmUp: 30 });
      for (let index = 0; index < 30; index += 1) {
        const { score, anomaly, expected, why } = detector.update(index, index % 2 === 0 ? 0 : 1e6);
        assert.deepEqual({ score, anomaly, expected }, { score: 0, anomaly: false, expected: undefined });
        assert.match(why, /still learning/);
      }
      assert.ok(detector.update(30, 5).expected);
    });
  });

  describe('episodes', () => {
    it('lasts until the score has fallen below half the threshold', () => {
      const detector = after(noise(1000, 20, 1));
      const { mean, scale } = detector.update(1000, 20).parts;
      const at = (ts: number, scales: number): boolean => detector.update(ts, mean + scales * scale).anomaly;
      assert.equal(at(1001, 4), false);
      assert.equal(at(1002, 8), true);
      assert.equal(at(1003, 4), true);
      assert.equal(at(1004, 2), false);
      assert.equal(at(1005, 4), false);
    });

    it('learns a lasting change of level, however large, within as many readings as its memory holds', () => {
      const change = fc.record({
        seed: fc.integer(),
        memory: fc.integer({ min: 50, max: 400 }),
        jump: fc.double({ min: 0, max: 12, noNaN: true }).map((power) => 10 ** power),
        down: fc.boolean(),
      });
      fc.assert(fc.property(change, ({ seed, memory, jump, down }) => {
        // Noise without tails, so that what is found after the change is due to the change alone.
        const next = uniform(seed);
        const around = (count: number, mean: number): number[] => Array.from({ length: count }, () => mean + 3 * (next() - 0.5));
        const detector = after(around(memory * 2, 100), { memory });
        const level = down ? 100 - jump : 100 + jump;
        const later = around(memory + 100, level).map((value, index) => detector.update(memory * 2 + index, value));
        if (jump > 20) assert.equal(later[0]?.anomaly, true, 'the change itself is found');
        assert.equal(later.slice(memory).some((detection) => detection.anomaly), false, 'then it is usual');
      }), { numRuns: 60 });
    });

    it('never lets an episode outlast the memory, whatever comes', () => {
      fc.assert(fc.property(fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 100, maxLength: 300 }), (values) => {
        const detector = createDetector({ memory: 20, warmUp: 10 });
        let length = 0;
        values.forEach((value, index) => {
          const { anomaly, score } = detector.update(index, value);
          // Reaching the threshold anew right after the memory ran out is another episode.
          length = anomaly && !(length === 20 && score >= 6) ? length + 1 : Number(anomaly);
          assert.ok(length <= 20);
        });
      }));
    });
  });

  describe('series that hardly move', () => {
    it('takes one step of a sensor that stood still for what it is', () => {
      const still = Array.from({ length: 300 }, () => 20);
      const first = after(still).update(300, 20.1);
      assert.ok(!first.anomaly && first.score < 2, `score ${first.score}`);
      const known = after([...still, 20.1, 20, 20, 20.1, ...still]);
      assert.ok(known.update(604, 20.1).score < 2);
    });

    it('still finds a jump of it', () => {
      const still = Array.from({ length: 300 }, () => 20);
      assert.equal(after(still).update(300, 35).anomaly, true);
      assert.equal(after([...still, 20.1, 20, 20.1, ...still]).update(603, 22).anomaly, true);
    });

    it('knows a step that is large beside the level', () => {
      const still = Array.from({ length: 300 }, () => 5);
      assert.ok(after(still).update(300, 6).score <= 1);
      assert.ok(after([...still, 6, 5, 5, 6, ...still]).update(604, 6).score <= 1);
      assert.equal(after(still).update(300, 15).anomaly, true);
    });

    it('judges a sensor that hardly moves by its steps, rather than by the size of its values', () => {
      const still = Array.from({ length: 300 }, () => 1013.2);
      const moves = [...still, 1013.3, 1013.2, 1013.2, 1013.3, ...still];
      assert.ok(after(moves).update(604, 1013.3).score < 2);
      assert.equal(after(moves).update(604, 1016).anomaly, true);
    });

    it('does not take the rounding of floating point for decimals', () => {
      const still = Array.from({ length: 300 }, () => 0.1 + 0.2);
      assert.ok(after(still).update(300, 0.4).score < 1.01);
    });

    it('knows a step that is no decimal one', () => {
      const still = Array.from({ length: 300 }, () => 20.0625);
      assert.ok(after([...still, 20.125, 20.0625, 20.125, ...still]).update(603, 20.125).score < 2);
    });

    it('does not take an outlier for the step of the sensor', () => {
      const still = Array.from({ length: 300 }, () => 20);
      const detector = after([...still, 35, 20, 35, 20, ...still]);
      assert.equal(detector.update(604, 35).anomaly, true);
    });

    it('is calm on a coarse sensor that now and then turns over', () => {
      const next = gaussian(3);
      const detector = createDetector();
      for (let index = 0; index < 50_000; index += 1) {
        assert.equal(detector.update(index, Math.round(45 + 0.2 * next())).anomaly, false, `reading ${index}`);
      }
    });

    it('is calm on a sensor that stands at zero and moves by a little, and finds a jump of it', () => {
      const still = Array.from({ length: 300 }, () => 0);
      assert.equal(after(still).update(300, 0.1).anomaly, false);
      assert.equal(after(still).update(300, 0.0123456789).anomaly, false);
      assert.equal(after(still).update(300, 50).anomaly, true);
    });

    it('takes the least spread it is told', () => {
      const still = Array.from({ length: 300 }, () => 20);
      assert.equal(after(still, { minimumScale: 5 }).update(300, 40).score, 4);
      assert.equal(after(still, { minimumScale: 0.001 }).update(300, 20.1).anomaly, true);
    });
  });

  describe('readings that are no number', () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      it(`does not judge or learn ${value}`, () => {
        const detector = after(noise(100, 20, 1));
        const before = detector.snapshot();
        const { score, anomaly, why } = detector.update(100, value);
        assert.deepEqual({ score, anomaly }, { score: 0, anomaly: false });
        assert.match(why, /no number/);
        assert.deepEqual(detector.snapshot(), before);
      });
    }
  });

  describe('late and repeated readings', () => {
    it('judges them and learns nothing from them', () => {
      fc.assert(fc.property(fc.integer({ max: 99 }), fc.double(), (ts, value) => {
        const detector = after(noise(100, 20, 1));
        const before = detector.snapshot();
        detector.update(ts, value);
        detector.update(99, value);
        assert.deepEqual(detector.snapshot(), before);
      }));
      const detector = after(noise(100, 20, 1));
      assert.equal(detector.update(99, 90).anomaly, true);
      assert.equal(detector.update(Number.NaN, 90).anomaly, true);
      assert.equal(detector.update(100, 20).anomaly, false);
    });
  });

  describe('whatever comes', () => {
    it('gives finite numbers and a sentence', () => {
      const extreme = fc.oneof(fc.double(), fc.constantFrom(0, -0, 5e-324, 1e-200, Number.MAX_VALUE, -Number.MAX_VALUE, 1e15, 20, 20.1));
      const finite = ({ score, parts, expected, why }: Detection): boolean =>
        [score, parts.mean, parts.scale, parts.deviation, expected?.low ?? 0, expected?.high ?? 0].every(Number.isFinite)
        && parts.scale > 0 && why.length < 250 && !/NaN|Infinity|undefined/.test(why);
      fc.assert(fc.property(fc.array(extreme, { maxLength: 200 }), fc.constantFrom(undefined, 1e-100, 1e100), (values, minimumScale) => {
        const options = { warmUp: 5, memory: 20, ...(minimumScale === undefined ? {} : { minimumScale }) };
        const detector = createDetector(options);
        values.forEach((value, index) => {
          const detection = detector.update(index, value);
          assert.ok(finite(detection), JSON.stringify(detection));
        });
      }));
    });
  });

  describe('options', () => {
    const wrong: [keyof DetectorOptions, DetectorOptions][] = [
      ['memory', { memory: 5 }], ['memory', { memory: 20.5 }], ['memory', { memory: Number.NaN }], ['memory', { memory: 1e9 }],
      ['threshold', { threshold: 0 }], ['threshold', { threshold: Number.POSITIVE_INFINITY }],
      ['warmUp', { warmUp: 1 }], ['warmUp', { warmUp: 201 }], ['warmUp', { memory: 100, warmUp: 150 }],
      ['minimumScale', { minimumScale: 0 }], ['minimumScale', { minimumScale: -1 }], ['minimumScale', { minimumScale: Number.NaN }],
    ];
    for (const [field, options] of wrong) {
      it(`refuses ${field} ${options[field]} and names it`, () => {
        assert.throws(() => createDetector(options), (error) =>
          error instanceof ConfigError && error.field === field && error.message.includes(String(options[field])));
      });
    }
  });
});
