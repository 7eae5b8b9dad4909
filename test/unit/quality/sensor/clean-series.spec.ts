import assert from 'node:assert/strict';
import { createSampler, KINDS } from '../../../../core/simulator/index.ts';
import type { Kind } from '../../../../core/simulator/index.ts';
import { SENSOR_TESTS } from './every-sensor-test.ts';

const NO_FAULTS = new Map();
const MOST_PER_10_000 = 1;

/** The numbers of some devices of a kind, one every so many seconds. */
function* seriesOf(kind: Kind, seconds: number, count: number): Generator<{ unit: string; values: number[] }> {
  for (const device of ['one', 'two', 'three']) {
    const sampler = createSampler(kind, 'clean', device, 0);
    const samples = Array.from({ length: count }, (_, index) => sampler.sample((index + 1) * seconds * 1000, NO_FAULTS));
    for (const metric of kind.metrics) {
      if (metric.type === 'number') yield { unit: metric.unit, values: samples.map((sample) => Number(sample[metric.name])) };
    }
  }
}

describe('sensor tests on series in which nothing is wrong', function () {
  this.timeout(60_000);
  for (const kind of KINDS) {
    for (const seconds of [1, 10, 60]) {
      it(`find fault with at most ${MOST_PER_10_000} of 10,000 readings of a ${kind.name}, one every ${seconds} s`, () => {
        let judged = 0;
        const found: Record<string, number> = {};
        for (const { unit, values } of seriesOf(kind, seconds, 8000)) {
          judged += values.length;
          for (const [name, create] of Object.entries(SENSOR_TESTS)) {
            const test = create(unit);
            values.forEach((value, index) => {
              const flag = test.update((index + 1) * seconds * 1000, value);
              if (flag === 3 || flag === 4) found[name] = (found[name] ?? 0) + 1;
            });
          }
        }
        const rate = (10_000 * Object.values(found).reduce((sum, count) => sum + count, 0)) / judged;
        assert.ok(rate <= MOST_PER_10_000, `${rate} of 10,000: ${JSON.stringify(found)}`);
      });
    }
  }
});
