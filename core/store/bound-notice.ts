import type { Clock } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

export interface BoundNoticeOptions {
  clock: Clock;
  /** The store, for a sentence: what follows "The store". */
  store: string;
  problem: (error: Error) => void;
}

/** The store has reached its bound, and the oldest readings go. Code `HOLDFAST_STORE_BOUND`. */
export class StoreBoundError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_STORE_BOUND', message);
  }
}

const SHOWN_MILLISECONDS = 3_600_000;
const MEBIBYTE = 1 << 20;

/** Says that a store is at its bound: once for each bound as a problem, and for an hour after something last had to go. */
export class BoundNotice {
  readonly #options: BoundNoticeOptions;
  #toldOf: number | undefined;
  #sentence = '';
  #reachedAt = -Infinity;

  constructor(options: BoundNoticeOptions) {
    this.#options = options;
  }

  /** What is wrong, in the last hour; a sentence. */
  get problem(): string | undefined {
    return this.#options.clock.now() - this.#reachedAt < SHOWN_MILLISECONDS ? this.#sentence : undefined;
  }

  /** Something has to go. `isTooSmall`: nothing is left that could. */
  reached(maximumBytes: number, isTooSmall = false): void {
    this.#reachedAt = this.#options.clock.now();
    this.#sentence = sentenceOf(this.#options.store, maximumBytes, isTooSmall);
    if (maximumBytes === this.#toldOf) return;
    this.#toldOf = maximumBytes;
    this.#options.problem(new StoreBoundError(this.#sentence));
  }
}

function sentenceOf(store: string, maximumBytes: number, isTooSmall: boolean): string {
  const bound = `The store ${store} has reached its bound of ${Math.round(maximumBytes / MEBIBYTE)} MiB`;
  if (isTooSmall) return `${bound}, and there is nothing left in it that could go. Raise the bound.`;
  return `${bound}: the oldest readings go before their time, and are counted as dropped. Raise the bound, or keep readings for less long.`;
}
