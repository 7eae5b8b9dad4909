/** What people paste into a function node, to show the scale: two plain z-scores. A score of 1 is where they raise an alarm. */
import type { Judge, Judgement } from './judge.ts';

const NO_PARTS = {};
const CALM: Judgement = { score: 0, anomaly: false, parts: NO_PARTS };
/** A series that stands still gives a huge score at its first step, and no infinite one. */
const LEAST_SPREAD = 1e-9;
const DOUBLE = 8;

function judged(score: number): Judgement {
  return { score, anomaly: score >= 1, parts: NO_PARTS };
}

const WINDOW = 100;
const SIGMAS = 3;

/** A reading is an anomaly when it lies more than three standard deviations off the mean of the last hundred. */
export class ThreeSigma implements Judge {
  readonly bytes = (WINDOW + 3) * DOUBLE;
  readonly #last = new Float64Array(WINDOW);
  #count = 0;
  #mean = 0;
  #squares = 0;

  update(_ts: number, value: number | null): Judgement {
    if (value === null) return CALM;
    const isFull = this.#count >= WINDOW;
    const judgement = isFull ? judged(Math.abs(value - this.#mean) / Math.max(LEAST_SPREAD, Math.sqrt(this.#squares / WINDOW)) / SIGMAS) : CALM;
    const slot = this.#count % WINDOW;
    const before = this.#last[slot] ?? 0;
    this.#last[slot] = value;
    this.#count += 1;
    const mean = this.#mean + (isFull ? (value - before) / WINDOW : (value - this.#mean) / this.#count);
    const change = isFull ? (value - before) * (value - mean + before - this.#mean) : (value - mean) * (value - this.#mean);
    this.#mean = mean;
    this.#squares = Math.max(0, this.#squares + change);
    return judgement;
  }

  snapshot(): unknown {
    return [Array.from(this.#last), this.#count, this.#mean, this.#squares];
  }
}

const WEIGHT = 0.02;
const WARM_UP = 30;
const SPREADS = 6;

/** The z-score on an exponentially weighted mean and variance (T. Finch, "Incremental calculation of weighted mean and variance", 2009). */
export class EwmaZ implements Judge {
  readonly bytes = 3 * DOUBLE;
  #count = 0;
  #mean = 0;
  #variance = 0;

  update(_ts: number, value: number | null): Judgement {
    if (value === null) return CALM;
    const deviation = value - this.#mean;
    const score = this.#count < WARM_UP ? 0 : Math.abs(deviation) / Math.max(LEAST_SPREAD, Math.sqrt(this.#variance)) / SPREADS;
    this.#count += 1;
    const step = Math.max(WEIGHT, 1 / this.#count) * deviation;
    this.#mean += step;
    this.#variance = (1 - WEIGHT) * (this.#variance + deviation * step);
    return judged(score);
  }

  snapshot(): unknown {
    return [this.#count, this.#mean, this.#variance];
  }
}
