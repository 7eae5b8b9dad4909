import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import { packNumbers, type NumberSnapshot } from '../qartod/number-snapshot.ts';
import type { Flag } from '../quality-test.ts';
import { checkCounts, readNumbers, reckoned } from './kept-numbers.ts';
import { checkedOnce, countWithin, numberWithin, spelled } from './options.ts';
import type { SensorTest } from './sensor-test.ts';

export interface NoiseLevelOptions {
  /** Noise this many times its long-term level is suspect. Default 4. */
  suspectFactor?: number;
  /** Noise this many times its long-term level is bad. Default 8. */
  failFactor?: number;
  /** Noise this many times below its long-term level is suspect. Default 20. */
  quietFactor?: number;
  /** How many readings the noise of now is taken over. Default 32. */
  window?: number;
  /** How many readings its long-term level is taken over. Default 2000. */
  memory?: number;
}

interface Checked {
  suspectFactor: number;
  failFactor: number;
  quietFactor: number;
  window: number;
  memory: number;
}

const NAME = 'noise_level_test';
/** Before so many windows the long-term level is not known. */
const WARM_UP_WINDOWS = 4;
/** One wild reading counts at most this many times what is bad in the noise of now: it takes several to call a sensor noisy. */
const CUT_NOW = 2;
/** The mean of |x| for normal x, over its standard deviation: sqrt(2/pi); the second difference of white noise is sqrt(6) times as wide. */
const MEAN_OF_SECOND_DIFFERENCE = Math.sqrt(2 / Math.PI) * Math.sqrt(6);

const check = checkedOnce((options: NoiseLevelOptions): Checked => {
  const suspectFactor = numberWithin('suspectFactor', options.suspectFactor, 4, 1.1, 1e6);
  const failFactor = numberWithin('failFactor', options.failFactor, Math.max(8, suspectFactor), 1.1, 1e6);
  if (failFactor < suspectFactor) {
    throw new ConfigError('failFactor', `The failFactor ${failFactor} of the ${NAME} is below its suspectFactor ${suspectFactor}: give one that is not.`);
  }
  const window = countWithin('window', options.window, 32, 8, 10_000);
  return {
    suspectFactor, failFactor, window,
    quietFactor: numberWithin('quietFactor', options.quietFactor, 20, 1.1, 1e6),
    memory: countWithin('memory', options.memory, Math.max(2000, window * 4), window * 4, 1_000_000),
  };
});

const DEFAULTS: NoiseLevelOptions = {};

/**
 * Finds a sensor whose noise changes: more by a loose wire or interference, less by a probe that hangs in the air or a filter that was
 * switched on. Noise is the mean of the absolute second differences x[n] - 2 x[n-1] + x[n-2], which a level and a trend do not
 * reach (the second order of the von Neumann difference estimators of variance; Gasser, Sroka and Jennen-Steinmetz, Biometrika
 * 73(3), 1986), cut so that single spikes do not count for noise. A lasting change becomes what is usual after about `memory` readings.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createNoiseLevelTest(options: NoiseLevelOptions = DEFAULTS): SensorTest {
  return new NoiseLevelTest(check(options));
}

class NoiseLevelTest implements SensorTest {
  readonly delay = 0;
  readonly #checked: Checked;
  #count = 0;
  #last = 0;
  #before = 0;
  #now = 0;
  #usual = 0;
  /** The smallest step between two readings: what is less than it is no noise that can be seen. 0: none yet. */
  #step = 0;
  #flag: Flag = 0;

  constructor(checked: Checked) {
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
    const now = spelled(this.#now / MEAN_OF_SECOND_DIFFERENCE);
    const usual = spelled(this.#usual / MEAN_OF_SECOND_DIFFERENCE);
    if (this.#now < this.#usual) return `The noise fell from ${usual} to ${now}: look whether the sensor still measures what it should.`;
    return `The noise rose from ${usual} to ${now}: look for a loose wire, interference or a sensor that fails.`;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([this.#count, this.#last, this.#before, this.#now, this.#usual, this.#step]);
  }

  restore(snapshot: unknown): void {
    const [count = 0, last = 0, before = 0, now = 0, usual = 0, step = 0] = readNumbers(snapshot, NAME, 6);
    checkCounts(NAME, count);
    this.#count = count;
    this.#last = last;
    this.#before = before;
    this.#now = now;
    this.#usual = usual;
    this.#step = step;
    this.#flag = 0;
  }

  #judge(): Flag {
    const { window, suspectFactor, failFactor, quietFactor } = this.#checked;
    if (this.#count < WARM_UP_WINDOWS * window) return QUALITY.unknown;
    const usual = Math.max(this.#usual, this.#step);
    if (this.#now >= failFactor * usual && usual > 0) return QUALITY.bad;
    if (this.#now >= suspectFactor * usual && usual > 0) return QUALITY.suspect;
    // A series without a change at all is the flat line test's to judge.
    const quiet = this.#now > 0 && this.#usual > quietFactor * Math.max(this.#now, this.#step);
    return quiet ? QUALITY.suspect : QUALITY.good;
  }

  #learn(reading: number): void {
    const { window, memory, suspectFactor, failFactor } = this.#checked;
    if (this.#count >= 1) {
      const step = Math.abs(reading - this.#last);
      if (step > 0 && (this.#step === 0 || step < this.#step)) this.#step = step;
    }
    if (this.#count >= 2) {
      const noise = Math.abs(reading - 2 * this.#last + this.#before);
      const known = this.#count - 1;
      const level = Math.max(this.#usual, this.#step);
      const warm = known >= window;
      this.#now += ((warm ? Math.min(noise, CUT_NOW * failFactor * level) : noise) - this.#now) / Math.min(known, window);
      this.#usual += ((warm ? Math.min(noise, suspectFactor * level) : noise) - this.#usual) / Math.min(known, memory);
    }
    this.#before = this.#last;
    this.#last = reading;
    if (this.#count < memory + 2) this.#count += 1;
  }
}
