import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { unpackNumbers } from './number-snapshot.ts';
import { readAmount } from './options.ts';
import { rateOf } from './rate-of-change.ts';
import { requireSameLength, toSeries, toValues, type Series, type Value } from './series.ts';
import { sharedBy } from './shared.ts';

export interface MultiVariateOptions {
  /** A change that is not faster passes, in units of the metric per second. */
  threshold: number;
  /** The other metric has to change at least so fast to account for it, in its units per second. */
  otherThreshold: number;
}

export interface NeighborOptions {
  /** A change that is not faster passes, in units of the metric per second. */
  threshold: number;
  /** The neighbour has to change at least so fast to account for it, in units of the metric per second; default: `threshold`. */
  neighborThreshold?: number;
}

/** One quality test on one metric of one device, which looks at a second value of the same time. */
export interface PairTest {
  /**
   * Takes the next reading.
   *
   * @param ts its event time in milliseconds.
   * @param value NaN when it is missing.
   * @param other of the other metric, or of the neighbour, as it was then; NaN when it is missing.
   * @returns the flag of the reading.
   */
  update(ts: number, value: number, other: number): Quality;
  /** Plain JSON. A test that is given it goes on as this one would have. */
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}

/**
 * `multi_variate_test`: a reading is suspect when it changed faster than its threshold, and another metric of the device did not change with it
 * (IOOS QARTOD manuals, test 9 or 10: |T(n) - T(n-1)| > limit AND |S(n) - S(n-1)| < limit). The changes are those of the rate of change test. When the other metric is
 * missing, now or at the reading before, a change beyond the threshold is not evaluated (2). Nothing is bad. State: 24 bytes.
 *
 * @throws ConfigError when a threshold is missing or cannot be.
 */
export function createMultiVariateTest(options: MultiVariateOptions): PairTest {
  return new ChangeTogetherTest(multiVariateSettings(options));
}

/**
 * `neighbor_test`: a reading is suspect when it changed faster than its threshold, and a neighbour did not change with it: the same metric of another
 * device, or what several of them have in the middle (IOOS QARTOD manuals, test 11 or 13). Else as `createMultiVariateTest`.
 *
 * @throws ConfigError when the threshold is missing, or one cannot be.
 */
export function createNeighborTest(options: NeighborOptions): PairTest {
  return new ChangeTogetherTest(neighborSettings(options));
}

interface Settings {
  readonly name: string;
  readonly threshold: number;
  readonly otherThreshold: number;
}

const FASTEST = 'the fastest change that always passes in units per second';

const multiVariateSettings = sharedBy((options: MultiVariateOptions): Settings => ({
  name: 'multi_variate_test',
  threshold: readAmount('threshold', options.threshold, FASTEST),
  otherThreshold: readAmount('otherThreshold', options.otherThreshold, 'the change of the other metric that accounts for it in its units per second'),
}));

const neighborSettings = sharedBy((options: NeighborOptions): Settings => ({
  name: 'neighbor_test',
  threshold: readAmount('threshold', options.threshold, FASTEST),
  otherThreshold: readAmount('neighborThreshold', options.neighborThreshold ?? options.threshold, 'the change of the neighbour that accounts for it in units per second'),
}));

/** `multi_variate_test` over a whole series; see `createMultiVariateTest`. */
export function multiVariateTest({ times, values, others, ...options }: MultiVariateOptions & Series & { others: ArrayLike<Value> }): Quality[] {
  return runPairTest(createMultiVariateTest(options), { times, values }, 'others', others);
}

/** `neighbor_test` over a whole series; see `createNeighborTest`. */
export function neighborTest({ times, values, neighbors, ...options }: NeighborOptions & Series & { neighbors: ArrayLike<Value> }): Quality[] {
  return runPairTest(createNeighborTest(options), { times, values }, 'neighbors', neighbors);
}

function runPairTest(test: PairTest, given: Series, field: string, others: unknown): Quality[] {
  const series = toSeries(given);
  const second = toValues(others, field);
  requireSameLength(field, second.length, series.values.length);
  return series.values.map((value, index) => test.update(series.times[index] ?? Number.NaN, value, second[index] ?? Number.NaN));
}

class ChangeTogetherTest extends CompactTest implements PairTest {
  readonly #settings: Settings;
  #ts = Number.NaN;
  #value = Number.NaN;
  #other = Number.NaN;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  update(ts: number, value: number, other: number): Quality {
    const missing = !Number.isFinite(value);
    const second = Number.isFinite(other) ? other : Number.NaN;
    const rate = rateOf(ts, value, this.#ts, this.#value);
    const otherRate = rateOf(ts, second, this.#ts, this.#other);
    this.#ts = ts;
    this.#value = missing ? Number.NaN : value;
    this.#other = second;
    if (missing) return QUALITY.missing;
    if (!(rate > this.#settings.threshold)) return QUALITY.good;
    if (Number.isNaN(otherRate)) return QUALITY.unknown;
    return otherRate < this.#settings.otherThreshold ? QUALITY.suspect : QUALITY.good;
  }

  updateIn(memory: number[], at: number, ts: number, value: number, other: number): Quality {
    this.takeUp(memory, at);
    const flag = this.update(ts, value, other);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#ts;
    memory[at + 1] = this.#value;
    memory[at + 2] = this.#other;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#ts = memory[at] ?? Number.NaN;
    this.#value = memory[at + 1] ?? Number.NaN;
    this.#other = memory[at + 2] ?? Number.NaN;
  }

  restore(snapshot: unknown): void {
    this.takeUp(unpackNumbers(this.#settings.name, snapshot, 3), 0);
  }
}
