import type { Clock } from '../clock/clock.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** `wait`: in how many milliseconds the message would be admitted, if nothing else came from the device. */
export type Admission = { admitted: true } | { admitted: false; wait: number };

const ADMITTED: Admission = { admitted: true };
const MAXIMUM_DEVICES = 100_000;

interface Entry {
  limits: Limits;
  bucket: TokenBucket;
  /** When it took its place in the order, in milliseconds since the epoch. */
  placed: number;
}

/** An entry keeps its place for so long, in milliseconds: to move it at every message would cost more than the bucket does. */
const PLACE_KEPT = 1_000;

/**
 * The token buckets of the devices that have limits. A bucket that is full again is forgotten; beyond `maximumDevices`, so is the
 * one that was asked the longest ago, whose device then has its burst anew.
 */
export class DeviceLimits {
  readonly #clock: Clock;
  readonly #maximumDevices: number;
  /** In the order in which they were asked last. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, maximumDevices = MAXIMUM_DEVICES) {
    this.#clock = clock;
    this.#maximumDevices = maximumDevices;
  }

  /** How many buckets are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Takes a message of so many bytes from the device's bucket. Other limits than the last time begin with a full bucket. */
  admit(device: string, limits: Limits, bytes: number): Admission {
    if (limits.messagesPerSecond === 0 && limits.bytesPerSecond === 0) {
      this.#entries.delete(device);
      return ADMITTED;
    }
    const now = this.#clock.now();
    const known = this.#entries.get(device);
    const entry = known && sameLimits(known.limits, limits) ? known : { limits, bucket: new TokenBucket(limits, now), placed: -Infinity };
    if (Math.abs(now - entry.placed) >= PLACE_KEPT) this.#place(device, entry, now);
    const wait = entry.bucket.take(bytes, now);
    return wait === 0 ? ADMITTED : { admitted: false, wait };
  }

  #place(device: string, entry: Entry, now: number): void {
    this.#entries.delete(device);
    this.#forget(now);
    entry.placed = now;
    this.#entries.set(device, entry);
  }

  #forget(now: number): void {
    for (const [device, { bucket }] of this.#entries) {
      if (this.#entries.size < this.#maximumDevices && !bucket.isFull(now)) return;
      this.#entries.delete(device);
    }
  }
}

function sameLimits(one: Limits, other: Limits): boolean {
  return one === other || (one.messagesPerSecond === other.messagesPerSecond && one.bytesPerSecond === other.bytesPerSecond && one.burst === other.burst);
}
