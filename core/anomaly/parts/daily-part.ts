import type { Memory } from '../memory.ts';
import { Rarity } from '../unusual/rarity.ts';
import type { Part } from './part.ts';
import { TimeOfDay } from './time-of-day.ts';
import { duration, rounded } from './shown.ts';

const MOST = 2.2;
const SMOOTHING = 2;
const FIRST = 0;
const LATEST = 1;
const LARGEST = 2;
const HEARD = 3;
const FIELDS = 4;

/** Looks at a reading beside what the series shows at this time of day. */
export class DailyPart implements Part {
  readonly name = 'daily';
  readonly weight: number;
  readonly #usual: TimeOfDay;
  readonly habit: Rarity;
  readonly #fields: Float64Array;
  #expected = 0;
  #largest = 0;

  constructor(weight: number, memory: Memory) {
    this.weight = weight;
    this.#usual = new TimeOfDay(memory);
    this.habit = new Rarity({ smoothing: SMOOTHING, most: MOST }, memory);
    this.#fields = memory.numbers(FIELDS);
  }

  judge(ts: number, value: number, learn: boolean): number {
    const fields = this.#fields;
    const expected = this.#usual.expected(ts);
    const distance = (fields[HEARD] ?? 0) === 0 ? 0 : Math.abs(value - expected);
    this.#expected = expected;
    this.#largest = fields[LARGEST] ?? 0;
    const rarity = this.habit.judge(distance, learn);
    if (!learn) return rarity;
    if ((fields[HEARD] ?? 0) === 0) fields[FIRST] = ts;
    fields[HEARD] = 1;
    fields[LATEST] = ts;
    if (this.habit.isReady && distance > this.#largest) fields[LARGEST] = distance;
    this.#usual.learn(ts, value);
    return rarity;
  }

  /** The band in which the next reading would be nothing special to this part: up to `rarity`. */
  band(ts: number, rarity: number): { low: number; high: number } {
    const expected = this.#usual.expected(ts);
    const width = this.habit.deviationAt(Math.min(rarity, MOST));
    return { low: expected - width, high: expected + width };
  }

  sentence(value: number): string {
    const distance = Math.abs(value - this.#expected);
    const usual = this.habit.usual;
    const scale = usual > 0 ? usual : distance;
    const side = value > this.#expected ? 'above' : 'below';
    const past = this.#largest > 0
      ? `; the ${duration((this.#fields[LATEST] ?? 0) - (this.#fields[FIRST] ?? 0))} before it ${distance > this.#largest ? 'never exceeded' : 'did not exceed'} ${rounded(this.#largest, scale)}`
      : '';
    return `${rounded(value, scale)} is ${rounded(distance, scale)} ${side} what is usual at this time of day, ${rounded(this.#expected, scale)}${past}.`;
  }
}
