import type { AttenuatedSignalOptions } from '../qartod/attenuation-options.ts';
import type { FlatLineDurations } from '../qartod/flat-line.ts';
import type { GapOptions } from '../qartod/gap.ts';
import type { GrossRangeOptions } from '../qartod/gross-range.ts';
import type { RateOfChangeOptions } from '../qartod/rate-of-change.ts';
import type { SpikeOptions } from '../qartod/spike.ts';
import type { CounterResetOptions } from '../sensor/counter-reset.ts';
import { roundedDown, roundedSpan, roundedUp } from './rounding.ts';
import { MANY_VALUES, WINDOW } from './series-learner.ts';
import type { SeriesLearner } from './series-learner.ts';

/** What the metric can be at all, as its profile says or physics does. */
export interface Possible {
  readonly low: number;
  readonly high: number;
}

/** The options of each test that can be proposed, by its name. */
export interface OptionsByTest {
  gross_range_test?: GrossRangeOptions;
  spike_test?: SpikeOptions;
  rate_of_change_test?: RateOfChangeOptions;
  flat_line_test?: FlatLineDurations;
  attenuated_signal_test?: AttenuatedSignalOptions;
  counter_reset_test?: CounterResetOptions;
  gap_test?: GapOptions;
}

export type ProposedTestName = keyof OptionsByTest;

/** Options for the tests that have some, and a sentence about each, also about those that have none. */
export interface ProposedOptions {
  options: OptionsByTest;
  sentences: Partial<Record<ProposedTestName, string>>;
}

/** Thresholds lie this much beyond what was seen: history is a sample of what will come. */
const MARGIN = 1.25;
/** What is bad is this many times what is suspect. */
const FAIL = 3;
/** A span reaches beyond the usual one by this part of its width, to be suspect and to be bad. */
const SUSPECT_REACH = 0.25;
const FAIL_REACH = 2;
/** A stretch that stood still for so many times the next longest one is taken for a fault that nobody noted. */
const STUCK = 10;
/** Of the least variation that was seen, so much is suspect and so much is bad. */
const ATTENUATED_SUSPECT = 0.4;
const ATTENUATED_FAIL = 0.1;
/** Windows below this share of all may have been faulty. */
const LEAST_WINDOWS = 0.005;
/** A silence of so many usual intervals is a gap. */
const GAP_SUSPECT = 3;
const GAP_FAIL = 10;
/** Silences as rare as this were outages, not the nature of the device. */
const OUTAGES = 0.001;
/** A metric with fewer values names states. */
const FEW_VALUES = 5;
/** A series that rose so often and never fell is a counter. */
const COUNTER_RISES = 100;

/** Proposes options for each test from what a device's good readings look like. @param rate share of them that may be flagged by each. */
export function proposedOptions(seen: SeriesLearner, rate: number, possible: Possible | undefined): ProposedOptions {
  const proposed: ProposedOptions = { options: {}, sentences: {} };
  proposeGap(proposed, seen, rate);
  if (seen.different.size < FEW_VALUES) {
    proposed.sentences.gross_range_test = `No thresholds are proposed: ${seen.different.size} different values are states, not measurements.`;
    return proposed;
  }
  if (seen.falls === 0 && seen.rises >= COUNTER_RISES) proposeCounter(proposed);
  else {
    proposeRange(proposed, seen, rate, possible);
    proposeSpike(proposed, seen, rate);
    proposeFlatLine(proposed, seen);
    proposeVariation(proposed, seen);
  }
  proposeRate(proposed, seen, rate);
  return proposed;
}

function proposeCounter({ options, sentences }: ProposedOptions): void {
  options.counter_reset_test = { counter: 'yes' };
  sentences.counter_reset_test = 'The values only ever rose: a counter. Its range, spikes and variation are not judged.';
}

function proposeRange({ options, sentences }: ProposedOptions, seen: SeriesLearner, rate: number, possible: Possible | undefined): void {
  const low = seen.values.quantile(rate / 2);
  const high = seen.values.quantile(1 - rate / 2);
  const width = high - low;
  if (!(width > 0)) {
    sentences.gross_range_test = 'No range is proposed: the value never changed.';
    return;
  }
  const usual = roundedSpan(low - SUSPECT_REACH * width, high + SUSPECT_REACH * width);
  const failSpan = possible ? [possible.low, possible.high] as const : roundedSpan(low - FAIL_REACH * width, high + FAIL_REACH * width);
  const suspectSpan = [Math.max(usual[0], failSpan[0]), Math.min(usual[1], failSpan[1])] as const;
  if (suspectSpan[0] >= suspectSpan[1]) {
    sentences.gross_range_test = `No range is proposed: the values were from ${short(low)} to ${short(high)}, outside of what is possible (${possible?.low} to ${possible?.high}).`;
    return;
  }
  options.gross_range_test = { suspectSpan, failSpan };
  const why = possible ? 'beyond what is possible' : 'far beyond it';
  sentences.gross_range_test = `All but ${share(rate)} were from ${short(low)} to ${short(high)}: beyond ${suspectSpan[0]} to ${suspectSpan[1]} is suspect, ${why} (${failSpan[0]} to ${failSpan[1]}) bad.`;
}

