import type { Memory } from '../memory.ts';

const DAY = 86_400_000;
const HOURS = 24;
/** Of a reading, so much goes into what its hour usually shows, once fifty are known. */
const HOUR_WEIGHT = 0.02;
/** How fast the latest readings are followed, and their distance from the hour's level: what holds all day is the day's, not an anomaly of each hour. */
const FOLLOW = 0.02;

const COUNT = 0;
const RECENT = 1;
const OFFSET = 2;
/** The hour of the latest reading, plus one; 0: there was none. */
const HOUR = 3;
const FIELDS = 4;

/** What a series usually shows at this time of the day, by the hour of UTC, and how the latest readings stand beside it. */
export class TimeOfDay {
  readonly #fields: Float64Array;
  readonly #levels: Float64Array;
  readonly #counts: Float64Array;
  /** How often each hour was come upon. */
  readonly #visits: Float64Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
    this.#levels = memory.numbers(HOURS);
    this.#counts = memory.numbers(HOURS);
    this.#visits = memory.numbers(HOURS);
  }

  /** What is expected at this time: until an hour comes for the second time, what the latest readings show. */
  expected(ts: number): number {
    const hour = hourOf(ts);
    return this.#isKnown(hour) ? (this.#levels[hour] ?? 0) + (this.#fields[OFFSET] ?? 0) : this.#fields[RECENT] ?? 0;
  }

  learn(ts: number, value: number): void {
    const hour = hourOf(ts);
    const fields = this.#fields;
    if (this.#isKnown(hour)) fields[OFFSET] = (fields[OFFSET] ?? 0) + FOLLOW * (value - this.expected(ts));
    if (fields[HOUR] !== hour + 1) {
      fields[HOUR] = hour + 1;
      this.#visits[hour] = Math.min((this.#visits[hour] ?? 0) + 1, 2);
    }
    const count = (fields[COUNT] ?? 0) + 1;
    fields[COUNT] = Math.min(count, 1 / FOLLOW);
    fields[RECENT] = (fields[RECENT] ?? 0) + (value - (fields[RECENT] ?? 0)) * Math.max(1 / count, FOLLOW);
    const known = (this.#counts[hour] ?? 0) + 1;
    const usual = this.#levels[hour] ?? 0;
    this.#counts[hour] = Math.min(known, 1 / HOUR_WEIGHT);
    this.#levels[hour] = usual + Math.max(1 / known, HOUR_WEIGHT) * (value - usual);
  }

  /** Whether the series was seen at this hour before, on another day than the one that runs. */
  #isKnown(hour: number): boolean {
    const visits = this.#visits[hour] ?? 0;
    return visits > 1 || (visits === 1 && this.#fields[HOUR] !== hour + 1);
  }
}

function hourOf(ts: number): number {
  return Math.floor((((ts % DAY) + DAY) % DAY) / DAY * HOURS);
}
