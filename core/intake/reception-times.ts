import type { Clock } from '../clock/clock.ts';

const DEVICES_BEFORE_LOOKING = 10_000;
/** A floor further ahead than this, in milliseconds, is that of a clock which has been set back since. */
const FLOOR_AHEAD = 600_000;

/**
 * The time of reception, in whole milliseconds, rising strictly per device: it is the event time of a sample that brings
 * none, and two samples of one device with one time would be one sample to the store.
 */
export class ReceptionTimes {
  readonly #clock: Clock;
  readonly #last = new Map<string, number>();
  #lookAt = DEVICES_BEFORE_LOOKING;
  /** No device has been given a time after this one before the start: a flood runs ahead of the clock, and a process that starts anew must not give its times again. */
  readonly #floor: number;

  constructor(clock: Clock, floor = 0) {
    this.#clock = clock;
    this.#floor = floor;
  }

  next(device: string): number {
    const now = Math.floor(this.#clock.now());
    const last = this.#last.get(device) ?? (this.#floor >= now && this.#floor <= now + FLOOR_AHEAD ? this.#floor : undefined);
    const time = last !== undefined && last >= now ? last + 1 : now;
    this.#last.set(device, time);
    if (this.#last.size >= this.#lookAt) this.#forgetPast(now);
    return time;
  }

  /** A time that has passed need not be remembered; ids that a flow invents would fill the memory. */
  #forgetPast(now: number): void {
    for (const [device, last] of this.#last) if (last < now) this.#last.delete(device);
    this.#lookAt = Math.max(DEVICES_BEFORE_LOOKING, 2 * this.#last.size);
  }
}
