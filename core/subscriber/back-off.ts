export interface BackOffOptions {
  /** The first pause, in milliseconds. */
  minimum: number;
  /** The longest pause, in milliseconds. */
  maximum: number;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
}

/**
 * Pauses that double, with "equal jitter" (M. Brooker, Exponential Backoff And Jitter, AWS 2015): each lies between half of what is
 * due and the whole, so that a thousand clients do not come back to a broker in the same second.
 */
export class BackOff {
  readonly #options: BackOffOptions;
  #due: number;

  constructor(options: BackOffOptions) {
    this.#options = options;
    this.#due = options.minimum;
  }

  /** The next pause, in milliseconds. */
  next(): number {
    const { maximum, random } = this.#options;
    const pause = this.#due * (0.5 + random() / 2);
    this.#due = Math.min(maximum, this.#due * 2);
    return pause;
  }

  /** All is well again: the next pause is a short one. */
  reset(): void {
    this.#due = this.#options.minimum;
  }
}
