import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createDetector } from '../../../core/anomaly/index.ts';
import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { gaussian } from './random.ts';

/** Noise with outliers, gaps and extremes, so that cuts fall into episodes too. */
const readings = fc.array(
  fc.oneof({ weight: 8, arbitrary: fc.double({ min: 19, max: 21, noNaN: true }) }, { weight: 1, arbitrary: fc.double() }, { weight: 1, arbitrary: fc.constantFrom(null, 0, -0, 20, 80, 80.1) }),
  { minLength: 20, maxLength: 150 },
);
const options = { memory: 25, warmUp: 10 };

describe('detector snapshot', () => {
  it('lets a restored detector go on bit for bit, wherever it was cut and through JSON', () => {
    fc.assert(fc.property(readings, fc.nat(), (values, random) => {
      const cut = random % values.length;
      const whole = createDetector(options);
      values.slice(0, cut).forEach((value, index) => whole.update(index, value));
      const restored = createDetector(options);
      const snapshot: unknown = JSON.parse(JSON.stringify(whole.snapshot()));
      restored.restore(snapshot);
      values.slice(cut).forEach((value, index) => assert.deepStrictEqual(restored.update(cut + index, value), whole.update(cut + index, value)));
      assert.deepStrictEqual(restored.snapshot(), whole.snapshot());
    }), { numRuns: 300 });
  });

  it('holds nothing that JSON would alter, such as a negative zero', () => {
    const detector = createDetector(options);
    detector.update(1, -0);
    assert.deepStrictEqual(JSON.parse(JSON.stringify(detector.snapshot())), detector.snapshot());
  });

  it('stays below 200 bytes', () => {
    fc.assert(fc.property(readings, fc.integer({ min: -8.64e15, max: 8.6e15 }), (values, start) => {
      const detector = createDetector(options);
      values.forEach((value, index) => {
        detector.update(start + index, value);
        assert.ok(JSON.stringify(detector.snapshot()).length < 200);
      });
    }));
  });

  const numbers = [30, 20, 1, 0, 0, 0, 0.1, 20, 1, 1000];
  const damaged: [string, unknown][] = [
    ['nothing', undefined], ['null', null], ['a text', '{}'], ['an empty object', {}], ['another version', { v: 2, s: numbers }],
    ['too few numbers', { v: 1, s: numbers.slice(1) }], ['a null in it', { v: 1, s: numbers.with(1, Number.NaN) }],
    ['a text in it', { v: 1, s: ['30', ...numbers.slice(1)] }], ['a negative variance', { v: 1, s: numbers.with(2, -1) }],
    ['half a reading', { v: 1, s: numbers.with(0, 1.5) }], ['a negative step', { v: 1, s: numbers.with(6, -1) }], ['decimals beyond all decimals', { v: 1, s: numbers.with(8, 100) }], ['a time beyond all times', { v: 1, s: numbers.with(9, 1e300) }],
  ];
  for (const [what, snapshot] of damaged) {
    it(`refuses ${what} with a code, and stays as it was`, () => {
      const next = gaussian(1);
      const detector = createDetector();
      for (let index = 0; index < 50; index += 1) detector.update(index, 20 + next());
      const before = detector.snapshot();
      assert.throws(() => detector.restore(snapshot), (error) => error instanceof HoldfastError && error.code === 'HOLDFAST_DETECTOR_SNAPSHOT');
      assert.deepEqual(detector.snapshot(), before);
    });
  }

  it('can be used with a smaller memory after the settings were changed', () => {
    const large = createDetector({ memory: 300 });
    for (let index = 0; index < 400; index += 1) large.update(index, 20 + (index % 7));
    for (let index = 400; index < 500; index += 1) large.update(index, 1e6);
    const small = createDetector({ memory: 50 });
    small.restore(large.snapshot());
    for (let index = 500; index < 550; index += 1) small.update(index, 1e6);
    assert.equal(small.update(550, 1e6).anomaly, false);
  });
});
