/** How many bytes of bodies may be held at once, over all the clients of a listener. */
export class MemoryBudget {
  readonly #maximum: number;
  #held = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get held(): number {
    return this.#held;
  }

  /** @returns whether there was room; only then the bytes are to be given back. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#maximum) return false;
    this.#held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}
