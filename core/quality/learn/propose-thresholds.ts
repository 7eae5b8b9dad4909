import type { Clock } from '../../clock/clock.ts';
import { beginSlice } from '../../clock/slice.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { proposedOptions } from './proposed-tests.ts';
import type { OptionsByTest, Possible, ProposedOptions, ProposedTestName } from './proposed-tests.ts';
import { SeriesLearner } from './series-learner.ts';
import type { ReadingSlice } from './series-learner.ts';
import { Tally } from './tally.ts';

export interface ProposalOptions {
  clock: Clock;
  /** The share of good readings that a test may flag, by the distributions seen. Default 0.0001. */
  falseFlagRate?: number;
  /** What the metric can be at all: the fail span. Without it, a wide one is proposed. */
  possible?: Possible;
  signal?: AbortSignal;
}

/** One test with the options proposed for it. */
export interface ProposedTest {
  /** Its name in settings. */
  test: ProposedTestName;
  /** As settings take them; plain JSON. */
  options: Record<string, unknown>;
  /** How many of the readings it would have flagged. */
  suspect: number;
  bad: number;
  /** What was seen and what follows from it. */
  sentence: string;
}

/** What good readings of one metric of a device propose. Nothing of it is in force until somebody saves it. */
export interface ThresholdProposal {
  /** Readings that it was learned from, those without a value among them. */
  readings: number;
  missing: number;
  /** Event times of the first and the last, ms since the epoch; undefined without readings. */
  from: number | undefined;
  to: number | undefined;
  /** The usual seconds between readings, to three digits; undefined with fewer than two. */
  interval: number | undefined;
  /** Tests of the metric. */
  tests: ProposedTest[];
  /** Tests of the device's samples. */
  sampleTests: ProposedTest[];
  /** Why tests are missing, and what makes the history a poor one to learn from; sentences. */
  notes: string[];
}

const SLICE = 8;
const RATE = 1e-4;
/** Of each slice of readings so many are taken in before it is asked whether the time is over. */
const AT_ONCE = 500;
const ENOUGH_READINGS = 1000;
const DAY = 86_400_000;
const SAMPLE_TESTS: ReadonlySet<ProposedTestName> = new Set<ProposedTestName>(['gap_test']);

/**
 * Proposes settings of the quality tests for one metric from a device's own good history, and counts what each would have flagged in it. It goes
 * through the history twice, in slices of a few milliseconds, with bounded memory.
 *
 * @param read gives the readings to learn from, the oldest first; called twice, and both times the same must come.
 * @throws ConfigError for a rate or a span that cannot be.
 */
export async function proposeThresholds(read: () => AsyncIterable<ReadingSlice>, { clock, falseFlagRate = RATE, possible, signal }: ProposalOptions): Promise<ThresholdProposal> {
  if (!(falseFlagRate > 0 && falseFlagRate <= 0.1)) throw new ConfigError('falseFlagRate', `The falseFlagRate is ${falseFlagRate}: give a share of the readings above 0, at most 0.1; 0.0001 suits most sensors.`);
  if (possible && !(possible.low < possible.high)) throw new ConfigError('possible', `What is possible is from ${possible.low} to ${possible.high}: give a low end that is below the high one.`);
  const seen = new SeriesLearner();
  await inSlices(read, clock, signal, ({ times, values }) => times.forEach((ts, index) => seen.add(ts, values[index] ?? Number.NaN)));
  seen.end();
  const isEmpty = seen.readings === seen.missing;
  const proposed: ProposedOptions = isEmpty ? { options: {}, sentences: {} } : proposedOptions(seen, falseFlagRate, possible);
  const tally = new Tally(proposed.options);
  if (!isEmpty) await inSlices(read, clock, signal, (slice) => tally.add(slice));
  return report(seen, proposed, tally);
}

async function inSlices(read: () => AsyncIterable<ReadingSlice>, clock: Clock, signal: AbortSignal | undefined, take: (slice: ReadingSlice) => void): Promise<void> {
  let isOver = beginSlice(clock, SLICE);
  for await (const { times, values } of read()) {
    for (let start = 0; start < times.length; start += AT_ONCE) {
      take({ times: times.slice(start, start + AT_ONCE), values: values.slice(start, start + AT_ONCE) });
      signal?.throwIfAborted();
      if (!isOver()) continue;
      await new Promise<void>((resolve) => void setImmediate(resolve));
      isOver = beginSlice(clock, SLICE);
    }
  }
}

function report(seen: SeriesLearner, { options, sentences }: ProposedOptions, tally: Tally): ThresholdProposal {
  const tests = namesOf(options).map((test): ProposedTest => ({ test, options: { ...options[test] }, ...tally.flaggedBy(test), sentence: sentences[test] ?? '' }));
  const interval = seen.intervals.quantile(0.5);
  return {
    readings: seen.readings,
    missing: seen.missing,
    from: Number.isNaN(seen.from) ? undefined : seen.from,
    to: Number.isNaN(seen.to) ? undefined : seen.to,
    interval: Number.isNaN(interval) ? undefined : Number(interval.toPrecision(3)),
    tests: tests.filter(({ test }) => !SAMPLE_TESTS.has(test)),
    sampleTests: tests.filter(({ test }) => SAMPLE_TESTS.has(test)),
    notes: [...notesOn(seen), ...namesOf(sentences).filter((test) => options[test] === undefined).map((test) => sentences[test] ?? '')],
  };
}

function notesOn(seen: SeriesLearner): string[] {
  const notes: string[] = [];
  if (seen.readings === seen.missing) return ['There are no readings to learn from: choose a time in which the device was well.'];
  if (seen.readings < ENOUGH_READINGS) notes.push(`There are ${seen.readings} readings only: with fewer than ${ENOUGH_READINGS}, much that is usual has not been seen.`);
  if (seen.to - seen.from < DAY) notes.push('The readings span less than a day: what differs between day and night, or on other days, has not been seen.');
  if (seen.outOfOrder > 0) notes.push(`${seen.outOfOrder} readings were left out, since they are not later than the one before.`);
  return notes;
}

function namesOf(byTest: Partial<Record<keyof OptionsByTest, unknown>>): ProposedTestName[] {
  const names: readonly ProposedTestName[] = ['gross_range_test', 'spike_test', 'rate_of_change_test', 'flat_line_test', 'attenuated_signal_test', 'counter_reset_test', 'gap_test'];
  return names.filter((name) => byTest[name] !== undefined);
}
