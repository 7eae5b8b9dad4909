import type { Memory } from '../memory.ts';

/** Further outside than this counts as this, so that its square is still a number. */
const FURTHEST = 1e100;
/** So many readings are looked at before one can be outside. */
const WARM_UP = 50;

/** A reading is taken for no further out than so many widths of all that was seen. */
const ROOM = 10;

const COUNT = 0;
const LOW = 1;
const HIGH = 2;
const FIELDS = 3;

/** The lowest and the highest reading ever seen. */
export class Range {
  readonly #fields: Float64Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
  }

  get low(): number {
    return this.#fields[LOW] ?? 0;
  }

  get high(): number {
    return this.#fields[HIGH] ?? 0;
  }

  /** How far a reading is outside of all that was seen, in widths of that; 0 inside. */
  outside(value: number): number {
    if ((this.#fields[COUNT] ?? 0) < WARM_UP) return 0;
    const width = this.high - this.low || 1;
    if (value > this.high) return Math.min(FURTHEST, (value - this.high) / width);
    return value < this.low ? Math.min(FURTHEST, (this.low - value) / width) : 0;
  }

  /** The reading, or the nearest to it that is no more than `ROOM` widths outside, so that one broken reading does not change what is usual for good. */
  within(value: number): number {
    const room = ROOM * (this.high > this.low ? this.high - this.low : Math.max(1, Math.abs(this.high)));
    return Math.min(this.high + room, Math.max(this.low - room, value));
  }

  learn(value: number): void {
    const fields = this.#fields;
    const count = fields[COUNT] ?? 0;
    fields[LOW] = count === 0 ? value : Math.min(this.low, value);
    fields[HIGH] = count === 0 ? value : Math.max(this.high, value);
    fields[COUNT] = Math.min(count + 1, WARM_UP);
  }
}
