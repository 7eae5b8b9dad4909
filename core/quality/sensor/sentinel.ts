import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { Flag } from '../quality-test.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, numberWithin, spelled } from './options.ts';
import { quantityOf } from './quantity.ts';
import type { SensorTest } from './sensor-test.ts';

export interface SentinelOptions {
  /** The values that mean "no reading"; without them those of `GENERAL_SENTINELS`, and of `TEMPERATURE_SENTINELS` unless `unit` is of something else. */
  values?: readonly number[];
  /** The unit of the metric, as UCUM spells it. */
  unit?: string;
  /** A reading this many usual steps or fewer from the one before is believed, whatever it is. Default 10. */
  jump?: number;
}

/**
 * What drivers, converters and registers hold when there is no reading: the limits of 16 and 32 bit integers, whole and with
 * one or two decimals (a probe that is not there, an analog input that is broken), the nines of data loggers, and the fill
 * values of files (float32's largest, NetCDF's default and 1e35).
 */
export const GENERAL_SENTINELS: readonly number[] = [
  -99.9, -999, -999.9, -999.99, -9999, -9999.9, -99_999, -999_999, 9999, 9999.9, 99_999, 999_999,
  65_535, 6553.5, 655.35, 65_534, 32_767, 3276.7, 327.67, -32_768, -3276.8, -327.68, 4_294_967_295, 2_147_483_647, -2_147_483_648,
  3.4028234663852886e38, -3.4028234663852886e38, 9.969209968386869e36, 1e35, -1e35,
];

/** Datasheet of the DS18B20: 85 is its register at power-on; its libraries give -127 (and 196.6 °F below, -196.6) when nothing answers on the wire. */
export const TEMPERATURE_SENTINELS: readonly number[] = [85, 185, -127, -196.6, 127.9375];

const MOST_VALUES = 1000;
/** So many readings are learned before a jump can be told from an ordinary step. */
const WARM_UP = 5;
/** Until then only values are found that no ordinary sensor gives. */
const SURELY_NONE = 300;
/** Nor these: no thermometer that gives them when nothing answers measures anything as cold. */
const TOO_COLD: ReadonlySet<number> = new Set([-127, -196.6]);
/** The usual step is learned over about twice as many readings. */
const LEAST_WEIGHT = 1 / 32;
/** A step counts at most as so many usual ones when it is learned. */
const CUT = 10;
/** A reading within a tenth of the one before is no jump, however still the series was. */
const NEARBY = 0.1;
const NAME = 'sentinel_test';

interface Checked {
  values: ReadonlySet<number>;
  jump: number;
}

const check = checkedOnce(({ values, unit, jump }: SentinelOptions): Checked => {
  if (values && (values.length > MOST_VALUES || !values.every((value) => Number.isFinite(value)))) {
    throw new ConfigError('values', `The values of the ${NAME} are no list of at most ${MOST_VALUES} numbers: give such a one, for example -127, 85, or leave it out.`);
  }
  const quantity = quantityOf(unit);
  const ofTemperature = quantity === undefined || quantity === 'temperature';
  return {
    values: new Set(values ?? (ofTemperature ? [...GENERAL_SENTINELS, ...TEMPERATURE_SENTINELS] : GENERAL_SENTINELS)),
    jump: numberWithin('jump', jump, 10, 1, 1e6),
  };
});

const DEFAULTS: SentinelOptions = {};

/**
 * Finds the values that sensors send when they have nothing to say. Such a value is bad when it is exactly one of the list and
 * does not follow from the reading before: 85 after 84.9 is a reading, 85 after 21 is not. For the first readings, with nothing
 * to compare, a value that a sensor might give is `unknown`.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createSentinelTest(options: SentinelOptions = DEFAULTS): SensorTest {
  return new SentinelTest(check(options));
}

class SentinelTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #count = 0;
  #last = 0;
  /** The mean of the steps between readings, robust. */
  #step = 0;
  #found: number | undefined = undefined;

  constructor(checked: Checked) {
    super();
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    this.#found = undefined;
    if (!Number.isFinite(value)) return QUALITY.missing;
    const reading = reckoned(value);
    // Most readings do: it is not looked up whether they are on the list.
    if (!this.#follows(reading) && this.#checked.values.has(value)) {
      if (this.#count < WARM_UP && Math.abs(value) < SURELY_NONE && !TOO_COLD.has(value)) return QUALITY.unknown;
      this.#found = value;
      return QUALITY.bad;
    }
    this.#learn(reading);
    return QUALITY.good;
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    if (this.#found === undefined) return undefined;
    const before = this.#count === 0 ? '' : `, and does not follow from the ${spelled(this.#last)} before`;
    return `${spelled(this.#found)} is what sensors send when they have no reading${before}. Look at the sensor and its wires.`;
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
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#count = memory[at] ?? 0;
    this.#last = memory[at + 1] ?? 0;
    this.#step = memory[at + 2] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 3);
    const [count = 0] = numbers;
    checkCounts(NAME, count);
    this.takeUp(numbers, 0);
    this.#found = undefined;
  }

  #follows(reading: number): boolean {
    if (this.#count < WARM_UP) return false;
    return Math.abs(reading - this.#last) <= Math.max(this.#checked.jump * this.#step, NEARBY * Math.abs(reading));
  }

  #learn(reading: number): void {
    if (this.#count > 0) {
      const step = Math.abs(reading - this.#last);
      const cut = this.#count < WARM_UP || this.#step === 0 ? step : Math.min(step, CUT * this.#step);
      this.#step += (cut - this.#step) * Math.max(1 / this.#count, LEAST_WEIGHT);
    }
    this.#last = reading;
    if (this.#count < 1 / LEAST_WEIGHT) this.#count += 1;
  }
}
