import type { Clock } from './clock.ts';

/** What is kept on disk, so that it is known after a restart. In milliseconds. */
export interface TrustedTimeSnapshot {
  /** The time that is trusted. */
  time: number;
  /** For how long the clock has run on steadily while it was off from that. */
  steady: number;
}

export interface TrustedTimeOptions {
  clock: Clock;
  /** What was kept last; undefined where there is none yet: then the clock is trusted. */
  snapshot: TrustedTimeSnapshot | undefined;
  /** Who goes by it, for a sentence: `the store /data/store.sqlite`. */
  place: string;
  /** Told, in a sentence, that the clock is far ahead, and what would be too old by it is kept for a while. */
  problem: (sentence: string) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A clock that is off by no more is set right as usual: it drifts, it is in another time zone, the machine was off for a night. */
const TOLERANCE = DAY;
/** A clock that is off by more is believed when it has run on steadily for so long: somebody has had the time to set it. */
const PROBATION = DAY;
/** A machine that was off for no longer (a weekend, some holidays) is nothing to tell of. */
const USUAL_ABSENCE = 7 * DAY;
/** The longest that counts as running between two looks at the clock, in milliseconds: who looks less often is believed later. */
const LONGEST_STEP = HOUR;

/**
 * The time by which what is kept for a while expires. It goes with the clock. A clock that leaps far ahead, by a wrong answer from a time server for example,
 * is not followed until it has run on steadily for a day: until then this time runs on as if nothing had happened. A clock
 * that is set back is followed at once, since less expires by it; only the time from which a leap is reckoned stays for a day.
 */
export class TrustedTime {
  readonly #clock: Clock;
  readonly #place: string;
  readonly #problem: (sentence: string) => void;
  #time: number;
  #steady: number;
  /** What the clock said last; undefined: it has not been looked at since the start. */
  #seen: number | undefined;
  /** Whether the machine may just have been off. */
  #isUsual = false;
  /** Whether something is kept that would be too old by the clock. */
  #holds = false;

  constructor({ clock, snapshot, place, problem }: TrustedTimeOptions) {
    this.#clock = clock;
    this.#place = place;
    this.#problem = problem;
    this.#time = snapshot?.time ?? clock.now();
    this.#steady = snapshot?.steady ?? 0;
    this.#look();
  }

  /** Why something is kept that is too old by the clock, while that is so; a sentence. */
  get problem(): string | undefined {
    return this.#holds ? this.#sentence() : undefined;
  }

  /** Looks at the clock, once an hour at least. @returns what is to be kept on disk. */
  snapshot(): TrustedTimeSnapshot {
    this.#look();
    return { time: this.#time, steady: this.#steady };
  }

  /** @param kept for how long it is kept, each in milliseconds; 0 or Infinity: not for a time. @returns the time by which that expires. */
  timeFor(kept: readonly number[]): number {
    const now = this.#look();
    if (now <= this.#time) return now;
    if (!this.#holds && kept.some((milliseconds) => milliseconds > 0 && milliseconds < Infinity)) this.#hold();
    return this.#time;
  }

  #look(): number {
    const now = this.#clock.now();
    const step = now - (this.#seen ?? now);
    const leapt = Math.abs(step) > TOLERANCE;
    const ran = leapt ? 0 : Math.min(Math.max(step, 0), LONGEST_STEP);
    this.#time += ran;
    const ahead = now - this.#time;
    if (this.#seen === undefined) this.#isUsual = ahead <= USUAL_ABSENCE;
    this.#seen = now;
    if (leapt) this.#leapt();
    else if (Math.abs(ahead) > TOLERANCE) this.#steady += ran;
    if (Math.abs(ahead) <= TOLERANCE || this.#steady >= PROBATION) this.#trust(now);
    return now;
  }

  #leapt(): void {
    this.#steady = 0;
    this.#isUsual = false;
    this.#holds = false;
  }

  #trust(now: number): void {
    this.#time = now;
    this.#steady = 0;
    this.#holds = false;
  }

  #hold(): void {
    this.#holds = true;
    if (!this.#isUsual) this.#problem(this.#sentence());
  }

  #sentence(): string {
    const now = this.#seen ?? this.#time;
    const days = Math.round((now - this.#time) / DAY);
    const hours = Math.ceil((PROBATION - this.#steady) / HOUR);
    return `The clock says ${new Date(now).toISOString().slice(0, 16)}Z, ${days} ${days === 1 ? 'day' : 'days'} more than ${this.#place} expected. What is too old only by that is kept until the clock has run on for ${hours} more ${hours === 1 ? 'hour' : 'hours'}. If the clock is wrong, set it; if the machine was off for so long, there is nothing to do.`;
  }
}
