import type { Clock, Timer } from '../clock/clock.ts';

export interface ConflatorOptions<Item> {
  clock: Clock;
  /** Gets the survivor of a device when its wait is over; may put it again. */
  release: (device: string, item: Item) => void;
  /** How many devices may have an item waiting. */
  maximumDevices?: number;
}

/** `kept: false`: too many devices wait, and the item stays with its owner. `replaced`: the item whose place it took. */
export type Put<Item> = { kept: false } | { kept: true; replaced?: Item };

const MAXIMUM_DEVICES = 10_000;
/** A timer's longest wait; what is released sooner than its bucket has room is put again. */
const MAXIMUM_WAIT = 2 ** 31 - 1;

interface Waiting<Item> {
  item: Item;
  timer: Timer;
}

/** Keeps the latest item of each device while its limit has no room. Every item that was kept is either replaced or released, once. */
export class Conflator<Item> {
  readonly #clock: Clock;
  readonly #release: (device: string, item: Item) => void;
  readonly #maximumDevices: number;
  readonly #waiting = new Map<string, Waiting<Item>>();

  constructor({ clock, release, maximumDevices = MAXIMUM_DEVICES }: ConflatorOptions<Item>) {
    this.#clock = clock;
    this.#release = release;
    this.#maximumDevices = maximumDevices;
  }

  /** How many devices have an item waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether a newer item of the device would replace one: what comes now must not overtake what waits. */
  has(device: string): boolean {
    return this.#waiting.has(device);
  }

  /** Keeps `item` until `wait` milliseconds after the first of its device was put, or until the next one takes its place. */
  put(device: string, item: Item, wait: number): Put<Item> {
    const waiting = this.#waiting.get(device);
    if (waiting) {
      const replaced = waiting.item;
      waiting.item = item;
      return { kept: true, replaced };
    }
    if (this.#waiting.size >= this.#maximumDevices) return { kept: false };
    const timer = this.#clock.setTimeout(() => this.#due(device), Math.min(wait, MAXIMUM_WAIT));
    this.#waiting.set(device, { item, timer });
    return { kept: true };
  }

  /** Releases everything that waits now, before its owner stops. */
  flush(): void {
    // What a release puts again is not released a second time here.
    const devices = [...this.#waiting.keys()];
    devices.forEach((device) => this.#due(device));
  }

  #due(device: string): void {
    const waiting = this.#waiting.get(device);
    if (!waiting) return;
    waiting.timer.cancel();
    this.#waiting.delete(device);
    this.#release(device, waiting.item);
  }
}
