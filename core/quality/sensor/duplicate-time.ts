import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { Flag } from '../quality-test.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { spelled } from './options.ts';
import type { SensorTest } from './sensor-test.ts';

const NAME = 'duplicate_time_test';

/**
 * Finds readings that have the time of the reading before: with the same value it came twice, with another one the two contradict
 * each other. Both are suspect. A reading that was delivered again has the id of its sample and does not get here.
 */
export function createDuplicateTimeTest(): SensorTest {
  return new DuplicateTimeTest();
}

class DuplicateTimeTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  /** 0: no reading yet. */
  #seen = 0;
  #ts = 0;
  #value = 0;
  /** The value that the same time had before; undefined: it had none. */
  #other: number | undefined = undefined;

  update(ts: number, value: number): Flag {
    this.#other = undefined;
    if (!Number.isFinite(value)) return QUALITY.missing;
    if (this.#seen === 1 && ts === this.#ts) this.#other = this.#value;
    this.#seen = 1;
    this.#ts = ts;
    this.#value = reckoned(value);
    return this.#other === undefined ? QUALITY.good : QUALITY.suspect;
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    if (this.#other === undefined) return undefined;
    if (this.#other === this.#value) return 'The reading came twice: the one before has the same time and the same value.';
    return `Two readings have the same time: ${spelled(this.#other)}, and now ${spelled(this.#value)}. Let the device send times that are fine enough, or one reading a time.`;
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Flag {
    this.takeUp(memory, at);
    const flag = this.update(ts, value);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#seen;
    memory[at + 1] = this.#ts;
    memory[at + 2] = this.#value;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#seen = memory[at] ?? 0;
    this.#ts = memory[at + 1] ?? 0;
    this.#value = memory[at + 2] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 3);
    const [seen = 0] = numbers;
    checkCounts(NAME, seen);
    this.takeUp(numbers, 0);
    this.#other = undefined;
  }
}
