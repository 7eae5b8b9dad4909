import type { Clock, Timer } from '../../../clock/clock.ts';
import { beginSlice } from '../../../clock/slice.ts';

export interface RetentionWorkerOptions {
  clock: Clock;
  /** From the end of one round to the next, in milliseconds. */
  interval: number;
  /** Called at the beginning of a round. */
  begin: () => void;
  /** Does a little of the round. @returns whether there is more of it. */
  step: () => boolean;
  problem: (error: Error) => void;
}

/** The most that a round holds up everything else at a time. */
const SLICE_MILLISECONDS = 5;
const PAUSE_MILLISECONDS = 5;

/** Does something now and then, a few milliseconds at a time. A round that fails is told of, once until one works, and left for the next. */
export class RetentionWorker {
  readonly #options: RetentionWorkerOptions;
  #timer: Timer | undefined;
  #begun = false;
  #failed = false;

  constructor(options: RetentionWorkerOptions) {
    this.#options = options;
  }

  /** Begins a new round after so many milliseconds, and gives up the one that is under way. */
  restart(milliseconds: number): void {
    this.#begun = false;
    this.#schedule(milliseconds);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #schedule(milliseconds: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimeout(() => this.#run(), milliseconds);
  }

  #run(): void {
    const { interval, problem } = this.#options;
    let more = false;
    try {
      more = this.#slice();
      if (!more) this.#failed = false;
    } catch (error) {
      if (!this.#failed) problem(error instanceof Error ? error : new Error(String(error)));
      this.#failed = true;
    }
    this.#begun = more;
    this.#schedule(more ? PAUSE_MILLISECONDS : interval);
  }

  #slice(): boolean {
    const { begin, clock, step } = this.#options;
    const isOver = beginSlice(clock, SLICE_MILLISECONDS);
    if (!this.#begun) begin();
    while (step()) if (isOver()) return true;
    return false;
  }
}
