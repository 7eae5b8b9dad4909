import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { Flag } from '../quality-test.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, countWithin, spelled } from './options.ts';
import type { SensorTest } from './sensor-test.ts';

export interface CounterResetOptions {
  /** Whether the metric only ever rises: `yes`, `no` (never judged), or `detect` from its readings. Default `detect`. */
  counter?: 'yes' | 'no' | 'detect';
  /** So many readings without a fall, a tenth of them rises, show a counter. Default 200. */
  learn?: number;
}

interface Checked {
  counter: 'yes' | 'no' | 'detect';
  learn: number;
}

/** What became of a counter that fell. */
type Fall = 'reset' | 'backwards' | number;

const NAME = 'counter_reset_test';
/** Where counters wrap round: at 8, 16, 24 and 32 bits, signed too, and at the widths of decimal counting mechanisms. */
const WRAPS: readonly number[] = [2 ** 8, 1e3, 1e4, 2 ** 15, 2 ** 16, 1e5, 1e6, 1e7, 2 ** 24, 1e8, 1e9, 2 ** 31, 2 ** 32, 2 ** 53];
const POWERS: ReadonlyMap<number, string> = new Map([8, 15, 16, 24, 31, 32, 53].map((bits) => [2 ** bits, `2^${bits}`]));
/** A counter that wrapped or began anew went on by at most so many usual steps in the same time. */
const MOST_STEPS = 20;
/** Below this part of what it was, a counter that fell began anew. */
const NEAR_ZERO = 0.02;
/** The usual step is learned over about twice as many rises. */
const LEAST_WEIGHT = 1 / 32;

const check = checkedOnce(({ counter = 'detect', learn }: CounterResetOptions): Checked => {
  if (counter !== 'yes' && counter !== 'no' && counter !== 'detect') {
    throw new ConfigError('counter', `The counter of the ${NAME} is ${JSON.stringify(counter)}: give yes, no or detect.`);
  }
  return { counter, learn: countWithin('learn', learn, 200, 10, 1_000_000) };
});

const DEFAULTS: CounterResetOptions = {};

/**
 * Finds the reading at which a counter began anew, or wrapped round at the end of its register or its counting mechanism. A fall from
 * the end of a width to a start that the usual step explains is a wrap; any other fall to near 0 is a reset. Both are suspect, and
 * only that one reading: a difference taken over it is wrong. A gauge, which falls now and then, is never judged.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createCounterResetTest(options: CounterResetOptions = DEFAULTS): SensorTest {
  return new CounterResetTest(check(options));
}

class CounterResetTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #seen = 0;
  #last = 0;
  /** Readings without a fall, and how many of them rose; both stop at `learn`. */
  #kept = 0;
  #rises = 0;
  /** The mean of the rises. */
  #step = 0;
  #fall: Fall | undefined = undefined;
  #from = 0;

  constructor(checked: Checked) {
    super();
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    this.#fall = undefined;
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    const before = this.#last;
    this.#last = reading;
    if (this.#checked.counter === 'no') return QUALITY.good;
    if (this.#seen === 0) {
      this.#seen = 1;
      return this.#isCounter() ? QUALITY.good : QUALITY.unknown;
    }
    if (reading >= before) {
      this.#rose(reading - before);
      return this.#isCounter() ? QUALITY.good : QUALITY.unknown;
    }
    return this.#fell(before, reading);
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    const fall = this.#fall;
    if (fall === undefined) return undefined;
    const what = `from ${spelled(this.#from)} to ${spelled(this.#last)}`;
    if (fall === 'reset') return `The counter began anew: it fell ${what}.`;
    if (fall === 'backwards') return `The counter went backwards, ${what}, which no reset and no width of a register explains.`;
    return `The counter wrapped round at ${POWERS.get(fall) ?? fall}: it fell ${what}.`;
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Flag {
    this.takeUp(memory, at);
    const flag = this.update(ts, value);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#seen;
    memory[at + 1] = this.#last;
    memory[at + 2] = this.#kept;
    memory[at + 3] = this.#rises;
    memory[at + 4] = this.#step;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#seen = memory[at] ?? 0;
    this.#last = memory[at + 1] ?? 0;
    this.#kept = memory[at + 2] ?? 0;
    this.#rises = memory[at + 3] ?? 0;
    this.#step = memory[at + 4] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 5);
    const [seen = 0, , kept = 0, rises = 0] = numbers;
    checkCounts(NAME, seen, kept, rises);
    this.takeUp(numbers, 0);
    this.#fall = undefined;
  }

  #isCounter(): boolean {
    const { counter, learn } = this.#checked;
    return counter === 'yes' || (this.#kept >= learn && this.#rises >= learn / 10);
  }

  #rose(rise: number): void {
    const { learn } = this.#checked;
    if (this.#kept < learn) this.#kept += 1;
    if (rise === 0) return;
    if (this.#rises < learn) this.#rises += 1;
    this.#step += (rise - this.#step) * Math.max(1 / this.#rises, LEAST_WEIGHT);
  }

  #fell(before: number, reading: number): Flag {
    const declared = this.#checked.counter === 'yes';
    const judged = this.#isCounter();
    const wrap = this.#wrapOf(before, reading);
    const reset = reading >= 0 && reading <= Math.max(NEAR_ZERO * before, Math.min(MOST_STEPS * this.#step, before / 2));
    // Whatever it was, it has to show again that it only rises: a sawtooth is no counter.
    this.#kept = 0;
    this.#rises = Math.min(this.#rises, 1);
    if (!judged) return QUALITY.unknown;
    if (wrap === undefined && !reset && !declared) return QUALITY.unknown;
    this.#from = before;
    this.#fall = wrap ?? (reset ? 'reset' : 'backwards');
    return QUALITY.suspect;
  }

  /** The width at whose end the counter stood and after which it goes on as it would have. */
  #wrapOf(before: number, reading: number): number | undefined {
    if (reading < 0 || this.#rises === 0) return undefined;
    const width = WRAPS.find((each) => before < each);
    if (width === undefined) return undefined;
    return width - before + reading <= MOST_STEPS * this.#step ? width : undefined;
  }
}
