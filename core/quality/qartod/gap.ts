import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { TimeTest } from '../quality-test.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { readThresholds, type Thresholds } from './options.ts';
import { toTimes, type Series } from './series.ts';

export interface GapOptions {
  /** A longer silence before a sample makes it suspect, in seconds. */
  suspectThreshold?: number;
  /** A longer silence before a sample makes it bad, in seconds. */
  failThreshold?: number;
}

const NAME = 'gap_test';

/**
 * `gap_test`: a sample is suspect or bad when too much time lies between it and the newest one before it (IOOS QARTOD manuals, test 1, on the times of the data;
 * ioos_qc `time_gap_test` since 3.0). The first sample is good; one without a time is missing, and the one after it not evaluated (2).
 * A late sample is good, and no gap follows from it. State: 16 bytes.
 *
 * @throws ConfigError when no threshold is given, or one cannot be.
 */
export function createGapTest(options: GapOptions): TimeTest {
  return new GapTest(readThresholds(options.suspectThreshold, options.failThreshold, 'how many seconds a device may be silent'));
}

/** `gap_test` over a whole series; see `createGapTest`. */
export function gapTest({ times, ...options }: GapOptions & Pick<Series, 'times'>): Quality[] {
  const test = createGapTest(options);
  return toTimes(times).map((ts) => test.update(ts, Number.NaN));
}

class GapTest implements TimeTest {
  /** In milliseconds. */
  readonly #suspect: number;
  readonly #fail: number;
  #newest = Number.NEGATIVE_INFINITY;
  #unknown = false;

  constructor({ suspect, fail }: Thresholds) {
    this.#suspect = suspect * 1000;
    this.#fail = fail * 1000;
  }

  update(ts: number, _received: number): Quality {
    const afterUnknown = this.#unknown;
    this.#unknown = !Number.isFinite(ts);
    if (this.#unknown) return QUALITY.missing;
    const gap = this.#newest === Number.NEGATIVE_INFINITY ? 0 : ts - this.#newest;
    if (ts > this.#newest) this.#newest = ts;
    if (afterUnknown) return QUALITY.unknown;
    if (gap > this.#fail) return QUALITY.bad;
    return gap > this.#suspect ? QUALITY.suspect : QUALITY.good;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([this.#newest, this.#unknown ? 1 : 0]);
  }

  restore(snapshot: unknown): void {
    const [newest = Number.NaN, unknown = 0] = unpackNumbers(NAME, snapshot, 2);
    this.#newest = Number.isNaN(newest) ? Number.NEGATIVE_INFINITY : newest;
    this.#unknown = unknown === 1;
  }
}
