/** By what part the estimate moves with each distance. */
const STEP = 0.05;

/**
 * The usual distance between the samples of a device: a running median in constant memory (frugal streaming: Ma, Muthukrishnan and
 * Sandler, 2013), moved by a part of itself, since distances are of all sizes.
 */
export class UsualDistance {
  /** In milliseconds; 0: none is known yet. */
  #usual: number;

  constructor(usual = 0) {
    this.#usual = usual;
  }

  get milliseconds(): number {
    return this.#usual;
  }

  learn(distance: number): void {
    if (distance <= 0) return;
    if (this.#usual === 0) this.#usual = distance;
    else if (distance > this.#usual) this.#usual = Math.min(distance, this.#usual * (1 + STEP));
    else if (distance < this.#usual) this.#usual = Math.max(distance, this.#usual * (1 - STEP));
  }
}
