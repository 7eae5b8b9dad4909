import type { Clock, Timer } from '../clock/clock.ts';
import type { Ledger } from './ledger.ts';

export interface FoldingOptions {
  ledger: Ledger;
  clock: Clock;
  /** Told when the disk refuses; it is tried again. */
  problem: (error: unknown) => void;
}

const INTERVAL = 10_000;
const AGAIN = 100;
const DISK_RETRY_DELAY = 5_000;
/** With so many accounts in the journal it is folded at once: rewriting more of them would stop the event loop. */
const ACCOUNTS_IN_JOURNAL = 20_000;

/** Moves the journal of a ledger into its table now and then, a part at a time. */
export class Folding {
  readonly #options: FoldingOptions;
  #timer: Timer | undefined;
  #urgent = false;
  #closed = false;

  constructor(options: FoldingOptions) {
    this.#options = options;
  }

  /** To be told of every commit. */
  committed(): void {
    const urgent = this.#options.ledger.accountsInJournal > ACCOUNTS_IN_JOURNAL;
    if (urgent && !this.#urgent) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    this.#urgent = urgent;
    this.#foldIn(urgent ? AGAIN : INTERVAL);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #foldIn(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer ??= this.#options.clock.setTimeout(() => this.#fold(), milliseconds);
  }

  #fold(): void {
    this.#timer = undefined;
    try {
      if (this.#options.ledger.fold()) this.#foldIn(AGAIN);
    } catch (error) {
      this.#options.problem(error);
      this.#foldIn(DISK_RETRY_DELAY);
    }
  }
}
