import type { Memory } from '../memory.ts';
import { Rarity } from '../unusual/rarity.ts';
import type { Part } from './part.ts';
import { Range } from './range.ts';
import { rounded } from './shown.ts';

const MOST = 3;

/** Looks whether a reading is outside of everything that was ever seen. */
export class RangePart implements Part {
  readonly name = 'range';
  readonly weight: number;
  readonly #range: Range;
  readonly habit: Rarity;
  #low = 0;
  #high = 0;

  constructor(weight: number, memory: Memory) {
    this.weight = weight;
    this.#range = new Range(memory);
    this.habit = new Rarity({ smoothing: 1, most: MOST }, memory);
  }

  judge(_ts: number, value: number, learn: boolean): number {
    this.#low = this.#range.low;
    this.#high = this.#range.high;
    const rarity = this.habit.judge(this.#range.outside(value), learn);
    if (learn) this.#range.learn(value);
    return rarity;
  }

  /** The reading, or what it is taken for where it is far too far out. */
  within(value: number): number {
    return this.#range.within(value);
  }

  sentence(value: number): string {
    const width = this.#high - this.#low;
    const scale = width > 0 ? width / 10 : Math.abs(value - this.#low);
    if (value > this.#high) return `${rounded(value, scale)} is ${rounded(value - this.#high, scale)} above the highest reading so far, ${rounded(this.#high, scale)}.`;
    if (value < this.#low) return `${rounded(value, scale)} is ${rounded(this.#low - value, scale)} below the lowest reading so far, ${rounded(this.#low, scale)}.`;
    return `${rounded(value, scale)} is back among the readings so far, ${rounded(this.#low, scale)} to ${rounded(this.#high, scale)}.`;
  }
}
