import { QUALITY } from '../../sample/sample.ts';
import { packNumbers, type NumberSnapshot } from '../qartod/number-snapshot.ts';
import type { Flag } from '../quality-test.ts';
import { commonStep } from './common-step.ts';
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
/** Where readings move by more steps than this at a time, the values are taken for continuous. */
const FINE = 100;
/** Beside continuous values a step is found where readings move by fewer than this at a time: what is near `FINE` is now one, now the other. */
const COARSE = 25;
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
 * step of a window is the greatest common one of all its changes (see `commonStep`); by chance alone, changes of a finer series are all
 * even in one of 2^24 windows.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createQuantizationTest(options: QuantizationOptions = DEFAULTS): SensorTest {
  return new QuantizationTest(check(options));
}

class QuantizationTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #seen = 0;
  #last = 0;
  /** Of the window under way: changes so far, their common step, and their sum. */
  #changes = 0;
  #common = 0;
  #sum = 0;
  /** Windows judged so far, up to 1. */
  #known = 0;
  /** The usual step; 0: continuous. */
  #usual = 0;
  /** The coarser step of now; 0: it is as usual. */
  #coarser = 0;
  /** Windows in a row that were coarser (above 0) or finer (below 0) than usual. */
  #row = 0;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    if (this.#seen === 1 && reading !== this.#last) this.#change(Math.abs(reading - this.#last));
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

  snapshot(): NumberSnapshot {
    return packNumbers([this.#seen, this.#last, this.#changes, this.#common, this.#sum, this.#known, this.#usual, this.#coarser, this.#row]);
  }

  restore(snapshot: unknown): void {
    const [seen = 0, last = 0, changes = 0, common = 0, sum = 0, known = 0, usual = 0, coarser = 0, row = 0] = readNumbers(snapshot, NAME, 9);
    checkCounts(NAME, seen, changes, known, Math.abs(row));
    this.#seen = seen;
    this.#last = last;
    this.#changes = changes;
    this.#common = common;
    this.#sum = sum;
    this.#known = known;
    this.#usual = usual;
    this.#coarser = coarser;
    this.#row = row;
  }

  #change(size: number): void {
    this.#common = this.#changes === 0 ? size : commonStep(this.#common, size);
    this.#sum += size;
    this.#changes += 1;
    // One change that does not fit shows that the sensor is fine again.
    if (this.#coarser > 0 && this.#common < this.#coarser / this.#checked.suspectFactor) this.#coarser = 0;
    if (this.#changes < this.#checked.window) return;
    const most = this.#known === 1 && this.#usual === 0 ? COARSE : FINE;
    this.#judge(this.#sum > most * this.#changes * this.#common ? 0 : this.#common);
    this.#changes = 0;
    this.#sum = 0;
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
