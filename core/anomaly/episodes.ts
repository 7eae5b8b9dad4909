/** An episode ends when the score has been below this share of the threshold for `CALM` readings: hysteresis, so that it does not flicker. */
export const REARM = 0.5;
export const CALM = 3;
/** After an episode, so many readings must pass before the next may begin, unless it is worse than the last. */
export const COOL_DOWN = 20;

/** One anomaly, from its first reading on. */
export interface Episode {
  /** Event time of the first reading, ms since the epoch. */
  since: number;
  /** The highest score so far. */
  peak: number;
}

/** Turns scores into episodes: a threshold to begin, a lower one to end, a cool-down between two. */
export class Episodes {
  readonly #threshold: number;
  #since = 0;
  #peak = 0;
  #isRunning = false;
  /** While an episode runs: readings in a row that were calm. After it: readings since its end. */
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
    if (this.#isRunning) {
      if (score > this.#peak) this.#peak = score;
      this.#quiet = score < this.#threshold * REARM ? this.#quiet + 1 : 0;
      if (this.#quiet < CALM) return true;
      this.#isRunning = false;
      this.#quiet = 0;
      return false;
    }
    this.#quiet += 1;
    if (score < this.#threshold || (this.#peak > 0 && this.#quiet <= COOL_DOWN && score <= this.#peak)) return false;
    this.#since = ts;
    this.#peak = score;
    this.#isRunning = true;
    this.#quiet = 0;
    return true;
  }

  /** The five numbers that `restore` takes. */
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
