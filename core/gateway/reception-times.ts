import type { Clock } from '../clock/clock.ts';

/**
 * The time of reception, in whole milliseconds, rising strictly per device: it is the event time of a sample that brings
 * none, and two samples of one device with one time would be one sample to the store.
 */
export class ReceptionTimes {
  readonly #clock: Clock;
  readonly #last = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(device: string): number {
    const now = Math.floor(this.#clock.now());
    const last = this.#last.get(device);
    const time = last !== undefined && last >= now ? last + 1 : now;
    this.#last.set(device, time);
    return time;
  }
}
