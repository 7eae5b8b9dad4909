import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { TimeTest } from '../quality-test.ts';
import { readTimes } from './climatology-member.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';
import { isGiven, readAmount, readThresholds, type Bounds } from './options.ts';
import { requireSameLength, toTime, toTimes, type Series, type Time } from './series.ts';

export interface DataReceptionOptions {
  /** A sample that came later than this is suspect, in seconds after its event time. */
  suspectThreshold?: number;
  /** A sample that came later than this is bad, in seconds after its event time. */
  failThreshold?: number;
}

export interface ImpossibleDateOptions {
  /** Seconds that a time may be ahead of its reception; default 0. */
  ahead?: number;
  /** The first and the last time that can be; outside of it is bad. */
  failSpan?: readonly [Time, Time];
}

/** When the samples of a series were received: each at its own time, or all of them looked at from one. */
export interface Reception {
  received?: ArrayLike<Time>;
  now?: Time;
}

const EVER: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/**
 * `data_reception_test`: a sample is suspect or bad when it was received too long after its event time (IOOS QARTOD manuals, test 1: NOW - TIM_STMP > TIM_INC; ioos_qc
 * `data_reception_test` since 3.0). A sample without a time is missing. It keeps no state.
 *
 * @throws ConfigError when no threshold is given, or one cannot be.
 */
export function createDataReceptionTest(options: DataReceptionOptions): TimeTest {
  const thresholds = readThresholds(options.suspectThreshold, options.failThreshold, 'how many seconds after its event time a sample may be received');
  const [suspect, fail] = [thresholds.suspect * 1000, thresholds.fail * 1000];
  return statelessTest('data_reception_test', (ts, received) => {
    const delay = received - ts;
    if (delay > fail) return QUALITY.bad;
    return delay > suspect ? QUALITY.suspect : QUALITY.good;
  });
}

/**
 * `impossible_date_test`: a sample is bad when its event time lies after its reception, or outside of the span (GTSPP Real-Time Quality Control
 * Manual, IOC 2010, test 1.2; ioos_qc `impossible_date_test` since 3.0). A sample without a time is missing. It keeps no state.
 *
 * @throws ConfigError when an option cannot be.
 */
export function createImpossibleDateTest(options: ImpossibleDateOptions = {}): TimeTest {
  const ahead = readAmount('ahead', options.ahead ?? 0, 'how many seconds a time may be ahead of its reception') * 1000;
  const { low, high } = isGiven(options.failSpan) ? readTimes('failSpan', options.failSpan) : EVER;
  return statelessTest('impossible_date_test', (ts, received) => (ts > received + ahead || ts < low || ts > high ? QUALITY.bad : QUALITY.good));
}

/** `data_reception_test` over a whole series; see `createDataReceptionTest`. @throws ConfigError when neither `received` nor `now` is given. */
export function dataReceptionTest({ times, received, now, ...options }: DataReceptionOptions & Pick<Series, 'times'> & Reception): Quality[] {
  if (!isGiven(received) && !isGiven(now)) throw new ConfigError('received', 'Neither received nor now is given: give the time at which each sample came, or the one from which to look at all of them.');
  return runTimeTest(createDataReceptionTest(options), times, received, now);
}

/** `impossible_date_test` over a whole series; see `createImpossibleDateTest`. Without `received` and `now` only the span counts. */
export function impossibleDateTest({ times, received, now, ...options }: ImpossibleDateOptions & Pick<Series, 'times'> & Reception): Quality[] {
  return runTimeTest(createImpossibleDateTest(options), times, received, now);
}

function runTimeTest(test: TimeTest, times: unknown, received: unknown, now: unknown): Quality[] {
  const events = toTimes(times);
  const from = toTime(now, 'now');
  const arrivals = isGiven(received) ? toTimes(received, 'received') : [];
  if (isGiven(received)) requireSameLength('received', arrivals.length, events.length);
  return events.map((ts, index) => test.update(ts, arrivals[index] ?? from));
}

function statelessTest(name: string, judge: (ts: number, received: number) => Quality): TimeTest {
  return {
    update: (ts, received) => (Number.isFinite(ts) ? judge(ts, received) : QUALITY.missing),
    snapshot: (): NumberSnapshot => packNumbers([]),
    restore(snapshot) {
      unpackNumbers(name, snapshot, 0);
    },
  };
}
