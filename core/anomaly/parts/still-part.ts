import type { Memory } from '../memory.ts';
import type { Habit, Part } from './part.ts';

/** A run is unusual when it is so many times as long as the longest before it … */
const TIMES = 3;
/** … which counts as at least so many readings. */
const LEAST_LONGEST = 20;
/** A series that has changed less often than this is known for standing still. */
const LEAST_CHANGES = 100;
const MOST = 2;

const LAST = 0;
const RUN = 1;
const LONGEST = 2;
const CHANGES = 3;
const ACCEPTED = 4;
const PEAK = 5;
const FIELDS = 6;

/** Looks whether a series that usually moves has come to stand still: how long the run of equal readings is, beside the longest one before it. */
export class StillPart implements Part, Habit {
  readonly name = 'still';
  readonly habit: Habit = this;
  readonly weight: number;
  readonly #fields: Float64Array;

  constructor(weight: number, memory: Memory) {
    this.weight = weight;
    this.#fields = memory.numbers(FIELDS);
  }

  /** So many equal readings in a row, this one included. */
  get run(): number {
    return this.#fields[RUN] ?? 0;
  }

  judge(_ts: number, value: number, learn: boolean): number {
    const fields = this.#fields;
    const run = value === fields[LAST] ? this.run + 1 : 1;
    const rarity = (fields[CHANGES] ?? 0) < LEAST_CHANGES ? 0 : Math.min(MOST, run / this.#usual());
    if (learn) this.#learn(value, run);
    return rarity;
  }

  sentence(value: number): string {
    return `It has shown exactly ${value} for ${this.run.toLocaleString('en-US')} readings in a row; ${(this.#fields[LONGEST] ?? 0).toLocaleString('en-US')} was the most before.`;
  }

  begin(): void {
    this.#fields[PEAK] = this.run;
  }

  accept(rarity: number): void {
    const fields = this.#fields;
    fields[ACCEPTED] = Math.max(fields[ACCEPTED] ?? 0, (fields[PEAK] ?? 0) / rarity);
  }

  /** The run that was not expected does not become the longest. */
  reject(): void {
    this.#fields[RUN] = 0;
  }

  #usual(): number {
    return Math.max(TIMES * LEAST_LONGEST, TIMES * (this.#fields[LONGEST] ?? 0), this.#fields[ACCEPTED] ?? 0);
  }

  #learn(value: number, run: number): void {
    const fields = this.#fields;
    if (run === 1) {
      fields[LONGEST] = Math.max(fields[LONGEST] ?? 0, this.run);
      fields[CHANGES] = Math.min((fields[CHANGES] ?? 0) + 1, LEAST_CHANGES);
    }
    if (run > (fields[PEAK] ?? 0)) fields[PEAK] = run;
    fields[LAST] = value;
    fields[RUN] = run;
  }
}
