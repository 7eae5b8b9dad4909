import type { Values } from '../sample/sample.ts';
import type { Strengths } from './faults.ts';
import type { Kind, NumericMetric } from './kind.ts';
import { createRandom } from './random.ts';
import { SensorFaults } from './sensor-faults.ts';

/** After a longer gap (the machine slept) the physics goes on from where it was. */
const LONGEST_GAP_SECONDS = 3600;

/** The sensors of one device: what they say at a time, with the faults that lie in the values. */
export interface Sampler {
  /** Lets time pass up to `now` (ms since the epoch) under the given faults, without a reading. */
  advance(now: number, strengths: Strengths): void;
  /** Lets time pass up to `now` and reads every metric, rounded as the sensor resolves it. */
  sample(now: number, strengths: Strengths): Values;
}

/**
 * Makes the sensors of one device. Physics and sensor noise come from the stream (seed, device), faults from a stream of
 * their own.
 */
export function createSampler(kind: Kind, seed: number | string, device: string, start: number): Sampler {
  const random = createRandom(seed, device);
  const faults = new SensorFaults(kind, createRandom(seed, device, 'faults'));
  const physics = kind.start(random);
  let last: Values | undefined;
  let time = start;
  let excess = 0;

  function advance(now: number, strengths: Strengths): void {
    const heating = kind.drift.perSecond * (strengths.get('drift') ?? 0);
    let seconds = Math.min(Math.max(0, (now - time) / 1000), LONGEST_GAP_SECONDS);
    time = now;
    for (; seconds > 0; seconds -= 1) {
      const step = Math.min(1, seconds);
      physics.advance(step, now - (seconds - step) * 1000, strengths);
      excess += step * (heating - excess / kind.drift.cooling);
    }
  }

  function read(metric: NumericMetric, truth: number): number {
    const value = random.normal(truth, metric.noise);
    return metric.name === kind.drift.metric ? value + excess : value;
  }

  return {
    advance,
    sample(now, strengths) {
      advance(now, strengths);
      const truth = physics.state();
      const disturbance = faults.next(strengths);
      const values: Values = {};
      for (const metric of kind.metrics) {
        const state = truth[metric.name];
        if (metric.type === 'boolean' || typeof state !== 'number') {
          values[metric.name] = (strengths.has('scrapped') ? kind.scrapped[metric.name] : state) ?? null;
          continue;
        }
        const value = Number(disturbance.distort(metric, read(metric, state)).toFixed(metric.decimals));
        values[metric.name] = strengths.has('stuck') ? (last?.[metric.name] ?? value) : (disturbance.replace(metric) ?? value);
      }
      last = values;
      return values;
    },
  };
}
