import type { Memory } from '../memory.ts';
import { Ceiling, CEILING_FIELDS } from './ceiling.ts';
import type { CeilingSettings } from './ceiling.ts';

/** The deviation that one in ten exceeds is where the tail begins. */
const TAIL = 0.1;
/** A mean excess over it counts twice. */
const EXCESSES = 2;
/** The score is 1 at so many times that. */
const USUAL_TIMES = 5;
/** The mean excess is that of about so many exceedances, each of them cut at so many times the mean, so that anomalies hardly move it. */
const EXCEEDANCES = 500;
const CUT = 4;
const LONG = 5_000;
const FIRST = 50;
/** More than this counts as this, so that no part shouts down the others. */
const MOST = 5;
/** Steps of the quantile, in parts of what is usual: first and last. */
const LARGEST_STEP = 1;
const LEAST_STEP = 0.02;
const GAIN = 20;

const COUNT = 0;
const MEAN = 1;
const QUANTILE = 2;
const EXCESS = 3;
const EXCEEDED = 4;
const FIELDS = 5;

/** What happens often, a switch or a defrost, lifts it until it is passed once in 800 readings. */
const CEILING: CeilingSettings = { least: 1, rise: 0.08, fall: 1e-4, event: 10 };

/**
 * How far a deviation is beyond the tail of its own past: it is divided by where the tail begins, the 90 % quantile, and how far it usually reaches, the mean excess.
 *
 * The quantile follows the stream by stochastic approximation (Robbins and Monro, Annals of Mathematical Statistics 22(3), 1951), the mean excess is that of
 * peaks over threshold (Siffer et al., KDD 2017), cut, so that the anomalies in the past do not excuse those to come. A quantile of 90 % in place of 99 % is the
 * more robust one where events are many.
 */
export class Excess {
  readonly #warmUp: number;
  readonly #fields: Float64Array;
  readonly #ceiling: Ceiling;

  /** @param warmUp so many readings are learned before one is judged. */
  constructor(warmUp: number, memory: Memory) {
    this.#warmUp = warmUp;
    this.#fields = memory.numbers(FIELDS);
    this.#ceiling = new Ceiling(CEILING, memory.numbers(CEILING_FIELDS));
  }

  /** @param deviation 0 or more. @returns 0 while warming up. */
  judge(deviation: number, learn: boolean): number {
    const fields = this.#fields;
    const count = fields[COUNT] ?? 0;
    const share = count > this.#warmUp ? deviation / this.#reach() : 0;
    const height = this.#ceiling.height;
    if (learn) {
      this.#ceiling.learn(share);
      this.#learn(deviation, count);
    }
    return Math.min(MOST, share / height);
  }

  /** The deviation at which the share is 1. */
  get usual(): number {
    return this.#reach() * this.#ceiling.height;
  }

  /** An episode begins. */
  begin(): void {
    this.#ceiling.begin();
  }

  /** A person expected the episode: the worst of it counts as `share` from now on, or less. */
  accept(share: number): void {
    this.#ceiling.accept(share);
  }

  /** The episode was none that is to be got used to. */
  reject(): void {
    this.#ceiling.reject();
  }

  /** How far the tail usually reaches. */
  #reach(): number {
    const fields = this.#fields;
    const quantile = fields[QUANTILE] ?? 0;
    const least = leastOf(fields[MEAN] ?? 0);
    const excess = (fields[EXCEEDED] ?? 0) > 0 ? Math.max(fields[EXCESS] ?? 0, quantile * 0.1, least) : Math.max(quantile * 0.3, least);
    return USUAL_TIMES * (quantile + EXCESSES * excess + least);
  }

  #learn(deviation: number, count: number): void {
    const fields = this.#fields;
    const quantile = fields[QUANTILE] ?? 0;
    const mean = (fields[MEAN] ?? 0) + (deviation - (fields[MEAN] ?? 0)) / Math.min(count + 1, LONG);
    fields[MEAN] = mean;
    if (deviation > quantile && count > FIRST) {
      const exceeded = Math.min((fields[EXCEEDED] ?? 0) + 1, EXCEEDANCES);
      const excess = fields[EXCESS] ?? 0;
      const most = CUT * (exceeded > 1 ? excess + 0.02 * quantile : deviation);
      fields[EXCEEDED] = exceeded;
      fields[EXCESS] = excess + (Math.min(deviation - quantile, most) - excess) / exceeded;
    }
    const step = (mean + quantile * 0.3) * Math.max(LEAST_STEP, Math.min(LARGEST_STEP, GAIN / (count + 1)));
    fields[QUANTILE] = Math.max(0, quantile + (deviation > quantile ? step * (1 - TAIL) : -step * TAIL));
    fields[COUNT] = Math.min(count + 1, LONG);
  }
}

/** A tenth of the mean: what is smaller is no tail. */
function leastOf(mean: number): number {
  return 1e-12 + mean * 0.1;
}
