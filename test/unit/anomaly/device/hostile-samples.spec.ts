import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sample } from '../../../../core/sample/sample.ts';
import { Fleet, sample, START } from './fleet.ts';

const NUMBER = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, Number.NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER));
const VALUES = fc.dictionary(fc.constantFrom('a', 'b', 'constructor', 'toString', '', 'm/1'), fc.oneof(NUMBER, fc.string(), fc.boolean(), fc.constant(null)));
const TIME = fc.oneof(fc.integer({ min: 0, max: 1e6 }).map((offset) => START + offset * 1000), NUMBER);
const LIFECYCLE = fc.constantFrom(undefined, 'active' as const, 'maintenance' as const);
const SAMPLES = fc.array(fc.record({ device: fc.constantFrom('press', 'oven'), values: VALUES, ts: TIME, received: TIME, historical: fc.boolean(), lifecycle: LIFECYCLE }), { maxLength: 80 });

describe('hostile samples', () => {
  it('stop nothing, and leave a state from which everything goes on the same', () => {
    fc.assert(fc.property(SAMPLES, fc.integer({ min: 0, max: 80 }), (given, restart) => {
      const settings = { maintenance: [{ days: [1, 2], from: '00:00', to: '12:00' }], timeZone: 'Europe/Vienna' };
      const [one, other] = [new Fleet(settings), new Fleet(settings)];
      for (const [index, { lifecycle, ...rest }] of given.entries()) {
        if (index === restart) other.restart();
        const first: Sample = { ...sample(rest.device, 0, {}), ...rest, ...(lifecycle && { lifecycle }) };
        const second = structuredClone(first);
        assert.deepEqual(one.judge(first), other.judge(second));
        assert.deepEqual(first.anomalies, second.anomalies);
        for (const { score } of Object.values(first.anomalies ?? {})) assert.ok(Number.isFinite(score));
      }
      assert.deepEqual(other.problems, []);
      one.restart();
      assert.deepEqual(one.snapshot('press'), other.snapshot('press'));
    }), { numRuns: 200 });
  });
});
