import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import type { Flag } from '../quality-test.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, countWithin, numberWithin, spelled } from './options.ts';
import type { SensorTest } from './sensor-test.ts';

export interface NoiseLevelOptions {
  /** Noise this many times its long-term level is suspect. Default 4. */
  suspectFactor?: number;
  /** Noise this many times its long-term level is bad. Default 20. */
  failFactor?: number;
  /** Noise this many times below its long-term level is suspect. Default 20. */
  quietFactor?: number;
  /** How many readings the noise of now is taken over. Default 32. */
  window?: number;
  /** How many readings its long-term level is taken over. Default 2000. */
  memory?: number;
}

/** The factors as logarithms. */
interface Checked {
  up: number;
  far: number;
  down: number;
  window: number;
  memory: number;
}

const NAME = 'noise_level_test';
/** Where noise comes and goes by itself, as in the speed of a van in town, it must differ by so many of its usual deviations over a window. */
const DEVIATIONS = 6;
/** Before so many windows the long-term level is not known. */
const WARM_UP_WINDOWS = 4;
/** A second difference below this part of the values is rounding, and one of 0 says nothing of noise: the sensor stands still, or rounds it away. */
const DUST = 1e-9;
/** The mean of ln |x| for standard normal x, -(gamma + ln 2) / 2; the second difference of white noise is sqrt(6) times as wide. */
const MEAN_OF_LOGARITHM = -0.635181 + Math.log(6) / 2;

const check = checkedOnce((options: NoiseLevelOptions): Checked => {
  const suspectFactor = numberWithin('suspectFactor', options.suspectFactor, 4, 1.1, 1e6);
  const failFactor = numberWithin('failFactor', options.failFactor, Math.max(20, suspectFactor), 1.1, 1e6);
  if (failFactor < suspectFactor) {
    throw new ConfigError('failFactor', `The failFactor ${failFactor} of the ${NAME} is below its suspectFactor ${suspectFactor}: give one that is not.`);
  }
  const window = countWithin('window', options.window, 32, 8, 10_000);
  return {
    window,
    up: Math.log(suspectFactor),
    far: Math.log(failFactor),
    down: -Math.log(numberWithin('quietFactor', options.quietFactor, 20, 1.1, 1e6)),
    memory: countWithin('memory', options.memory, Math.max(2000, window * 4), window * 4, 1_000_000),
  };
});

const DEFAULTS: NoiseLevelOptions = {};

/**
 * Finds a sensor whose noise changes: more by a loose wire or interference, less by a probe that hangs in the air or a filter that was
 * switched on. Noise is measured by the second differences x[n] - 2 x[n-1] + x[n-2], which a level and a trend do not reach (difference
 * estimators of variance; Gasser, Sroka and Jennen-Steinmetz, Biometrika 73(3), 1986), and by the mean of their logarithms, so that single
 * spikes and steps count for little. A lasting change becomes what is usual after about `memory` readings.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createNoiseLevelTest(options: NoiseLevelOptions = DEFAULTS): SensorTest {
  return new NoiseLevelTest(check(options));
}

class NoiseLevelTest extends CompactTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #count = 0;
  #last = 0;
  #before = 0;
  /** Second differences that told something of noise, up to `memory`. */
  #told = 0;
  /** The mean of their logarithms, now and in the long term. */
  #now = 0;
  #usual = 0;
  /** Their mean absolute deviation from the latter. */
  #deviation = 0;
  #flag: Flag = 0;

  constructor(checked: Checked) {
    super();
    this.#checked = checked;
  }

  update(_ts: number, value: number): Flag {
    this.#flag = 0;
    if (!Number.isFinite(value)) return QUALITY.missing;
    this.#learn(reckoned(value));
    return this.#flag = this.#judge();
  }

  end(): Flag {
    return 0;
  }

  reason(): string | undefined {
    if (this.#flag !== QUALITY.suspect && this.#flag !== QUALITY.bad) return undefined;
    const now = spelled(Math.exp(this.#now - MEAN_OF_LOGARITHM));
    const usual = spelled(Math.exp(this.#usual - MEAN_OF_LOGARITHM));
    if (this.#now < this.#usual) return `The noise fell from ${usual} to ${now}: look whether the sensor still measures what it should.`;
    return `The noise rose from ${usual} to ${now}: look for a loose wire, interference or a sensor that fails.`;
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
    memory[at + 2] = this.#before;
    memory[at + 3] = this.#told;
    memory[at + 4] = this.#now;
    memory[at + 5] = this.#usual;
    memory[at + 6] = this.#deviation;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#count = memory[at] ?? 0;
    this.#last = memory[at + 1] ?? 0;
    this.#before = memory[at + 2] ?? 0;
    this.#told = memory[at + 3] ?? 0;
    this.#now = memory[at + 4] ?? 0;
    this.#usual = memory[at + 5] ?? 0;
    this.#deviation = memory[at + 6] ?? 0;
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME, 7);
    const [count = 0, , , told = 0] = numbers;
    checkCounts(NAME, count, told);
    this.takeUp(numbers, 0);
    this.#flag = 0;
  }

  #judge(): Flag {
    const { window, up, far, down } = this.#checked;
    if (this.#told < WARM_UP_WINDOWS * window) return QUALITY.unknown;
    const change = this.#now - this.#usual;
    if (Math.abs(change) < (DEVIATIONS * this.#deviation) / Math.sqrt(window)) return QUALITY.good;
    if (change >= far) return QUALITY.bad;
    return change >= up || change <= down ? QUALITY.suspect : QUALITY.good;
  }

  #learn(reading: number): void {
    if (this.#count === 2) {
      const noise = Math.abs(reading - 2 * this.#last + this.#before);
      if (noise > DUST * (Math.abs(reading) + Math.abs(this.#before))) this.#tell(Math.log(noise));
    } else this.#count += 1;
    this.#before = this.#last;
    this.#last = reading;
  }

  #tell(noise: number): void {
    const { window, memory, up } = this.#checked;
    if (this.#told < memory) this.#told += 1;
    this.#now += (noise - this.#now) / Math.min(this.#told, window);
    const cut = this.#told <= window ? noise : Math.min(this.#usual + up, Math.max(this.#usual - up, noise));
    this.#deviation += (Math.abs(noise - this.#usual) - this.#deviation) / this.#told;
    this.#usual += (cut - this.#usual) / this.#told;
  }
}
