import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { createSampler, KINDS, kindOf, type Kind } from '../../../core/simulator/index.ts';
import type { Values } from '../../../core/sample/sample.ts';

const DAY_SECONDS = 86_400;

function day(kind: Kind, seed: number, everySeconds: number): Values[] {
  const sampler = createSampler(kind, seed, `${kind.name}-1`, 0);
  const samples: Values[] = [];
  for (let second = 0; second < DAY_SECONDS; second += everySeconds) samples.push(sampler.sample(second * 1000, new Map()));
  return samples;
}

const column = (samples: Values[], metric: string): number[] => samples.map((values) => Number(values[metric]));
const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe('the kinds of simulated devices', function () {
  this.timeout(30_000);

  for (const kind of KINDS) {
    it(`keep a ${kind.name} in its typical ranges for a day, whatever the seed`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          for (const values of day(kind, seed, 20)) {
            assert.deepEqual(Object.keys(values), kind.metrics.map((metric) => metric.name));
            for (const metric of kind.metrics) {
              const value = values[metric.name];
              assert.equal(typeof value, metric.type);
              if (metric.type === 'boolean') continue;
              const number = Number(value);
              assert.ok(number >= metric.typical.low && number <= metric.typical.high, `${metric.name} is ${number}`);
              assert.equal(number, Number(number.toFixed(metric.decimals)), `${metric.name} is not rounded`);
            }
          }
        }),
        { numRuns: 8 },
      );
    });
  }

  it('state for every number a unit, and a typical range inside the possible one', () => {
    for (const kind of KINDS) {
      for (const metric of kind.metrics) {
        if (metric.type === 'boolean') continue;
        assert.match(metric.unit, /^(Cel|bar|mm\/s|%|km\/h|deg|W|V)$/);
        assert.ok(metric.possible.low <= metric.typical.low && metric.typical.high <= metric.possible.high, metric.name);
      }
    }
  });

  it('cool a room to about 3.5 degrees in cycles, with the door open now and then', () => {
    const samples = day(kindOf('cold-room'), 1, 20);
    const temperatures = column(samples, 'temperature');
    assert.ok(Math.abs(mean(temperatures) - 3.5) < 0.4, `mean ${mean(temperatures)}`);
    let crossings = 0;
    let side = 0;
    for (const value of temperatures) {
      const now = value > 3.8 ? 1 : value < 3.2 ? -1 : side;
      if (now !== side) crossings++;
      side = now;
    }
    assert.ok(crossings > 150 && crossings < 500, `${crossings} half cycles in a day`);
    const open = samples.filter((values) => values.door_open).length / samples.length;
    assert.ok(open > 0.01 && open < 0.15, `open ${open}`);
  });

  it('let a press work most of the time, warmer and shakier than at rest', () => {
    const samples = day(kindOf('press'), 1, 20);
    const working = samples.filter((values) => values.running);
    const resting = samples.filter((values) => !values.running);
    assert.ok(working.length > 2 * resting.length && resting.length > 100);
    assert.ok(mean(column(working, 'vibration')) > 3 * mean(column(resting, 'vibration')));
    assert.ok(mean(column(working, 'pressure')) > mean(column(resting, 'pressure')) + 10);
  });

  it('drive a van along its round without jumps, burning fuel as it goes, with a refill some day', () => {
    const samples = day(kindOf('delivery-van'), 1, 20);
    const latitudes = column(samples, 'latitude');
    const longitudes = column(samples, 'longitude');
    const fuel = column(samples, 'fuel');
    let refills = 0;
    for (let i = 1; i < samples.length; i++) {
      const north = ((latitudes[i] ?? 0) - (latitudes[i - 1] ?? 0)) * 111.32;
      const east = ((longitudes[i] ?? 0) - (longitudes[i - 1] ?? 0)) * 111.32 * Math.cos(52 * Math.PI / 180);
      assert.ok(Math.hypot(north, east) < (85 * 20) / 3600 + 0.02, 'further than a van drives in 20 seconds');
      if ((fuel[i] ?? 0) > (fuel[i - 1] ?? 0) + 20) refills++;
    }
    assert.ok(refills >= 1 && refills <= 4, `${refills} refills`);
    assert.ok(Math.max(...latitudes) - Math.min(...latitudes) > 0.1, 'the van goes round');
  });

  it('are refused by a sentence when there is none of the name', () => {
    assert.throws(() => kindOf('submarine'), (error) => error instanceof ConfigError && error.field === 'kind' && /"submarine".*cold-room/.test(error.message));
  });
});
