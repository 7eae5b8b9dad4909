import type { Clock, Timer } from '../../clock/clock.ts';
import { messageOf } from '../../errors/holdfast-error.ts';
import { tellAll } from '../../sqlite/group-commit.ts';
import type { Committed } from '../../sqlite/group-commit.ts';
import { isDiskAtFault } from '../../sqlite/storage-error.ts';

export interface CommitQueueOptions<Item> {
  clock: Clock;
  /** The longest an item waits for others to share its commit with while no commit is under way, in milliseconds. */
  interval: number;
  /** A commit has no more items than this. */
  maximumItems: number;
  /** Commits all items together; answers for each of them what it is told, or rejects and has committed none. */
  commit: (items: readonly Item[]) => Promise<ReadonlyArray<Error | undefined>>;
  /** Told when somebody could not bear what they were told. */
  problem: (error: Error) => void;
}

/**
 * Group commit over a network: like GroupCommit, but the commit takes its time, and what arrives meanwhile shares the next one. There is
 * one commit at a time, so items are committed in the order in which they came.
 */
export class CommitQueue<Item> {
  readonly #options: CommitQueueOptions<Item>;
  #waiting: Array<{ item: Item; committed: Committed }> = [];
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: CommitQueueOptions<Item>) {
    this.#options = options;
  }

  add(item: Item, committed: Committed): void {
    const { clock, interval, maximumItems } = this.#options;
    this.#waiting.push({ item, committed });
    if (this.#running) return;
    if (this.#waiting.length >= maximumItems) void this.flush();
    else this.#timer ??= clock.setTimeout(() => void this.flush(), interval, true);
  }

  /** Commits what is waiting; resolves when everyone who waited before has been told. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#running && this.#waiting.length === 0) return;
    await (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#options.maximumItems);
      const told = await this.#commit(group.map(({ item }) => item));
      try {
        tellAll(group.map(({ committed }) => committed), told);
      } catch (error) {
        this.#options.problem(asError(error));
      }
    }
    // At once: whoever adds an item from here on begins anew.
    this.#running = undefined;
  }

  /** One item that cannot be written must not take its neighbours with it: unless the server is at fault, each half is tried alone. */
  async #commit(items: readonly Item[]): Promise<ReadonlyArray<Error | undefined>> {
    try {
      return await this.#options.commit(items);
    } catch (error) {
      const failure = asError(error);
      if (items.length === 1 || isDiskAtFault(failure)) return items.map(() => failure);
      const half = items.length >> 1;
      return [...(await this.#commit(items.slice(0, half))), ...(await this.#commit(items.slice(half)))];
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
