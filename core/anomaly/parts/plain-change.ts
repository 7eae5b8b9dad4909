import type { Memory } from '../memory.ts';
import type { Changes } from './change-part.ts';

const LAST = 0;
const HAS_LAST = 1;
const FIELDS = 2;

/** The change from one reading to the next as it is. */
export class PlainChange implements Changes {
  readonly #fields: Float64Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
  }

  unexplained(_ts: number, value: number): number {
    return this.#fields[HAS_LAST] === 1 ? Math.abs(value - (this.#fields[LAST] ?? 0)) : 0;
  }

  learn(_ts: number, value: number): void {
    this.#fields[LAST] = value;
    this.#fields[HAS_LAST] = 1;
  }
}
