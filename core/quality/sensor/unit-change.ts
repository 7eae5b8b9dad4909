import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { Flag } from '../quality-test.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import { CONVERSIONS } from './conversion.ts';
import type { Conversion } from './conversion.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, countWithin, numberWithin, spelled } from './options.ts';
import { quantityOf } from './quantity.ts';
import type { SensorTest } from './sensor-test.ts';

export interface UnitChangeOptions {
  /** The unit of the metric, as UCUM spells it: only what such a unit can become is looked for. Without it, everything. */
  unit?: string;
  /** Only a jump of more than so many usual steps is looked at. Default 10. */
  jump?: number;
  /** So many readings in a row have to fit the other unit. Default 3. */
  confirm?: number;
  /** How many readings the range that has been seen is kept over, about. Default 4000. */
  memory?: number;
  /** After so many readings in the other unit it is the unit of the metric. Default 1000. */
  adopt?: number;
}

interface Checked {
  conversions: readonly Conversion[];
  jump: number;
  confirm: number;
  memory: number;
  adopt: number;
}

const NAME = 'unit_change_test';
/** So many readings are learned before a jump is judged. */
const WARM_UP = 100;
/** How far a reading may be from what the conversion makes of the one before: this many usual steps and this part of it, but never more than this part of the jump. */
const FIT_STEPS = 6;
const FIT_RELATIVE = 0.003;
const FIT_OF_JUMP = 0.05;
/** The usual step is learned over about twice as many readings. */
const LEAST_WEIGHT = 1 / 64;
/** A step counts at most as so many usual ones when it is learned. */
const CUT = 10;
/** A machine that is switched on goes where it was before: only what lies beyond the range that was seen by this part of it is another unit. */
const BEYOND = 0.5;
const NONE = -1;

const check = checkedOnce(({ unit, jump, confirm, memory, adopt }: UnitChangeOptions): Checked => {
  const quantity = quantityOf(unit);
  const isOfQuantity = (conversion: Conversion): boolean => quantity === undefined || conversion.quantity === undefined || conversion.quantity === quantity;
  return {
    conversions: CONVERSIONS.filter(isOfQuantity),
    jump: numberWithin('jump', jump, 10, 3, 1e6),
    confirm: countWithin('confirm', confirm, 3, 1, 1000),
    memory: countWithin('memory', memory, 4000, WARM_UP, 1_000_000),
    adopt: countWithin('adopt', adopt, 1000, 10, 1_000_000),
  };
});

const DEFAULTS: UnitChangeOptions = {};

