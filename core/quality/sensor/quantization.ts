import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { Flag } from '../quality-test.ts';
import { commonDivisor, CONTINUOUS, decimalsOn, shiftOf } from './decimal-grid.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, countWithin, numberWithin, spelled } from './options.ts';
import type { SensorTest } from './sensor-test.ts';

export interface QuantizationOptions {
  /** A step this many times the usual one is suspect. Default 1.9: a sensor that lost a bit. */
  suspectFactor?: number;
  /** How many changes of the value in a row tell the step. Default 24. */
  window?: number;
  /** After so many windows in a row the changed step is the usual one. Default 50. */
  adopt?: number;
}

interface Checked {
  suspectFactor: number;
  window: number;
  adopt: number;
}

const NAME = 'quantization_test';
/** Beside continuous values a step is found where readings move by fewer than this at a time: more, and a computation may have come out even. */
const COARSE = 1000;
/** So many windows in a row must be finer before the finer step is the usual one: a single wild reading has decimals of its own. */
const FINER_WINDOWS = 2;

const check = checkedOnce(({ suspectFactor, window, adopt }: QuantizationOptions): Checked => ({
  suspectFactor: numberWithin('suspectFactor', suspectFactor, 1.9, 1.1, 1e9),
  window: countWithin('window', window, 24, 8, 10_000),
  adopt: countWithin('adopt', adopt, 50, 1, 1_000_000),
}));

const DEFAULTS: QuantizationOptions = {};

/**
 * Finds a sensor whose values come in coarser steps than before: a 12 bit probe that fell back to 9 bits, a gateway that rounds. The
 * step of a window is the greatest common divisor of its changes, in units of the last decimal; by chance alone, all changes of a
 * finer series are even in one of 2^24 windows.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createQuantizationTest(options: QuantizationOptions = DEFAULTS): SensorTest {
  return new QuantizationTest(check(options));
}

class QuantizationTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #seen = 0;
  #last = 0;
  /** Of the window under way: the decimals of its values, its changes, their greatest common divisor and their sum in units of the last decimal. */
  #decimals = 0;
  #changes = 0;
  #common = 0;
  #sum = 0;
  /** Whether a window was judged: 1 or 0. */
  #known = 0;
  /** The usual step; 0: continuous. */
  #usual = 0;
  /** The coarser step of now; 0: it is as usual. */
  #coarser = 0;
  /** Windows in a row that were coarser (above 0) or finer (below 0) than usual. */
  #row = 0;

  constructor(checked: Checked) {
    super();
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    if (this.#seen === 1 && reading !== this.#last) this.#change(reading);
    this.#seen = 1;
    this.#last = reading;
    if (this.#known === 0) return QUALITY.unknown;
    return this.#coarser > 0 ? QUALITY.suspect : QUALITY.good;
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    if (this.#coarser === 0) return undefined;
    const usual = this.#usual === 0 ? 'without steps' : `in steps of ${spelled(this.#usual)}`;
    return `The values come in steps of ${spelled(this.#coarser)}; they used to come ${usual}. Look at the resolution that the sensor is set to.`;
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
    memory[at + 2] = this.#decimals;
    memory[at + 3] = this.#changes;
    memory[at + 4] = this.#common;
    memory[at + 5] = this.#sum;
    memory[at + 6] = this.#known;
    memory[at + 7] = this.#usual;
    memory[at + 8] = this.#coarser;
    memory[at + 9] = this.#row;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#seen = memory[at] ?? 0;
    this.#last = memory[at + 1] ?? 0;
    this.#decimals = memory[at + 2] ?? 0;
    this.#changes = memory[at + 3] ?? 0;
    this.#common = memory[at + 4] ?? 0;
    this.#sum = memory[at + 5] ?? 0;
    this.#known = memory[at + 6] ?? 0;
    this.#usual = memory[at + 7] ?? 0;
    this.#coarser = memory[at + 8] ?? 0;
    this.#row = memory[at + 9] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 10);
    const [seen = 0, , decimals = 0, changes = 0, common = 0, sum = 0, known = 0, , , row = 0] = numbers;
    checkCounts(NAME, seen, decimals, changes, common, sum, known, Math.abs(row));
    if (decimals > CONTINUOUS) throw new QualitySnapshotError(NAME);
    this.takeUp(numbers, 0);
  }

  #change(reading: number): void {
    const before = this.#decimals;
    if (before < CONTINUOUS) this.#decimals = this.#decimalsOf(reading, this.#changes === 0 ? decimalsOn(this.#last, 0) : before);
    if (this.#decimals < CONTINUOUS) this.#measure(reading, this.#changes === 0 ? this.#decimals : before);
    this.#changes += 1;
    // One change that does not fit shows that the sensor is fine again.
    if (this.#coarser > 0 && this.#step() < this.#coarser / this.#checked.suspectFactor) this.#coarser = 0;
    if (this.#changes < this.#checked.window) return;
    this.#judge(this.#step());
    this.#decimals = 0;
    this.#changes = 0;
    this.#common = 0;
    this.#sum = 0;
  }

  /** Beyond 2^53 units whole numbers are not exact, and a value is continuous for all that can be told. */
  #decimalsOf(reading: number, known: number): number {
    const decimals = decimalsOn(reading, known);
    const largest = Math.max(Math.abs(reading), Math.abs(this.#last)) * shiftOf(decimals);
    return largest * this.#checked.window < Number.MAX_SAFE_INTEGER ? decimals : CONTINUOUS;
  }

  /** @param before the decimals that the window was measured in so far. */
  #measure(reading: number, before: number): void {
    if (this.#decimals > before) {
      const finer = shiftOf(this.#decimals - before);
      this.#common *= finer;
      this.#sum *= finer;
    }
    const unit = shiftOf(this.#decimals);
    const size = Math.abs(Math.round(reading * unit) - Math.round(this.#last * unit));
    this.#common = commonDivisor(size, this.#common);
    this.#sum += size;
  }

  /** Of the window under way; 0: continuous. */
  #step(): number {
    if (this.#decimals >= CONTINUOUS) return 0;
    const isChance = this.#known === 1 && this.#usual === 0 && this.#sum > COARSE * this.#changes * this.#common;
    return isChance ? 0 : this.#common / shiftOf(this.#decimals);
  }

  /** @param step that of a whole window; 0: continuous. */
  #judge(step: number): void {
    if (this.#known === 0) {
      this.#known = 1;
      this.#usual = step;
      return;
    }
    const factor = this.#checked.suspectFactor;
    const coarser = step > 0 && step >= factor * this.#usual;
    const finer = this.#usual > 0 && step <= this.#usual / factor;
    this.#coarser = coarser ? step : 0;
    if (coarser) this.#row = Math.max(0, this.#row) + 1;
    else if (finer) this.#row = Math.min(0, this.#row) - 1;
    else this.#row = 0;
    if (this.#row < this.#checked.adopt && this.#row > -FINER_WINDOWS) return;
    this.#usual = step;
    this.#coarser = 0;
    this.#row = 0;
  }
}
