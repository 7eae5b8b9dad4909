import type { Clock, Timer } from '../clock/clock.ts';
import { steadyTime } from '../overload/steady-time.ts';

/** What waits: for `patience` milliseconds at most, with so many `bytes` of payload. */
interface Paced {
  readonly patience: number;
  readonly bytes: number;
}

export interface PacerOptions<Item extends Paced> {
  clock: Clock;
  /** Lets an item through when there is room. @returns 0 when it went through, else in how many milliseconds to ask again. */
  attempt: (device: string, item: Item) => number;
  /** The item has waited for as long as it may; there would be room in `wait` milliseconds. */
  giveUp: (device: string, item: Item, wait: number) => void;
}

interface Queue<Item> {
  readonly waiting: Array<{ readonly item: Item; readonly deadline: number }>;
  timer: Timer;
}

const MAXIMUM_BYTES = 16 * 1024 * 1024;
const MAXIMUM_ITEMS_A_DEVICE = 1_000;
/** What an item without a payload takes all the same. */
const OVERHEAD = 512;

/** Lets the items of each device wait, in their order, until there is room under its limit: a sender that keeps asking is slowed down, not cut off. */
export class Pacer<Item extends Paced> {
  readonly #options: PacerOptions<Item>;
  readonly #now: () => number;
  readonly #queues = new Map<string, Queue<Item>>();
  #bytes = 0;

  constructor(options: PacerOptions<Item>) {
    this.#options = options;
    this.#now = steadyTime(options.clock);
  }

  /** How many devices have items waiting. */
  get size(): number {
    return this.#queues.size;
  }

  /** Whether what comes now from the device has to wait behind others. */
  has(device: string): boolean {
    return this.#queues.has(device);
  }

  /** Takes an item that has to wait for `wait` milliseconds at least. @returns false when it would wait for too long, or too much waits already. */
  put(device: string, item: Item, wait: number): boolean {
    const queue = this.#queues.get(device);
    if (wait > item.patience || this.#bytes + item.bytes + OVERHEAD > MAXIMUM_BYTES || (queue?.waiting.length ?? 0) >= MAXIMUM_ITEMS_A_DEVICE) return false;
    this.#bytes += item.bytes + OVERHEAD;
    const one = { item, deadline: this.#now() + item.patience };
    if (queue) queue.waiting.push(one);
    else this.#queues.set(device, { waiting: [one], timer: this.#pumpIn(device, wait) });
    return true;
  }

  /** Gives up on everything that waits. */
  close(): void {
    for (const [device, queue] of this.#queues) {
      queue.timer.cancel();
      this.#queues.delete(device);
      for (let one = queue.waiting.shift(); one; one = queue.waiting.shift()) {
        this.#left(one.item);
        this.#options.giveUp(device, one.item, 0);
      }
    }
  }

  #pumpIn(device: string, wait: number): Timer {
    return this.#options.clock.setTimeout(() => this.#pump(device), Math.max(1, wait));
  }

  #pump(device: string): void {
    const queue = this.#queues.get(device);
    if (!queue) return;
    const { attempt, giveUp } = this.#options;
    // Whatever is told of an item may end all of them: it leaves before.
    for (let one = queue.waiting.shift(); one; one = queue.waiting.shift()) {
      const wait = attempt(device, one.item);
      if (wait > 0 && this.#now() + wait <= one.deadline) {
        queue.waiting.unshift(one);
        queue.timer = this.#pumpIn(device, wait);
        return;
      }
      this.#left(one.item);
      if (wait > 0) giveUp(device, one.item, wait);
    }
    if (this.#queues.get(device) === queue) this.#queues.delete(device);
  }

  #left({ bytes }: Item): void {
    this.#bytes -= bytes + OVERHEAD;
  }
}
