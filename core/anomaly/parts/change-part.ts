import type { Memory } from '../memory.ts';
import { Excess } from '../unusual/excess.ts';
import type { Part } from './part.ts';
import { rounded } from './shown.ts';

const WARM_UP = 200;

/** What is left of the change from one reading to the next when the usual is taken off. */
export interface Changes {
  /** 0 or more, in the unit of the metric. */
  unexplained(ts: number, value: number): number;
  learn(ts: number, value: number): void;
}

/** Looks at how much a reading differs from the one before it. */
export class ChangePart implements Part {
  readonly name = 'change';
  readonly weight: number;
  readonly #changes: Changes;
  readonly habit: Excess;
  #judged = 0;
  #unexplained = 0;
  #usual = 0;

  constructor(weight: number, changes: Changes, memory: Memory) {
    this.weight = weight;
    this.#changes = changes;
    this.habit = new Excess(WARM_UP, memory);
  }

  judge(ts: number, value: number, learn: boolean): number {
    const unexplained = this.#changes.unexplained(ts, value);
    this.#judged = value;
    this.#unexplained = unexplained;
    this.#usual = this.habit.usual;
    const share = this.habit.judge(unexplained, learn);
    if (learn) this.#changes.learn(ts, value);
    return share;
  }

  sentence(value: number): string {
    const scale = this.#usual > 0 ? this.#usual : this.#unexplained;
    // What is too far out was judged as if it were nearer.
    const difference = this.#unexplained + Math.abs(value - this.#judged);
    return `${rounded(value, scale)} differs by ${rounded(difference, scale)} from the readings around it; differences of up to ${rounded(this.#usual, scale)} are usual.`;
  }
}
