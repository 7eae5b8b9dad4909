import { reckoned } from '../sensor/kept-numbers.ts';
import { QuantileSketch } from './quantile-sketch.ts';
import { ValueSketch } from './value-sketch.ts';

/** How much readings vary is learned over windows of so many. */
export const WINDOW = 32;
/** So many different values are told apart from a few that repeat. */
export const MANY_VALUES = 20;

/** Times are in milliseconds: what is closer together changed in one. */
const LEAST_SECONDS = 0.001;
/** ECMA-262, section 21.4.1.1: a time that a Date can hold. */
const LATEST = 8.64e15;

/** Readings of one series, the oldest first; NaN where a value is missing. Times in milliseconds. */
export interface ReadingSlice {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** What a series of readings looks like: distributions, in bounded memory. Readings that are not later than the one before are counted and left out. */
export class SeriesLearner {
  readings = 0;
  missing = 0;
  outOfOrder = 0;
  from = Number.NaN;
  to = Number.NaN;
  readonly values = new ValueSketch();
  /** Seconds between readings. */
  readonly intervals = new QuantileSketch();
  /** How far readings stand out from the middle of their neighbours. */
  readonly spikes = new QuantileSketch();
  /** Changes per second, without their sign. */
  readonly rates = new QuantileSketch();
  /** Standard deviations of windows. */
  readonly deviations = new QuantileSketch();
  /** Seconds for which the value did not change, the longest and the next one. */
  longestStill = 0;
  nextStill = 0;
  /** Readings that rose and that fell. */
  rises = 0;
  falls = 0;
  /** The different values, up to `MANY_VALUES`. */
  readonly different = new Set<number>();
  #last = Number.NaN;
  #before = Number.NaN;
  #stillSince = Number.NaN;
  #inWindow = 0;
  #mean = 0;
  #squares = 0;

  add(ts: number, value: number): void {
    this.readings += 1;
    if (!(ts > this.to) && !Number.isNaN(this.to)) {
      this.outOfOrder += 1;
      return;
    }
    if (!(Math.abs(ts) <= LATEST)) return;
    if (Number.isNaN(this.from)) this.from = ts;
    const seconds = (ts - this.to) / 1000;
    if (seconds > 0) this.intervals.add(seconds);
    if (Number.isFinite(value)) this.#learn(ts, reckoned(value), Math.max(LEAST_SECONDS, seconds));
    else {
      this.missing += 1;
      this.#before = Number.NaN;
      this.#last = Number.NaN;
      this.#endStill();
    }
    this.to = ts;
  }

  /** To be called after the last reading. */
  end(): void {
    this.#endStill();
  }

  #learn(ts: number, value: number, seconds: number): void {
    this.values.add(value);
    if (this.different.size < MANY_VALUES) this.different.add(value);
    if (!Number.isNaN(this.#last)) {
      this.rates.add(Math.abs(value - this.#last) / seconds);
      if (value > this.#last) this.rises += 1;
      if (value < this.#last) this.falls += 1;
      if (!Number.isNaN(this.#before)) this.spikes.add(Math.abs(this.#last - (this.#before + value) / 2));
    }
    if (value !== this.#last) {
      this.#endStill();
      this.#stillSince = ts;
    }
    this.#vary(value);
    this.#before = this.#last;
    this.#last = value;
  }

  /** The time of the last reading still stands for the one before this. */
  #endStill(): void {
    const still = Number.isNaN(this.#stillSince) ? 0 : (this.to - this.#stillSince) / 1000;
    this.#stillSince = Number.NaN;
    if (still > this.longestStill) {
      this.nextStill = this.longestStill;
      this.longestStill = still;
    } else if (still > this.nextStill) this.nextStill = still;
  }

  /** Welford's recursion (Technometrics 4(3), 1962) over windows that follow each other. */
  #vary(value: number): void {
    this.#inWindow += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#inWindow;
    this.#squares += distance * (value - this.#mean);
    if (this.#inWindow < WINDOW) return;
    this.deviations.add(Math.sqrt(this.#squares / WINDOW));
    this.#inWindow = 0;
    this.#mean = 0;
    this.#squares = 0;
  }
}
