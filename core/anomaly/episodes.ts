/** An episode ends when the score has been below this share of the threshold for `CALM` readings: hysteresis, so that it does not flicker. */
const REARM = 0.5;
const CALM = 3;
/** After an episode, so many readings must pass before the next may begin … */
export const COOL_DOWN = 30;
/** … unless it is so many times as unusual as the last one. */
const WORSE = 1.2;
/** Readings this unusual, in parts of the last peak, belong to the last episode still: the cool-down begins with the latest of them. */
const STILL = 0.5;

/** One anomaly, from its first reading on. */
export interface Episode {
  /** Event time of the first reading, ms since the epoch. */
  since: number;
  /** The highest score so far. */
  peak: number;
}

/**
 * Turns scores into episodes: a threshold to begin, a lower one to end, and a cool-down between two, in which only something worse begins another.
 * A machine with three states, so that one fault is told once: running, cooling down, and armed.
 */
export class Episodes {
  readonly #threshold: number;
  #since = 0;
  #peak = 0;
  #isRunning = false;
  /** While an episode runs: readings in a row that were calm. After it: readings since it was last heard of. */
  #quiet = 0;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** The episode that runs, or the last one; undefined when there was none. */
  get last(): Episode | undefined {
    return this.#peak > 0 ? { since: this.#since, peak: this.#peak } : undefined;
  }

  /** @returns whether the reading belongs to an episode. */
  update(ts: number, score: number): boolean {
    return this.#isRunning ? this.#continue(score) : this.#begin(ts, score);
  }

  #continue(score: number): boolean {
    if (score > this.#peak) this.#peak = score;
    this.#quiet = score < this.#threshold * REARM ? this.#quiet + 1 : 0;
    if (this.#quiet < CALM) return true;
    this.#isRunning = false;
    this.#quiet = 0;
    return false;
  }

  #begin(ts: number, score: number): boolean {
    const isCooling = this.#peak > 0 && this.#quiet < COOL_DOWN;
    if (isCooling && score > STILL * this.#peak) this.#quiet = 0;
    else this.#quiet = Math.min(this.#quiet + 1, COOL_DOWN);
    const isArmed = this.#peak === 0 || this.#quiet >= COOL_DOWN;
    if (score < this.#threshold || !(isArmed || score > WORSE * this.#peak)) return false;
    this.#since = ts;
    this.#peak = score;
    this.#isRunning = true;
    this.#quiet = 0;
    return true;
  }

  /** The four numbers that `restore` takes. */
  snapshot(): [since: number, peak: number, isRunning: number, quiet: number] {
    return [this.#since, this.#peak, Number(this.#isRunning), this.#quiet];
  }

  restore([since, peak, isRunning, quiet]: readonly [number, number, number, number]): void {
    this.#since = since;
    this.#peak = peak;
    this.#isRunning = isRunning === 1;
    this.#quiet = quiet;
  }
}
