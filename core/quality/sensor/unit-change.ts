import { RobustLevel } from '../../anomaly/robust-level.ts';
import { QUALITY } from '../../sample/sample.ts';
import { packNumbers, type NumberSnapshot } from '../qartod/number-snapshot.ts';
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
  /** Only a jump of more than so many robust standard deviations is looked at. Default 8. */
  jump?: number;
  /** So many readings in a row have to fit the other unit. Default 3. */
  confirm?: number;
  /** How many readings the level is learned from. Default 200. */
  memory?: number;
  /** After so many readings in the other unit it is the unit of the metric. Default 1000. */
  adopt?: number;
}

interface Checked {
  /** Which of `CONVERSIONS` are looked for. */
  conversions: readonly number[];
  jump: number;
  confirm: number;
  memory: number;
  adopt: number;
}

const NAME = 'unit_change_test';
const WARM_UP = 30;
/** How far a reading may be from what the conversion makes of the level: this many spreads, or this part of it, but never more than this part of the jump. */
const FIT_SPREADS = 4;
const FIT_RELATIVE = 0.01;
const FIT_OF_JUMP = 0.1;
/** Of a series that stands still the spread is reckoned as this part of its level. */
const STILL = 0.001;
const NONE = -1;

const check = checkedOnce(({ unit, jump, confirm, memory, adopt }: UnitChangeOptions): Checked => {
  const quantity = quantityOf(unit);
  const fits = (conversion: Conversion): boolean => quantity === undefined || conversion.quantity === undefined || conversion.quantity === quantity;
  return {
    conversions: CONVERSIONS.flatMap((conversion, index) => (fits(conversion) ? [index] : [])),
    jump: numberWithin('jump', jump, 8, 3, 1e6),
    confirm: countWithin('confirm', confirm, 3, 1, 1000),
    memory: countWithin('memory', memory, 200, WARM_UP, 100_000),
    adopt: countWithin('adopt', adopt, 1000, 10, 1_000_000),
  };
});

const DEFAULTS: UnitChangeOptions = {};

/**
 * Finds a jump of the level that another unit explains: 21 becomes 69.8 when a sensor sends Fahrenheit. The jump must come in one
 * reading, and the next ones must fit too; from then on readings are suspect for as long as they fit. The level is followed meanwhile,
 * through the conversion. Level and spread are `RobustLevel`'s.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createUnitChangeTest(options: UnitChangeOptions = DEFAULTS): SensorTest {
  return new UnitChangeTest(check(options));
}

class UnitChangeTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  readonly #level = new RobustLevel();
  /** Whether the reading before was at the level: 1 or 0. */
  #settled = 0;
  /** Index of the conversion that readings fit now, and how many in a row did; `NONE` and 0: they are as they were. */
  #other = NONE;
  #fitting = 0;
  #last = 0;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    this.#last = reading;
    const known = this.#level.count >= WARM_UP;
    const conversion = CONVERSIONS[this.#other];
    if (conversion && this.#fits(conversion, reading)) return this.#follow(conversion, reading);
    this.#other = NONE;
    this.#fitting = 0;
    if (known && Math.abs(reading - this.#level.mean) > this.#checked.jump * this.#spread()) {
      if (this.#settled === 1) this.#other = this.#explanation(reading);
      this.#settled = 0;
      if (this.#other !== NONE) {
        this.#fitting = 1;
        return this.#flag();
      }
    } else this.#settled = 1;
    this.#learn(reading);
    return known ? QUALITY.good : QUALITY.unknown;
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    const conversion = CONVERSIONS[this.#other];
    if (!conversion || this.#fitting < this.#checked.confirm) return undefined;
    return `The readings jumped from about ${spelled(this.#level.mean)} to ${spelled(this.#last)}, as if ${conversion.words}. Look at the unit that the device sends.`;
  }

  snapshot(): NumberSnapshot {
    const { count, mean, variance } = this.#level;
    return packNumbers([count, mean, variance, this.#settled, this.#other, this.#fitting]);
  }

  restore(snapshot: unknown): void {
    const [count = 0, mean = 0, variance = 0, settled = 0, other = NONE, fitting = 0] = readNumbers(snapshot, NAME, 6);
    checkCounts(NAME, count, settled, other - NONE, fitting);
    if (variance < 0 || other >= CONVERSIONS.length) throw new QualitySnapshotError(NAME);
    this.#level.count = count;
    this.#level.mean = mean;
    this.#level.variance = variance;
    this.#settled = settled;
    this.#other = other;
    this.#fitting = fitting;
  }

  #spread(): number {
    return Math.max(Math.sqrt(this.#level.variance), STILL * Math.abs(this.#level.mean), Number.MIN_VALUE);
  }

  #learn(reading: number): void {
    const { memory } = this.#checked;
    this.#level.learn(reading, this.#spread(), 2 / (memory + 1), memory);
  }

  #flag(): Flag {
    return this.#fitting >= this.#checked.confirm ? QUALITY.suspect : QUALITY.good;
  }

  #follow({ factor, offset }: Conversion, reading: number): Flag {
    this.#fitting += 1;
    if (this.#fitting >= this.#checked.confirm) this.#learn((reading - offset) / factor);
    const flag = this.#flag();
    if (this.#fitting < this.#checked.adopt) return flag;
    this.#level.mean = this.#level.mean * factor + offset;
    this.#level.variance *= factor * factor;
    this.#other = NONE;
    this.#fitting = 0;
    this.#settled = 1;
    return flag;
  }

  #fits({ factor, offset }: Conversion, reading: number): boolean {
    const expected = factor * this.#level.mean + offset;
    return Math.abs(reading - expected) <= this.#tolerance(factor, expected);
  }

  #tolerance(factor: number, expected: number): number {
    const near = Math.max(FIT_SPREADS * this.#spread() * factor, FIT_RELATIVE * Math.abs(expected));
    return Math.min(near, FIT_OF_JUMP * Math.abs(expected - this.#level.mean));
  }

  /** The conversion that explains the reading best, or `NONE`. */
  #explanation(reading: number): number {
    let best = NONE;
    let least = Infinity;
    for (const index of this.#checked.conversions) {
      const conversion = CONVERSIONS[index];
      if (!conversion) continue;
      const expected = conversion.factor * this.#level.mean + conversion.offset;
      const distance = Math.abs(reading - expected) / this.#tolerance(conversion.factor, expected);
      if (distance > 1 || distance >= least) continue;
      best = index;
      least = distance;
    }
    return best;
  }
}
