import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { ReadingTest } from '../quality-test.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { readAmount, readOptionalCount } from './options.ts';
import { sharedBy } from './shared.ts';

/** A flat line by count, with the names and the meaning that the manuals give it. */
export interface RepetitionOptions {
  /** Equal to so many values before it, a reading is suspect (REP_CNT_SUSPECT). From 1 to 1,000. */
  suspectCount?: number;
  /** Equal to so many values before it, a reading is bad (REP_CNT_FAIL). From 1 to 1,000. */
  failCount?: number;
  /** Values that differ by no more are equal (EPS); default 0. In the unit of the metric. */
  tolerance?: number;
}

const NAME = 'flat_line_test';
const MOST = 1_000;
const WHAT = 'how many equal values before a reading make it a flat line';

/**
 * `flat_line_test` by count: a reading is suspect or bad when it differs by no more than the tolerance from each of so many values
 * before it (IOOS QARTOD manuals, test 8: |T(n) - T(n-i)| > EPS for one i from 1 to REP_CNT passes). Missing readings are passed over.
 * State: 8 bytes for each value to look back at.
 *
 * @throws ConfigError when no count is given, or one cannot be.
 */
export function createRepetitionTest(options: RepetitionOptions): ReadingTest {
  return new RepetitionTest(settingsOf(options));
}

interface Settings {
  readonly suspect: number;
  readonly fail: number;
  readonly tolerance: number;
  /** Values to look back at. */
  readonly most: number;
}

const settingsOf = sharedBy((options: RepetitionOptions): Settings => {
  const suspect = readOptionalCount('suspectCount', options.suspectCount, WHAT, 1, MOST);
  const fail = readOptionalCount('failCount', options.failCount, WHAT, 1, MOST);
  if (suspect === undefined && fail === undefined) throw new ConfigError('suspectCount', `Neither suspectCount nor failCount is given: give ${WHAT}, such as 3 and 5.`);
  if (suspect !== undefined && fail !== undefined && fail < suspect) {
    throw new ConfigError('failCount', `failCount is ${fail}, below suspectCount, which is ${suspect}: nothing could be suspect. Exchange the two.`);
  }
  const tolerance = readAmount('tolerance', options.tolerance ?? 0, 'by how much values may differ and count as the same');
  return { suspect: suspect ?? Number.POSITIVE_INFINITY, fail: fail ?? Number.POSITIVE_INFINITY, tolerance, most: fail ?? suspect ?? 0 };
});

class RepetitionTest implements ReadingTest {
  readonly #settings: Settings;
  /** The last values, round and round. */
  #values: number[] = [];
  #next = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get delay(): 0 {
    return 0;
  }

  update(_ts: number, value: number): Quality {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const repeated = this.#repeated(value);
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.#settings.most ? 0 : this.#next + 1;
    if (repeated >= this.#settings.fail) return QUALITY.bad;
    return repeated >= this.#settings.suspect ? QUALITY.suspect : QUALITY.good;
  }

  end(): 0 {
    return 0;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([...this.#values.slice(this.#next), ...this.#values.slice(0, this.#next)]);
  }

  restore(snapshot: unknown): void {
    const values = unpackNumbers(NAME, snapshot);
    if (values.length > this.#settings.most || values.some(Number.isNaN)) throw new QualitySnapshotError(NAME);
    this.#values = values;
    this.#next = values.length === this.#settings.most ? 0 : values.length;
  }

  /** How many of the last values, without a break, the value equals. */
  #repeated(value: number): number {
    let repeated = 0;
    let place = this.#next;
    while (repeated < this.#values.length) {
      place = place === 0 ? this.#values.length - 1 : place - 1;
      if (Math.abs(value - (this.#values[place] ?? 0)) > this.#settings.tolerance) break;
      repeated += 1;
    }
    return repeated;
  }
}
