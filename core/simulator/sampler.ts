import type { Values } from '../sample/sample.ts';
import type { FaultKind } from './faults.ts';
import type { Kind, NumericMetric, Range } from './kind.ts';
import { createRandom, type Random } from './random.ts';

/** After a longer gap (the machine slept) the physics goes on from where it was. */
const LONGEST_GAP_SECONDS = 3600;
const SPIKE_SHARE = 0.2;
const NOISE_VARIANCE_FACTOR = 100;

/** How strong each fault is that strikes the device now. */
export type Strengths = ReadonlyMap<FaultKind, number>;

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
  const faultRandom = createRandom(seed, device, 'faults');
  const physics = kind.start(random);
  const numeric = kind.metrics.filter((metric) => metric.type === 'number');
  let last: Values | undefined;
  let time = start;
  let excess = 0;
  let spikedBefore = false;
  let spikeFaultBefore = false;

  function advance(now: number, strengths: Strengths): void {
    const heating = kind.drift.perSecond * (strengths.get('drift') ?? 0);
    let seconds = Math.min(Math.max(0, (now - time) / 1000), LONGEST_GAP_SECONDS);
    time = now;
    for (; seconds > 0; seconds -= 1) {
      const step = Math.min(1, seconds);
      physics.advance(step);
      excess += step * (heating - excess / kind.drift.cooling);
    }
  }

  function read(metric: NumericMetric, truth: number, strengths: Strengths): number {
    let value = random.normal(truth, metric.noise);
    if (metric.name === kind.drift.metric) value += excess;
    const noise = strengths.get('noise');
    if (noise) value += faultRandom.normal(0, metric.noise * Math.sqrt((NOISE_VARIANCE_FACTOR - 1) * noise));
    return value;
  }

  function metricToSpike(strengths: Strengths): NumericMetric | undefined {
    const struck = strengths.has('spike');
    // The first reading under the fault is wild for sure, so that a short fault shows; never two in a row.
    const spikes = struck && !spikedBefore && (!spikeFaultBefore || faultRandom.uniform() < SPIKE_SHARE);
    spikeFaultBefore = struck;
    spikedBefore = spikes;
    return spikes ? numeric[Math.floor(faultRandom.uniform(0, numeric.length))] : undefined;
  }

  return {
    advance,
    sample(now, strengths) {
      advance(now, strengths);
      const truth = physics.state();
      const spiking = metricToSpike(strengths);
      const values: Values = {};
      for (const metric of kind.metrics) {
        const state = truth[metric.name];
        if (metric.type === 'boolean' || typeof state !== 'number') {
          values[metric.name] = state ?? null;
          continue;
        }
        let value = read(metric, state, strengths);
        if (metric === spiking) value = wild(metric, value, strengths.get('spike') ?? 1, faultRandom);
        value = Number(within(metric.possible, value).toFixed(metric.decimals));
        values[metric.name] = strengths.has('stuck') ? (last?.[metric.name] ?? value) : value;
      }
      last = values;
      return values;
    },
  };
}

/** A value four to eight typical ranges away, up or down, wherever the sensor has room for it. */
function wild(metric: NumericMetric, value: number, strength: number, random: Random): number {
  const width = metric.typical.high - metric.typical.low;
  const distance = strength * width * random.uniform(4, 8) * (random.uniform() < 0.5 ? -1 : 1);
  const chosen = within(metric.possible, value + distance);
  return Math.abs(chosen - value) >= width ? chosen : within(metric.possible, value - distance);
}

function within(range: Range, value: number): number {
  return Math.min(range.high, Math.max(range.low, value));
}
