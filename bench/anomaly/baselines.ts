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

/** A reading is an anomaly when it lies more than three standard deviations off the mean of the last hundred, of which it is one. */
export class ThreeSigma implements Judge {
  readonly bytes = (WINDOW + 1) * DOUBLE;
  readonly #last = new Float64Array(WINDOW);
  #count = 0;

  update(_ts: number, value: number | null): Judgement {
    if (value === null) return CALM;
    this.#last[this.#count % WINDOW] = value;
    this.#count += 1;
    if (this.#count < WINDOW) return CALM;
    let sum = 0;
    for (const each of this.#last) sum += each;
    const mean = sum / WINDOW;
    let squares = 0;
    for (const each of this.#last) squares += (each - mean) ** 2;
    return judged(Math.abs(value - mean) / Math.max(LEAST_SPREAD, Math.sqrt(squares / WINDOW)) / SIGMAS);
  }

  snapshot(): unknown {
    return [Array.from(this.#last), this.#count];
  }
}

const WEIGHT = 0.01;
const WARM_UP = 30;
/** Weight and threshold are, of those tried, what suits NAB best. */
const SPREADS = 7;

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
    const weight = Math.max(WEIGHT, 1 / this.#count);
    this.#mean += weight * deviation;
    this.#variance = (1 - weight) * (this.#variance + weight * deviation * deviation);
    return judged(score);
  }

  snapshot(): unknown {
    return [this.#count, this.#mean, this.#variance];
  }
}