function proposeSpike({ options, sentences }: ProposedOptions, seen: SeriesLearner, rate: number): void {
  const height = seen.spikes.quantile(1 - rate);
  if (!(height > 0)) {
    sentences.spike_test = 'No spike is proposed: no reading stood out from its neighbours.';
    return;
  }
  const suspectThreshold = roundedUp(height * MARGIN);
  options.spike_test = { suspectThreshold, failThreshold: roundedUp(suspectThreshold * FAIL) };
  sentences.spike_test = `All but ${share(rate)} stood out from their neighbours by at most ${short(height)}: more than ${suspectThreshold} is suspect.`;
}

function proposeRate({ options, sentences }: ProposedOptions, seen: SeriesLearner, rate: number): void {
  const fastest = seen.rates.quantile(1 - rate);
  if (!(fastest > 0)) {
    sentences.rate_of_change_test = 'No rate of change is proposed: the value never changed.';
    return;
  }
  const suspectThreshold = roundedUp(fastest * MARGIN);
  options.rate_of_change_test = { suspectThreshold, failThreshold: roundedUp(suspectThreshold * FAIL) };
  sentences.rate_of_change_test = `All but ${share(rate)} changed by at most ${short(fastest)} a second: more than ${suspectThreshold} is suspect.`;
}

function proposeFlatLine({ options, sentences }: ProposedOptions, seen: SeriesLearner): void {
  const interval = seen.intervals.quantile(0.5);
  const duration = (seen.to - seen.from) / 1000;
  const isFault = seen.longestStill > STUCK * Math.max(seen.nextStill, interval);
  const still = isFault ? seen.nextStill : seen.longestStill;
  if (seen.different.size < MANY_VALUES || still > duration / 10) {
    sentences.flat_line_test = `No flat line is proposed: standing still is natural here, for ${short(still)} s at the longest.`;
    return;
  }
  const suspectThreshold = roundedUp(Math.max(2 * still, 10 * interval));
  options.flat_line_test = { suspectThreshold, failThreshold: roundedUp(FAIL * suspectThreshold) };
  const fault = isFault ? ` A stretch of ${short(seen.longestStill)} s was left out: it looks like a fault.` : '';
  sentences.flat_line_test = `The value stood still for at most ${short(still)} s: longer than ${suspectThreshold} s is suspect.${fault}`;
}

function proposeVariation({ options, sentences }: ProposedOptions, seen: SeriesLearner): void {
  const least = seen.deviations.quantile(LEAST_WINDOWS);
  if (!(least > 0) || seen.different.size < MANY_VALUES) {
    sentences.attenuated_signal_test = 'No least variation is proposed: there were quiet times without a change.';
    return;
  }
  const suspectThreshold = roundedDown(ATTENUATED_SUSPECT * least);
  const testPeriod = roundedUp(WINDOW * seen.intervals.quantile(0.5));
  options.attenuated_signal_test = { suspectThreshold, failThreshold: roundedDown(ATTENUATED_FAIL * least), testPeriod, minObs: WINDOW / 2, maxReadings: 4 * WINDOW };
  sentences.attenuated_signal_test = `Over ${testPeriod} s the values varied by a standard deviation of ${short(least)} at least: less than ${suspectThreshold} is suspect.`;
}

function proposeGap({ options, sentences }: ProposedOptions, seen: SeriesLearner, rate: number): void {
  const interval = seen.intervals.quantile(0.5);
  if (!(interval > 0)) {
    sentences.gap_test = 'No gap is proposed: there is one reading only.';
    return;
  }
  const suspectThreshold = roundedUp(Math.max(GAP_SUSPECT * interval, MARGIN * seen.intervals.quantile(1 - Math.max(rate, OUTAGES))));
  options.gap_test = { suspectThreshold, failThreshold: roundedUp(Math.max(GAP_FAIL * interval, FAIL * suspectThreshold)) };
  sentences.gap_test = `A reading comes every ${short(interval)} s: a silence of more than ${suspectThreshold} s is suspect.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function share(rate: number): string {
  return `1 of ${Math.round(1 / rate).toLocaleString('en-US')} readings`;
}
