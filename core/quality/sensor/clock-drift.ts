import { ConfigError } from '../../errors/holdfast-error.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import { graver } from '../aggregate.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { packNumbers, type NumberSnapshot } from '../qartod/number-snapshot.ts';
import { checkCounts, readNumbers } from './kept-numbers.ts';
import { checkedOnce, numberWithin, spelled } from './options.ts';
import type { ClockTest } from './sensor-test.ts';
import { steadySlope } from './steady-slope.ts';

export interface ClockDriftOptions {
  /** A clock error of this many milliseconds is suspect. Default 60,000. */
  suspectThreshold?: number;
  /** A clock error of this many milliseconds is bad. Default 600,000. */
  failThreshold?: number;
  /** A drift of this many parts per million is suspect. Default 500: 43 seconds a day. */
  driftSuspectThreshold?: number;
  /** A drift of this many parts per million is bad. Default 20,000. */
  driftFailThreshold?: number;
  /** The time of which the least lag is taken, in milliseconds: longer than the device keeps samples back before it sends them together. Default 30 minutes. */
  window?: number;
}

/** What is known of the clock of a device. */
export interface ClockEstimate {
  /** By how much it is ahead of ours (negative: behind), in milliseconds. */
  error: number;
  /** How quickly it gains on ours (negative: loses), in parts per million; undefined while it is not known, or keeps no steady pace. */
  drift: number | undefined;
}

export interface ClockDriftTest extends ClockTest {
  /** Undefined until a few samples have come. */
  estimate(): ClockEstimate | undefined;
}

interface Checked {
  suspect: number;
  fail: number;
  driftSuspect: number;
  driftFail: number;
  window: number;
}

const NAME = 'clock_drift_test';
const DAY = 86_400_000;
const LATEST = 8.64e15;
/** A window is over when it has so many samples, too. */
const LEAST_SAMPLES = 8;
/** So many windows are kept, and so many of them show a drift. */
const WINDOWS = 8;
const LEAST_WINDOWS = 4;
/** A drift that came to less than this since the first window kept is the network's doing, in milliseconds. */
const LEAST_DRIFT = 2000;

const check = checkedOnce((options: ClockDriftOptions): Checked => {
  const suspect = numberWithin('suspectThreshold', options.suspectThreshold, 60_000, 1, 365 * DAY);
  const fail = numberWithin('failThreshold', options.failThreshold, Math.max(600_000, suspect), 1, 365 * DAY);
  const driftSuspect = numberWithin('driftSuspectThreshold', options.driftSuspectThreshold, 500, 1, 1e6);
  const driftFail = numberWithin('driftFailThreshold', options.driftFailThreshold, Math.max(20_000, driftSuspect), 1, 1e6);
  if (fail < suspect) throw new ConfigError('failThreshold', `The failThreshold ${fail} of the ${NAME} is below its suspectThreshold ${suspect}: give one that is not.`);
  if (driftFail < driftSuspect) throw new ConfigError('driftFailThreshold', `The driftFailThreshold ${driftFail} of the ${NAME} is below its driftSuspectThreshold ${driftSuspect}: give one that is not.`);
  return { suspect, fail, driftSuspect, driftFail, window: numberWithin('window', options.window, 1_800_000, 60_000, 30 * DAY) };
});

const DEFAULTS: ClockDriftOptions = {};

/**
 * Finds a device whose clock is wrong, by the lag from event time to reception. A lag is clock error and delay together, and the delay
 * is never below 0: the least lags of a window are nearly the clock error alone, and samples that were kept back and sent later do
 * not count (the clock filter of NTP, RFC 5905 section 10, takes the sample of least delay too). The second least is taken, so
 * that one wrong time does not. The drift is the median slope through the last windows (Theil 1950, Sen 1968), where they keep one direction.
 *
 * A sample that is ahead of its reception shows that by itself; a clock that is behind, only when a whole window had no sample in time.
 *
 * @throws ConfigError for options that cannot work.
 */
export function createClockDriftTest(options: ClockDriftOptions = DEFAULTS): ClockDriftTest {
  return new LagTest(check(options));
}

