import type { Memory } from '../memory.ts';
import type { Changes } from './change-part.ts';

const MINUTE = 60_000;
const MINUTES = 1_440;
const DAYS = 3;

/** What comes a reading sooner or later than yesterday comes at the same time; but not what comes more than an hour apart. */
const FURTHEST_BESIDE = 60;

const LAST = 0;
const HAS_LAST = 1;
const LAST_TS = 2;
const FIELDS = 3;

/**
 * How much a reading differs from the one before it, less what the same minute of the last two days explains, or the readings beside it: a change
 * that comes every day at this time is none.
 */
export class SeasonalChange implements Changes {
  readonly #fields: Float64Array;
  /** By day and minute of UTC, the change that was seen; NaN where there was none. */
  readonly #changes: Float32Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
    this.#changes = memory.sparse(DAYS * MINUTES);
  }

  /** The change that nothing explains, 0 or more, in the unit of the metric. */
  unexplained(ts: number, value: number): number {
    if (this.#fields[HAS_LAST] !== 1) return 0;
    const change = value - (this.#fields[LAST] ?? 0);
    const today = dayOf(ts);
    const minute = minuteOf(ts);
    const step = Math.min(FURTHEST_BESIDE, Math.max(1, Math.round((ts - (this.#fields[LAST_TS] ?? 0)) / MINUTE)));
    let least = Math.abs(change);
    for (let day = 0; day < DAYS; day += 1) {
      if (day === today) continue;
      for (let beside = -step; beside <= step; beside += step) {
        const known = this.#changes[day * MINUTES + (minute + beside + MINUTES) % MINUTES] ?? Number.NaN;
        const unexplained = Math.abs(change - known);
        if (unexplained < least) least = unexplained;
      }
    }
    return least;
  }

  learn(ts: number, value: number): void {
    if (this.#fields[HAS_LAST] === 1) this.#keep(ts, value - (this.#fields[LAST] ?? 0));
    this.#fields[LAST] = value;
    this.#fields[LAST_TS] = ts;
    this.#fields[HAS_LAST] = 1;
  }

  /** Of several changes within a minute the largest is kept: it is the one that has to be explained tomorrow. */
  #keep(ts: number, change: number): void {
    const place = dayOf(ts) * MINUTES + minuteOf(ts);
    const isSameMinute = Math.floor(ts / MINUTE) === Math.floor((this.#fields[LAST_TS] ?? 0) / MINUTE);
    if (isSameMinute && Math.abs(change) < Math.abs(this.#changes[place] ?? 0)) return;
    this.#changes[place] = change;
  }
}

function minuteOf(ts: number): number {
  return Math.floor((((ts / MINUTE) % MINUTES) + MINUTES) % MINUTES);
}

function dayOf(ts: number): number {
  return ((Math.floor(ts / MINUTE / MINUTES) % DAYS) + DAYS) % DAYS;
}
