import type { Clock, Timer } from './clock.ts';

interface Due {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that stands still until it is told to move: for tests and for replay. */
export class ManualClock implements Clock {
  #now: number;
  #leapt = 0;
  #order = 0;
  readonly #due = new Set<Due>();

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#leapt;
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    const due: Due = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, callback };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }

  /** Tells another time from now on, as when somebody sets the clock: no call falls due earlier or later for it. */
  leap(milliseconds: number): void {
    this.#leapt += milliseconds;
  }

  /** Moves time forward and makes the calls that fall due on the way, in order of time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#due.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (due.at > end) continue;
      if (!first || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
    }
    return first;
  }
}
