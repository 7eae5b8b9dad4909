/** By how much a running total has grown within the last `window` milliseconds, going by the moments at which it was told. */
export class RecentGrowth {
  readonly #window: number;
  /** Oldest first; the first is the newest that is as old as the window, or the very first. */
  readonly #told: Array<{ at: number; total: number }> = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** Tells the total as it is at `now`, in milliseconds. @returns the growth. */
  tell(total: number, now: number): number {
    const last = this.#told.at(-1);
    // A clock that was set back begins anew.
    if (last && now < last.at) this.#told.length = 0;
    this.#told.push({ at: now, total });
    while (this.#told[1] && now - this.#told[1].at >= this.#window) this.#told.shift();
    return total - (this.#told[0]?.total ?? total);
  }
}
