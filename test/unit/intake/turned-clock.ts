import { ManualClock } from '../../../core/clock/manual-clock.ts';

/** A clock that somebody sets while timers run: they go by the time that passes, as the system's do. */
export class TurnedClock extends ManualClock {
  #set = 0;

  override now(): number {
    return super.now() + this.#set;
  }

  setBack(milliseconds: number): void {
    this.#set -= milliseconds;
  }
}
