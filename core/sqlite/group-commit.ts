import type { Clock, Timer } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { isDiskAtFault } from './storage-error.ts';

/** Told once whether an item is on disk: without an error it is, with one it is not. */
export type Committed = (error?: Error) => void;

export interface GroupCommitOptions<Item> {
  clock: Clock;
  /** The longest an item waits for others to share its fsync with, in milliseconds. */
  interval: number;
  /** A group is committed at once when it has grown to this many items. */
  maximumItems: number;
  /**
   * Puts all items on disk, or throws and has put none there. Called again with fewer of them when it threw anything but a
   * StorageError that blames the disk.
   */
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

  /** What waits for the next commit. */
  get items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item, committed: Committed): void {
    this.#items.push(item);
    this.#waiting.push(committed);
    if (this.#items.length >= this.#options.maximumItems) this.flush();
    else this.#timer ??= this.#options.clock.setTimeout(() => this.flush(), this.#options.interval, true);
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
    const failure = this.#attempt(items);
    tellAll(waiting, failure && this.#separate(items, failure));
  }

  /** One item that cannot be written must not take its neighbours with it: unless the disk failed, each half is tried alone. */
  #separate(items: readonly Item[], failure: Error): Array<Error | undefined> {
    if (items.length === 1 || isDiskAtFault(failure)) return items.map(() => failure);
    const half = items.length >> 1;
    return [items.slice(0, half), items.slice(half)].flatMap((part) => {
      const again = this.#attempt(part);
      return again ? this.#separate(part, again) : part.map(() => undefined);
    });
  }

  #attempt(items: readonly Item[]): Error | undefined {
    try {
      this.#options.commit(items);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }
}

/** Tells everyone, also when one of them cannot bear it; that one's error is thrown once all have been told. */
export function tellAll(waiting: readonly Committed[], failures: readonly (Error | undefined)[] | undefined): void {
  const thrown: unknown[] = [];
  waiting.forEach((committed, index) => {
    try {
      committed(failures?.[index]);
    } catch (error) {
      thrown.push(error);
    }
  });
  if (thrown.length > 0) throw thrown[0];
}
