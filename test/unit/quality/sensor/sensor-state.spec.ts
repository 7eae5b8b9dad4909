import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { QualitySnapshotError } from '../../../../core/quality/quality-snapshot-error.ts';
import { createNoiseLevelTest } from '../../../../core/quality/sensor/noise-level.ts';
import { createQuantizationTest } from '../../../../core/quality/sensor/quantization.ts';
import { createUnitChangeTest } from '../../../../core/quality/sensor/unit-change.ts';
import { createCounterResetTest } from '../../../../core/quality/sensor/counter-reset.ts';
import type { SensorTest } from '../../../../core/quality/sensor/sensor-test.ts';
import { CLOCK_TESTS, SENSOR_TESTS } from './every-sensor-test.ts';

/** With short windows, so that every part of a test is reached in a few readings. */
const EAGER: Readonly<Record<string, (unit?: string) => SensorTest>> = {
  ...SENSOR_TESTS,
  'quantization_test, eager': () => createQuantizationTest({ window: 8, adopt: 2 }),
  'noise_level_test, eager': () => createNoiseLevelTest({ window: 8, memory: 40 }),
  'unit_change_test, eager': () => createUnitChangeTest({ confirm: 1, adopt: 10 }),
  'counter_reset_test, eager': () => createCounterResetTest({ learn: 10 }),
  'counter_reset_test, declared': () => createCounterResetTest({ counter: 'yes' }),
};

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 2000, max: 2200 }).map((hundredths) => hundredths / 100) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 85, -127, 65_535, 70.16, 1.7e308, -1.7e308, 5e-324) },
);
const readings = fc.array(fc.record({ value, step: fc.constantFrom(0, 1000, 1000, 1000, 60_000, -5000, 1e12) }), { minLength: 2, maxLength: 400 });

function stream(steps: readonly { value: number; step: number }[]): { ts: number; value: number }[] {
  let ts = 1_700_000_000_000;
  return steps.map((one) => ({ ts: (ts += one.step), value: one.value }));
}

/** As a snapshot comes back from disk. */
function fromDisk(snapshot: unknown): unknown {
  return JSON.parse(JSON.stringify(snapshot));
}

describe('sensor tests', () => {
  for (const [name, create] of Object.entries(EAGER)) {
    describe(name, () => {
      it('goes on with the same flags and sentences from a snapshot at whatever reading', () => {
        fc.assert(fc.property(readings, fc.nat(), (steps, random) => {
          const all = stream(steps);
          const cut = random % all.length;
          const whole = create();
          for (const { ts, value: one } of all.slice(0, cut)) whole.update(ts, one);
          const restored = create();
          const snapshot = whole.snapshot();
          assert.deepEqual(fromDisk(snapshot), snapshot);
          restored.restore(fromDisk(snapshot));
          for (const { ts, value: one } of all.slice(cut)) {
            assert.equal(restored.update(ts, one), whole.update(ts, one));
            assert.equal(restored.reason(), whole.reason());
          }
          assert.deepEqual(restored.snapshot(), whole.snapshot());
        }), { numRuns: 150 });
      });

      it('remembers no more than a few numbers', () => {
        fc.assert(fc.property(readings, (steps) => {
          const test = create();
          for (const { ts, value: one } of stream(steps)) test.update(ts, one);
          assert.ok(JSON.stringify(test.snapshot()).length < 250);
        }), { numRuns: 50 });
      });

      it('gives a flag to everything, 9 to what is no number and nothing else, and a reason exactly where it finds fault', () => {
        fc.assert(fc.property(readings, (steps) => {
          const test = create();
          for (const { ts, value: one } of stream(steps)) {
            const flag = test.update(ts, one);
            assert.equal(flag === 9, !Number.isFinite(one));
            assert.ok([1, 2, 3, 4, 9].includes(flag));
            if (flag !== 9) assert.equal(test.reason() !== undefined, flag === 3 || flag === 4);
          }
        }), { numRuns: 150 });
      });

      for (const damaged of [undefined, null, 3, 'x', [], {}, { v: 2, s: [] }, { v: 1 }, { v: 1, s: [1] }, { v: 1, s: new Array(20).fill(1) }, { v: 1, s: ['1', 2, 3] }, { v: 1, s: [null, null, null] }]) {
        it(`refuses ${JSON.stringify(damaged)} for a snapshot`, () => {
          assert.throws(() => create().restore(damaged), QualitySnapshotError);
        });
      }
    });
  }

  for (const [name, create] of Object.entries(CLOCK_TESTS)) {
    describe(name, () => {
      const times = fc.array(
        fc.record({ step: fc.constantFrom(0, 1000, 30_000, 600_000, -1000), lag: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(-7_200_000, 7_200_000, 1e13, Number.NaN, -1)) }),
        { minLength: 2, maxLength: 300 },
      );

      it('goes on with the same flags from a snapshot at whatever sample', () => {
        fc.assert(fc.property(times, fc.nat(), (steps, random) => {
          let received = 1_700_000_000_000;
          const all = steps.map(({ step, lag }) => ({ received: (received += step), ts: received - lag }));
          const cut = random % all.length;
          const whole = create();
          for (const one of all.slice(0, cut)) whole.update(one.ts, one.received);
          const restored = create();
          restored.restore(fromDisk(whole.snapshot()));
          for (const one of all.slice(cut)) {
            assert.equal(restored.update(one.ts, one.received), whole.update(one.ts, one.received));
            assert.equal(restored.reason(), whole.reason());
          }
          assert.deepEqual(restored.snapshot(), whole.snapshot());
        }), { numRuns: 150 });
      });

      it('remembers no more after ten thousand samples than a few numbers', () => {
        const test = create();
        for (let minute = 0; minute < 10_000; minute += 1) test.update(minute * 60_000 + Math.sin(minute) * 1000, minute * 60_000);
        assert.ok(JSON.stringify(test.snapshot()).length < 500);
      });

      for (const damaged of [undefined, null, 'x', {}, { v: 1, s: [1] }, { v: 1, s: new Array(30).fill(1) }, { v: 1, s: [0.5, 0.5, 1, 0.5] }, { v: 1, s: [1, null, 1, 1] }]) {
        it(`refuses ${JSON.stringify(damaged)} for a snapshot`, () => {
          assert.throws(() => create().restore(damaged), QualitySnapshotError);
        });
      }
    });
  }
});
