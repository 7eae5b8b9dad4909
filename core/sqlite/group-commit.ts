import type { Clock, Timer } from '../clock/clock.ts';

/** Told once whether an item is on disk: without an error it is, with one it is not. */
export type Committed = (error?: Error) => void;

export interface GroupCommitOptions<Item> {
  clock: Clock;
  /** The longest an item waits for others to share its fsync with, in milliseconds. */
  interval: number;
  /** A group is committed at once when it has grown to this many items. */
  maximumItems: number;
  /** Puts all items on disk, or throws and has put none there. */
  commit: (items: readonly Item[]) => void;
}

/**
 * Group commit (Gawlick & Kinkade 1985): items that arrive within a few milliseconds share one fsync, so that
 * durability costs each of them a fraction of it. Nobody is told "committed" before the disk said so.
 */
export class GroupCommit<Item> {
  readonly #options: GroupCommitOptions<Item>;
  #items: Item[] = [];
  #waiting: Committed[] = [];
  #timer: Timer | undefined;

  constructor(options: GroupCommitOptions<Item>) {
    this.#options = options;
  }

  /** How many items wait for the next commit. */
  get pending(): number {
    return this.#items.length;
  }

  add(item: Item, committed: Committed): void {
    this.#items.push(item);
    this.#waiting.push(committed);
    if (this.#items.length >= this.#options.maximumItems) this.flush();
    else this.#timer ??= this.#options.clock.setTimeout(() => this.flush(), this.#options.interval);
  }

  /** Commits what is waiting now and tells everyone concerned. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#items.length === 0) return;
    const items = this.#items;
    const waiting = this.#waiting;
    this.#items = [];
    this.#waiting = [];
    let failure: Error | undefined;
    try {
      this.#options.commit(items);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    for (const committed of waiting) committed(failure);
  }
}
