/** Of a hundred scores, one is higher than what is called high here. */
const MIDDLE = 0.5;
const HIGH = 0.99;
/** The step is this large at first, and never below the least, so that a change of regime is followed. */
const LARGEST_STEP = 0.2;
const LEAST_STEP = 0.01;
/** The step after n scores is so many times 1/n: about 1 over the density of the logarithm at a 99 % quantile. */
const GAIN = 20;
const LONGEST_COUNT = GAIN / LEAST_STEP;
/** What is less counts as this: a quantile that is a product never leaves 0. */
const LEAST = 0.001;
/** So many scores are needed before the quantiles are worth something. */
const WARM_UP = 500;

/**
 * What scores usually are: their median and their 99 % quantile, in three numbers. A higher score moves a quantile up by a share of itself, a
 * lower one moves it down (stochastic approximation: Robbins and Monro, Annals of Mathematical Statistics 22(3), 1951; on the logarithm).
 */
export class UsualScores {
  #middle = 0;
  #high = 0;
  #count = 0;

  get isReady(): boolean {
    return this.#count >= WARM_UP;
  }

  get middle(): number {
    return this.#middle;
  }

  get high(): number {
    return this.#high;
  }

  /** @param share of a whole step: less for what is probably not usual. */
  learn(score: number, share = 1): void {
    if (Number.isNaN(score)) return;
    const reached = Math.max(score, LEAST);
    if (this.#count === 0) this.#middle = this.#high = reached;
    if (this.#count < LONGEST_COUNT) this.#count += 1;
    const step = Math.min(LARGEST_STEP, GAIN / this.#count) * share;
    this.#middle = moved(this.#middle, reached, step, MIDDLE);
    this.#high = moved(this.#high, reached, step, HIGH);
  }

  snapshot(): [middle: number, high: number, count: number] {
    return [this.#middle, this.#high, this.#count];
  }

  restore([middle, high, count]: readonly [number, number, number]): void {
    this.#middle = middle;
    this.#high = high;
    this.#count = count;
  }
}

function moved(quantile: number, score: number, step: number, share: number): number {
  return quantile * (1 + (score > quantile ? step * share : -step * (1 - share)));
}