/**
 * Finds a jump that another unit explains: 21 becomes 69.8 when a sensor sends Fahrenheit. It must come between two readings, lead out of the
 * range that has been seen, and the next readings must fit too; from then on they are suspect for as long as they do. Meanwhile readings are
 * followed through the conversion, so that the level may move.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createUnitChangeTest(options: UnitChangeOptions = DEFAULTS): SensorTest {
  return new UnitChangeTest(check(options));
}

class UnitChangeTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #count = 0;
  /** The last reading in the unit of before. */
  #last = 0;
  /** The mean of the steps between readings, robust. */
  #step = 0;
  #low = 0;
  #high = 0;
  /** Which conversion readings fit now, and how many in a row did; `NONE` and 0: they are as they were. */
  #other = NONE;
  #fitting = 0;

  constructor(checked: Checked) {
    super();
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    const known = this.#count >= WARM_UP;
    const conversion = this.#conversion();
    if (conversion && fits(conversion, reading, this.#last, this.#step)) return this.#follow(conversion, reading);
    this.#other = known && this.#isOutside(reading) ? this.#explanation(reading) : NONE;
    this.#fitting = 0;
    const explained = this.#conversion();
    if (explained) return this.#follow(explained, reading);
    this.#learn(reading);
    return known ? QUALITY.good : QUALITY.unknown;
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    const conversion = this.#conversion();
    if (!conversion || this.#fitting < this.#checked.confirm) return undefined;
    const now = conversion.factor * this.#last + conversion.offset;
    return `The reading is ${spelled(now)} where about ${spelled(this.#last)} was to be expected, as if ${conversion.words}. Look at the unit that the device sends.`;
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Flag {
    this.takeUp(memory, at);
    const flag = this.update(ts, value);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#count;
    memory[at + 1] = this.#last;
    memory[at + 2] = this.#step;
    memory[at + 3] = this.#low;
    memory[at + 4] = this.#high;
    memory[at + 5] = this.#other;
    memory[at + 6] = this.#fitting;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#count = memory[at] ?? 0;
    this.#last = memory[at + 1] ?? 0;
    this.#step = memory[at + 2] ?? 0;
    this.#low = memory[at + 3] ?? 0;
    this.#high = memory[at + 4] ?? 0;
    this.#other = memory[at + 5] ?? NONE;
    this.#fitting = memory[at + 6] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 7);
    const [count = 0, , , , , other = NONE, fitting = 0] = numbers;
    checkCounts(NAME, count, other - NONE, fitting);
    if (other >= this.#checked.conversions.length) throw new QualitySnapshotError(NAME);
    this.takeUp(numbers, 0);
  }

  #conversion(): Conversion | undefined {
    return this.#other === NONE ? undefined : this.#checked.conversions[this.#other];
  }

  #isOutside(reading: number): boolean {
    const beyond = BEYOND * (this.#high - this.#low);
    return (reading < this.#low - beyond || reading > this.#high + beyond) && Math.abs(reading - this.#last) > this.#checked.jump * this.#step;
  }

  #learn(reading: number): void {
    const { memory } = this.#checked;
    if (this.#count === 0) {
      this.#low = reading;
      this.#high = reading;
    } else {
      const step = Math.abs(reading - this.#last);
      const cut = this.#count < WARM_UP || this.#step === 0 ? step : Math.min(step, CUT * this.#step);
      this.#step += (cut - this.#step) * Math.max(1 / this.#count, LEAST_WEIGHT);
      this.#low = Math.min(reading, this.#low + (reading - this.#low) / memory);
      this.#high = Math.max(reading, this.#high + (reading - this.#high) / memory);
    }
    this.#last = reading;
    if (this.#count < WARM_UP) this.#count += 1;
  }

  #follow({ factor, offset }: Conversion, reading: number): Flag {
    this.#fitting += 1;
    this.#learn((reading - offset) / factor);
    const flag = this.#fitting >= this.#checked.confirm ? QUALITY.suspect : QUALITY.good;
    if (this.#fitting < this.#checked.adopt) return flag;
    this.#last = reading;
    this.#step *= factor;
    this.#low = this.#low * factor + offset;
    this.#high = this.#high * factor + offset;
    this.#other = NONE;
    this.#fitting = 0;
    return flag;
  }

  /** Which conversion explains the reading best, or `NONE`. */
  #explanation(reading: number): number {
    let best = NONE;
    let least = Infinity;
    this.#checked.conversions.forEach((conversion, index) => {
      const distance = distanceFrom(conversion, reading, this.#last);
      if (distance >= least || !fits(conversion, reading, this.#last, this.#step)) return;
      best = index;
      least = distance;
    });
    return best;
  }
}

/** How far a reading is from what the conversion makes of another one, in the unit of that one. */
function distanceFrom({ factor, offset }: Conversion, reading: number, last: number): number {
  return Math.abs((reading - offset) / factor - last);
}

function fits(conversion: Conversion, reading: number, last: number, step: number): boolean {
  const { factor, offset } = conversion;
  const jump = Math.abs(factor * last + offset - last) / factor;
  const tolerance = FIT_STEPS * step + FIT_RELATIVE * Math.abs(last);
  return distanceFrom(conversion, reading, last) <= Math.min(tolerance, FIT_OF_JUMP * jump);
}
