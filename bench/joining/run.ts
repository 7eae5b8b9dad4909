/**
 * `npm run bench:joining`: what joining the metrics of a device finds that none of them finds alone, and what that costs in false episodes.
 *
 *   npm run bench:joining -- [--samples n] [--sensitivity 1..9]
 *
 * See docs/episodes.md for what came out.
 */
import { parseArgs } from 'node:util';
import { devicePlan } from '../../core/anomaly/device/detection-settings.ts';
import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { TOGETHER } from '../../core/anomaly/device/sentences.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { createRandom } from '../../core/simulator/random.ts';
import type { Random } from '../../core/simulator/random.ts';
import { fail, positive } from '../options.ts';
import { table } from '../table.ts';

const { values: given } = parseArgs({ options: { samples: { type: 'string', default: '15000' }, sensitivity: { type: 'string', default: '5' } } });
const samples = Math.ceil(positive('samples', given.samples));
const sensitivity = positive('sensitivity', given.sensitivity);

const DEVICES = 2;
const FAULTS = 10;
/** Clean samples before and after each fault, samples of a fault, and by how many standard deviations it moves every metric. */
const BEFORE = 600;
const AFTER = 10;
const LENGTH = 10;
const SHIFT = 2.5;
const START = Date.UTC(2026, 0, 1);

/** The noise of one metric, with a standard deviation of 1. */
type Noise = (random: Random) => number;

const NOISES: Readonly<Record<string, Noise>> = {
  normal: (random) => random.normal(),
  Laplace: (random) => (Math.log(1 - random.uniform()) - Math.log(1 - random.uniform())) / Math.SQRT2,
};

/** One simulated device whose metrics share a part of their noise. */
class NoisyDevice {
  readonly #detectors = new DeviceDetectors();
  readonly #plan = devicePlan({ sensitivity }, (error) => fail(messageOf(error)));
  readonly #random: Random;
  readonly #noise: Noise;
  readonly #metrics: readonly string[];
  readonly #common: number;
  #index = 0;

  constructor(seed: number, noise: Noise, metrics: number, common: number) {
    this.#random = createRandom(seed);
    this.#noise = noise;
    this.#metrics = Array.from({ length: metrics }, (_, index) => `m${index}`);
    this.#common = common;
  }

  /** Episodes that begin in so many samples, by whether a metric alone or several made them. */
  run(count: number, shift = 0): { alone: number; joined: number } {
    let [alone, joined] = [0, 0];
    for (let left = count; left > 0; left -= 1) {
      this.#index += 1;
      const ts = START + this.#index * 60_000;
      const shared = Math.sqrt(this.#common) * this.#noise(this.#random);
      const values = Object.fromEntries(this.#metrics.map((metric) => [metric, 20 + shift + shared + Math.sqrt(1 - this.#common) * this.#noise(this.#random)]));
      const { began } = this.#detectors.judge({ id: String(ts), device: 'device', ts, received: ts, tsSource: 'device', src: { via: 'flow' }, values }, this.#plan);
      for (const { kind } of began) {
        if (kind === TOGETHER) joined += 1;
        else alone += 1;
      }
    }
    return { alone, joined };
  }
}

function measure(name: string, metrics: number, common: number): Record<string, number | string> {
  const figures = { falseAlone: 0, falseJoined: 0, foundAlone: 0, found: 0 };
  for (let seed = 1; seed <= DEVICES; seed += 1) {
    const device = new NoisyDevice(seed, NOISES[name] ?? fail(`There is no noise ${name}.`), metrics, common);
    const clean = device.run(samples);
    figures.falseAlone += clean.alone;
    figures.falseJoined += clean.joined;
    for (let fault = 0; fault < FAULTS; fault += 1) {
      device.run(BEFORE);
      const { alone, joined } = device.run(LENGTH, SHIFT);
      if (alone > 0) figures.foundAlone += 1;
      if (alone + joined > 0) figures.found += 1;
      device.run(AFTER);
    }
  }
  const per10000 = (count: number): number => Number(((count / (DEVICES * samples)) * 10_000).toFixed(2));
  return { noise: name, metrics, common, falseAlone: per10000(figures.falseAlone), falseJoined: per10000(figures.falseJoined), faults: DEVICES * FAULTS, foundAlone: figures.foundAlone, found: figures.found };
}

const figures = Object.keys(NOISES).flatMap((name) => [0, 0.5].flatMap((common) => [1, 2, 5, 12].map((metrics) => measure(name, metrics, common))));
console.log(table([
  ['noise', 'in common', 'metrics', 'false in 10,000, alone', 'joined, besides', 'faults', 'found alone', 'with joining'],
  ...figures.map(({ noise, common, metrics, falseAlone, falseJoined, faults, foundAlone, found }) => [noise, common, metrics, falseAlone, falseJoined, faults, foundAlone, found].map(String)),
]));
console.log(JSON.stringify({ samples: DEVICES * samples, sensitivity, shift: SHIFT, figures }));
