/** Work in steps of some milliseconds, between which everything else has its turn. */
export type Work = Generator<undefined, void, undefined>;

/** Work, and what it holds until it has ended. */
export interface Job {
  work: Work;
  bytes: number;
  /** Told of what the work throws; it has ended then. */
  failed: (error: unknown) => void;
}

/** Does one work of each key after the other, in their order, and a step of one of them in a turn of the event loop. */
export class Turns {
  /** Of each key, the first is under way. The next turn is that of the first key. */
  readonly #queues = new Map<string, Job[]>();
  #asked = false;

  /** What the work of a key holds that has not ended, in bytes; undefined where all has. */
  held(key: string): number | undefined {
    return this.#queues.get(key)?.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The first step is done at once, unless other work of this key has not ended. */
  do(key: string, job: Job): void {
    const queue = this.#queues.get(key);
    if (queue) return void queue.push(job);
    const begun = [job];
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

  #step(key: string, queue: Job[]): void {
    const [first] = queue;
    if (!first || ended(first)) queue.shift();
    this.#queues.delete(key);
    if (queue.length > 0) this.#queues.set(key, queue);
    this.#ask();
  }
}

function ended({ work, failed }: Job): boolean {
  try {
    return work.next().done === true;
  } catch (error) {
    failed(error);
    return true;
  }
}
