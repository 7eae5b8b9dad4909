import { judgedTime } from '../../sample/judged-time.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { checkCounts, readNumbers } from './kept-numbers.ts';
import { checkedOnce, countWithin, numberWithin } from './options.ts';
import type { ClockTest } from './sensor-test.ts';

export interface OutOfOrderOptions {
  /** A sample may be this much older than the latest one before it, in milliseconds. Default 0. */
  tolerance?: number;
  /** After so many samples in a row that are older, but in order among themselves, the device's clock was set back, and its times count from there. Default 20. */
  settle?: number;
}

const NAME = 'out_of_order_test';
const DAY = 86_400_000;

const check = checkedOnce(({ tolerance, settle }: OutOfOrderOptions) => ({
  tolerance: numberWithin('tolerance', tolerance, 0, 0, 365 * DAY),
  settle: countWithin('settle', settle, 20, 1, 100_000),
}));

const DEFAULTS: OutOfOrderOptions = {};

/**
 * Finds samples that are older than one that came before them: suspect. A time further ahead of its reception than a clock may be
 * counts as the time of reception, so that one leap ahead does not make everything after it old.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createOutOfOrderTest(options: OutOfOrderOptions = DEFAULTS): ClockTest & CompactTest {
  return new OutOfOrderTest(check(options));
}

class OutOfOrderTest extends CompactTest implements ClockTest {
  readonly #checked: { tolerance: number; settle: number };
  /** 0: no sample yet. */
  #seen = 0;
  #latest = 0;
  #previous = 0;
  /** Samples in a row that are older than the latest, and in order. */
  #older = 0;
  #behind = 0;

  constructor(checked: { tolerance: number; settle: number }) {
    super();
    this.#checked = checked;
  }

  update(ts: number, received: number): Quality {
    this.#behind = 0;
    const time = judgedTime({ ts, received });
    if (!Number.isFinite(time)) return QUALITY.missing;
    const before = this.#previous;
    this.#previous = time;
    if (this.#seen === 0 || time >= this.#latest - this.#checked.tolerance) {
      this.#latest = this.#seen === 0 ? time : Math.max(this.#latest, time);
      this.#seen = 1;
      this.#older = 0;
      return QUALITY.good;
    }
    this.#behind = this.#latest - time;
    this.#older = this.#older > 0 && time < before ? 1 : this.#older + 1;
    if (this.#older >= this.#checked.settle) {
      this.#latest = time;
      this.#older = 0;
    }
    return QUALITY.suspect;
  }

  reason(): string | undefined {
    if (this.#behind === 0) return undefined;
    return `The sample is ${this.#behind / 1000} s older than one that came before it.`;
  }

  updateIn(memory: number[], at: number, ts: number, received: number): Quality {
    this.takeUp(memory, at);
    const flag = this.update(ts, received);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#seen;
    memory[at + 1] = this.#latest;
    memory[at + 2] = this.#previous;
    memory[at + 3] = this.#older;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#seen = memory[at] ?? 0;
    this.#latest = memory[at + 1] ?? 0;
    this.#previous = memory[at + 2] ?? 0;
    this.#older = memory[at + 3] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 4);
    const [seen = 0, , , older = 0] = numbers;
    checkCounts(NAME, seen, older);
    this.takeUp(numbers, 0);
    this.#behind = 0;
  }
}