class LagTest implements ClockDriftTest {
  readonly #checked: Checked;
  /** Of the window under way: when it began, its samples, the least lag and the second least. */
  #began = 0;
  #samples = 0;
  #least = 0;
  #second = 0;
  /** Of the windows that are over: the middle of each by reception, and its lag, one after the other; the oldest first. */
  #windows: number[] = [];
  /** Of the lag, by the windows; undefined: unknown or not steady. */
  #slope: number | undefined = undefined;
  #flag: Quality = QUALITY.unknown;
  #lag = 0;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  update(ts: number, received: number): Quality {
    const lag = received - ts;
    if (!(Math.abs(lag) <= LATEST)) return this.#flag = QUALITY.missing;
    this.#lag = lag;
    this.#learn(received, lag);
    return this.#flag = graver(this.#judgeError(lag), this.#judgeDrift());
  }

  estimate(): ClockEstimate | undefined {
    const lag = this.#leastLag();
    if (lag === undefined) return undefined;
    return { error: 0 - lag, drift: this.#slope === undefined ? undefined : 0 - this.#slope * 1e6 };
  }

  reason(): string | undefined {
    if (this.#flag !== QUALITY.suspect && this.#flag !== QUALITY.bad) return undefined;
    const cure = 'Set the clock of the device, or let it fetch the time.';
    if (-this.#lag >= this.#checked.suspect) return `The clock of the device is ${spelled(-this.#lag / 1000)} s ahead. ${cure}`;
    const lag = this.#leastLag() ?? this.#lag;
    if (lag >= this.#checked.suspect) return `The clock of the device is ${spelled(lag / 1000)} s behind, or it sends everything that late. ${cure}`;
    return `The clock of the device drifts by ${spelled(Math.abs(this.#slope ?? 0) * 86_400)} s a day. ${cure}`;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([this.#began, this.#samples, this.#least, this.#second, ...this.#windows]);
  }

  restore(snapshot: unknown): void {
    const numbers = readNumbers(snapshot, NAME);
    const [began = 0, samples = 0, least = 0, second = 0, ...windows] = numbers;
    checkCounts(NAME, samples);
    if (numbers.length < 4 || windows.length > 2 * WINDOWS || windows.length % 2 !== 0) throw new QualitySnapshotError(NAME);
    this.#began = began;
    this.#samples = samples;
    this.#least = least;
    this.#second = second;
    this.#windows = windows;
    this.#slope = this.#slopeOfWindows();
    this.#flag = QUALITY.unknown;
  }

  #judgeError(lag: number): Quality {
    const { suspect, fail } = this.#checked;
    if (-lag >= fail) return QUALITY.bad;
    if (-lag >= suspect) return QUALITY.suspect;
    if (this.#windows.length === 0) return QUALITY.unknown;
    const least = this.#leastLag() ?? 0;
    if (least >= fail) return QUALITY.bad;
    return least >= suspect ? QUALITY.suspect : QUALITY.good;
  }

  #judgeDrift(): Quality {
    if (this.#slope === undefined) return QUALITY.unknown;
    const drift = Math.abs(this.#slope) * 1e6;
    if (drift >= this.#checked.driftFail) return QUALITY.bad;
    return drift >= this.#checked.driftSuspect ? QUALITY.suspect : QUALITY.good;
  }

  /** The lag of the window before, or of the one under way where that is less; undefined with too few samples. */
  #leastLag(): number | undefined {
    const before = this.#windows.at(-1);
    const now = this.#samples < 2 ? undefined : this.#second;
    if (before === undefined || now === undefined) return before ?? now;
    return Math.min(before, now);
  }

  #learn(received: number, lag: number): void {
    // A server's clock that is set back would never end the window.
    if (this.#samples === 0 || received < this.#began) {
      this.#began = received;
      this.#samples = 0;
    }
    if (this.#samples === 0 || lag < this.#least) {
      this.#second = this.#samples === 0 ? lag : this.#least;
      this.#least = lag;
    } else if (this.#samples === 1 || lag < this.#second) this.#second = lag;
    this.#samples += 1;
    if (this.#samples < LEAST_SAMPLES || received - this.#began < this.#checked.window) return;
    this.#windows.push((this.#began + received) / 2, this.#second);
    if (this.#windows.length > 2 * WINDOWS) this.#windows.splice(0, 2);
    this.#slope = this.#slopeOfWindows();
    this.#samples = 0;
  }

  #slopeOfWindows(): number | undefined {
    return steadySlope(this.#windows, LEAST_WINDOWS, LEAST_DRIFT);
  }
}
