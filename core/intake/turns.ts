/** Work in steps of some milliseconds, between which everything else has its turn. */
export type Work = Generator<undefined, void, undefined>;

interface Waiting {
  work: Work;
  failed: (error: unknown) => void;
}

/** Does one work of each key after the other, in their order, and a step of one of them in a turn of the event loop. */
export class Turns {
  /** Of each key, the first is under way. The next turn is that of the first key. */
  readonly #queues = new Map<string, Waiting[]>();
  #asked = false;

  /** How many works of a key have not ended. */
  waiting(key: string): number {
    return this.#queues.get(key)?.length ?? 0;
  }

  /** The first step is done at once, unless other work of this key has not ended. @param failed told of what the work throws; it has ended then. */
  do(key: string, work: Work, failed: (error: unknown) => void): void {
    const queue = this.#queues.get(key);
    if (queue) return void queue.push({ work, failed });
    const begun = [{ work, failed }];
    this.#queues.set(key, begun);
    this.#step(key, begun);
  }

  #ask(): void {
    if (this.#asked || this.#queues.size === 0) return;
    this.#asked = true;
    setImmediate(() => {
      this.#asked = false;
      const [next] = this.#queues;
      if (next) this.#step(...next);
    });
  }

  #step(key: string, queue: Waiting[]): void {
    const [first] = queue;
    if (!first || ended(first)) queue.shift();
    this.#queues.delete(key);
    if (queue.length > 0) this.#queues.set(key, queue);
    this.#ask();
  }
}

function ended({ work, failed }: Waiting): boolean {
  try {
    return work.next().done === true;
  } catch (error) {
    failed(error);
    return true;
  }
}
