import type { Clock, Timer } from '../clock/clock.ts';

/** What waits: `deadline` in milliseconds since the epoch, `bytes` of payload. */
interface Paced {
  readonly deadline: number;
  readonly bytes: number;
}

export interface PacerOptions<Item extends Paced> {
  clock: Clock;
  /** Lets an item through when there is room. @returns 0 when it went through, else in how many milliseconds to ask again. */
  attempt: (device: string, item: Item) => number;
  /** The item has waited for as long as it may. */
  giveUp: (device: string, item: Item) => void;
}

const MAXIMUM_BYTES = 16 * 1024 * 1024;
const MAXIMUM_ITEMS_A_DEVICE = 1_000;
/** What an item without a payload takes all the same. */
const OVERHEAD = 256;

/** Lets the items of each device wait, in their order, until there is room under its limit: a sender that keeps asking is slowed down, not cut off. */
export class Pacer<Item extends Paced> {
  readonly #options: PacerOptions<Item>;
  readonly #queues = new Map<string, { items: Item[]; timer: Timer }>();
  #bytes = 0;

  constructor(options: PacerOptions<Item>) {
    this.#options = options;
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
    const tooLate = this.#options.clock.now() + wait > item.deadline;
    if (tooLate || this.#bytes + item.bytes + OVERHEAD > MAXIMUM_BYTES || (queue?.items.length ?? 0) >= MAXIMUM_ITEMS_A_DEVICE) return false;
    this.#bytes += item.bytes + OVERHEAD;
    if (queue) queue.items.push(item);
    else this.#queues.set(device, { items: [item], timer: this.#pumpIn(device, wait) });
    return true;
  }

  /** Gives up on everything that waits. */
  close(): void {
    for (const [device, { items, timer }] of [...this.#queues]) {
      timer.cancel();
      this.#queues.delete(device);
      for (const item of items) this.#options.giveUp(device, item);
    }
    this.#bytes = 0;
  }

  #pumpIn(device: string, wait: number): Timer {
    return this.#options.clock.setTimeout(() => this.#pump(device), Math.max(1, wait));
  }

  #pump(device: string): void {
    const queue = this.#queues.get(device);
    if (!queue) return;
    const { clock, attempt, giveUp } = this.#options;
    let taken = 0;
    let wait = 0;
    for (const item of queue.items) {
      wait = attempt(device, item);
      if (wait > 0 && clock.now() + wait <= item.deadline) break;
      taken += 1;
      this.#bytes -= item.bytes + OVERHEAD;
      if (wait > 0) giveUp(device, item);
    }
    queue.items.splice(0, taken);
    if (queue.items.length === 0) this.#queues.delete(device);
    else queue.timer = this.#pumpIn(device, wait);
  }
}
