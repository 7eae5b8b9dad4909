import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { ReadingTest } from '../quality-test.ts';
import { runTest } from '../run-test.ts';
import { readOptionalSpan, show, type Bounds, type Span } from './options.ts';
import { toTimelessSeries, type Series } from './series.ts';
import { sharedBy } from './shared.ts';
import { Stateless } from './stateless.ts';

export interface GrossRangeOptions {
  /** What the sensor can report, in the unit of the metric; outside of it is bad. */
  failSpan?: Span;
  /** What is usual, within the span above; outside of it is suspect. */
  suspectSpan?: Span;
}

const EVERYTHING: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
const NAME = 'gross_range_test';

/**
 * `gross_range_test`: a value outside of the fail span is bad, one outside of the suspect span suspect; the ends of the spans
 * pass (IOOS QARTOD manuals, test 4; ioos_qc `gross_range_test`). It keeps no state.
 *
 * @throws ConfigError when neither span is given, one is no span, or the suspect span is not within the fail span.
 */
export function createGrossRangeTest(options: GrossRangeOptions): ReadingTest {
  return testOf(options);
}

/** Without a state one test does for all devices. */
const testOf = sharedBy((options: GrossRangeOptions): ReadingTest => {
  const given = { fail: readOptionalSpan('failSpan', options.failSpan), suspect: readOptionalSpan('suspectSpan', options.suspectSpan) };
  if (!given.fail && !given.suspect) {
    throw new ConfigError('failSpan', 'Neither failSpan nor suspectSpan is given: give the lowest and the highest value that pass, such as [-40, 125].');
  }
  const fail = given.fail ?? EVERYTHING;
  const suspect = given.suspect ?? fail;
  if (suspect.low < fail.low || suspect.high > fail.high) {
    throw new ConfigError('suspectSpan', `suspectSpan is ${show(options.suspectSpan)}, and reaches beyond failSpan, which is ${show(options.failSpan)}: what is bad cannot be usual. Make it the narrower one.`);
  }
  return new GrossRangeTest(fail, suspect);
});

/** `gross_range_test` over a whole series; see `createGrossRangeTest`. */
export function grossRangeTest({ times, values, ...options }: GrossRangeOptions & Pick<Series, 'values'> & Partial<Series>): Quality[] {
  const series = toTimelessSeries({ times, values });
  return runTest(createGrossRangeTest(options), series.times, series.values);
}

class GrossRangeTest extends Stateless implements ReadingTest {
  readonly #failLow: number;
  readonly #failHigh: number;
  readonly #suspectLow: number;
  readonly #suspectHigh: number;

  constructor(fail: Bounds, suspect: Bounds) {
    super(NAME);
    this.#failLow = fail.low;
    this.#failHigh = fail.high;
    this.#suspectLow = suspect.low;
    this.#suspectHigh = suspect.high;
  }

  update(_ts: number, value: number): Quality {
    if (!Number.isFinite(value)) return QUALITY.missing;
    if (value < this.#failLow || value > this.#failHigh) return QUALITY.bad;
    return value < this.#suspectLow || value > this.#suspectHigh ? QUALITY.suspect : QUALITY.good;
  }
}
