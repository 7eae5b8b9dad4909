import type { QuarantineEntry } from '../../core/quarantine/quarantine.ts';

/** Entries that wait to be sent on; more wait in the quarantine alone. */
const MOST_WAITING = 1_000;

export interface WatcherOptions {
  /** Resolves when the flow has taken the entry. */
  send: (entry: QuarantineEntry) => Promise<void>;
  /** Told how many of those that came are not sent, since the flow is slower than they come. */
  passedOver: (count: number) => void;
  problem: (error: unknown) => void;
}

/** Sends entries on one after another, as fast as the flow takes them, and holds a bounded number of them. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #waiting: QuarantineEntry[] = [];
  #isSending = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  add(entries: readonly QuarantineEntry[]): void {
    const room = Math.max(0, MOST_WAITING - this.#waiting.length);
    this.#waiting.push(...entries.slice(0, room));
    if (entries.length > room) this.#options.passedOver(entries.length - room);
    if (!this.#isSending) void this.#send().catch(this.#options.problem);
  }

  stop(): void {
    this.#waiting.length = 0;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let entry = this.#waiting.shift(); entry; entry = this.#waiting.shift()) await this.#options.send(entry);
    } finally {
      this.#isSending = false;
    }
  }
}
