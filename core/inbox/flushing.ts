import type { Clock, Timer } from '../clock/clock.ts';

export interface FlushingOptions {
  clock: Clock;
  isDue: () => boolean;
  /** Throws when the disk refuses; it is tried again. */
  flush: () => void;
  problem: (error: unknown) => void;
}

const INTERVAL = 100;
const DISK_RETRY_DELAY = 5_000;

/** Has what settled and what was counted on disk a little later when no commit takes it along: no fsync is spent on it alone under load. */
export class Flushing {
  readonly #options: FlushingOptions;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: FlushingOptions) {
    this.#options = options;
  }

  soon(): void {
    this.#flushIn(INTERVAL);
  }

  /** Flushes for the last time. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#flush();
  }

  #flushIn(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, milliseconds);
  }

  #flush(): void {
    const { isDue, flush, problem } = this.#options;
    if (!isDue()) return;
    try {
      flush();
    } catch (error) {
      problem(error);
      this.#flushIn(DISK_RETRY_DELAY);
    }
  }
}
