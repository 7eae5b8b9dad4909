import fc from 'fast-check';
import {
  attenuatedSignalTest, climatologyTest, createAttenuatedSignalTest, createClimatologyTest, createFlatLineTest, createGrossRangeTest, createMultiVariateTest, createRateOfChangeTest,
  createSpikeTest, flatLineTest, grossRangeTest, multiVariateTest, rateOfChangeTest, spikeTest,
  type AttenuatedSignalOptions, type ClimatologyOptions, type FlatLineOptions, type GrossRangeOptions, type MultiVariateOptions, type Quality, type RateOfChangeOptions, type Series, type SpikeOptions,
} from '../../../../core/quality/index.ts';
import type { Flag } from '../../../../core/quality/quality-test.ts';

/** What any streaming test of one metric has; the second value is the depth, or the other metric. */
export interface Streaming {
  update(ts: number, value: number, second: number): Flag;
  end?(): Flag;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

export interface Given extends Series {
  times: number[];
  values: (number | null)[];
  seconds: (number | null)[];
}

/** A test with settings of its own, as stream and over a series. */
export interface Case {
  name: string;
  create(): Streaming;
  batch(given: Given): Quality[];
}

const GROSS: GrossRangeOptions = { failSpan: [-4, 4], suspectSpan: [-2, 2] };
const SPIKE: SpikeOptions = { suspectThreshold: 1, failThreshold: 2.5 };
const RATE: RateOfChangeOptions = { suspectThreshold: 0.4, failThreshold: 1 };
const FLAT: FlatLineOptions = { suspectThreshold: 3, failThreshold: 6, tolerance: 0.6 };
const COUNT: FlatLineOptions = { suspectCount: 1, failCount: 3, tolerance: 0.3 };
const STD: AttenuatedSignalOptions = { suspectThreshold: 0.8, failThreshold: 0.3, testPeriod: 7, minObs: 2 };
const SMALL: AttenuatedSignalOptions = { suspectThreshold: 0.8, failThreshold: 0.3, testPeriod: 20, minPeriod: 2, maxReadings: 5 };
const CLIMATE: ClimatologyOptions = {
  members: [
    { timeSpan: [0, 20_000], suspectSpan: [-1, 1] },
    { period: 'minute', timeSpan: [0, 0], suspectSpan: [0, 3], failSpan: [-3, 3] },
    { period: 'month', timeSpan: [1, 12], suspectSpan: [-2, 2], depthSpan: [0, 2] },
  ],
};
const PAIR: MultiVariateOptions = { threshold: 0.5, otherThreshold: 0.3 };

export const CASES: Case[] = [
  { name: 'gross_range_test', create: () => createGrossRangeTest(GROSS), batch: (given) => grossRangeTest({ ...GROSS, values: given.values }) },
  { name: 'spike_test by the average', create: () => createSpikeTest(SPIKE), batch: (given) => spikeTest({ ...SPIKE, values: given.values }) },
  { name: 'spike_test by steps', create: () => createSpikeTest({ ...SPIKE, method: 'differential' }), batch: (given) => spikeTest({ ...SPIKE, method: 'differential', values: given.values }) },
  { name: 'rate_of_change_test', create: () => createRateOfChangeTest(RATE), batch: (given) => rateOfChangeTest({ ...RATE, times: given.times, values: given.values }) },
  { name: 'flat_line_test', create: () => createFlatLineTest(FLAT), batch: (given) => flatLineTest({ ...FLAT, times: given.times, values: given.values }) },
  { name: 'flat_line_test by count', create: () => createFlatLineTest(COUNT), batch: (given) => flatLineTest({ ...COUNT, times: given.times, values: given.values }) },
  { name: 'attenuated_signal_test by deviation', create: () => createAttenuatedSignalTest(STD), batch: (given) => attenuatedSignalTest({ ...STD, times: given.times, values: given.values }) },
  { name: 'attenuated_signal_test by range', create: () => createAttenuatedSignalTest({ ...STD, checkType: 'range' }), batch: (given) => attenuatedSignalTest({ ...STD, checkType: 'range', times: given.times, values: given.values }) },
  { name: 'attenuated_signal_test of few readings', create: () => createAttenuatedSignalTest(SMALL), batch: (given) => attenuatedSignalTest({ ...SMALL, times: given.times, values: given.values }) },
  { name: 'climatology_test', create: () => createClimatologyTest(CLIMATE), batch: (given) => climatologyTest({ ...CLIMATE, times: given.times, values: given.values, depths: given.seconds }) },
  { name: 'multi_variate_test', create: () => createMultiVariateTest(PAIR), batch: (given) => multiVariateTest({ ...PAIR, times: given.times, values: given.values, others: given.seconds }) },
];

/** Takes the readings of a series from `from` on, as they come, and gives their flags; the last one too when it is the `end`. */
export function stream(test: Streaming, { times, values, seconds }: Given, { from = 0, to = values.length, end = true } = {}): Quality[] {
  const flags: Quality[] = [];
  const add = (flag: Flag): void => {
    if (flag !== 0) flags.push(flag);
  };
  for (let index = from; index < to; index += 1) add(test.update(times[index]!, values[index] ?? Number.NaN, seconds[index] ?? Number.NaN));
  if (end) add(test.end?.() ?? 0);
  return flags;
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -8, max: 8 }).map((number) => number / 4) },
  { weight: 2, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e308, -1e308) },
);
/** Seconds to the next reading: mostly one, none for a duplicate, a gap, or back. */
const step = fc.oneof({ weight: 6, arbitrary: fc.constant(1000) }, { weight: 1, arbitrary: fc.constantFrom(0, 0, 250, 4000, 30_000, -500, -20_000, 86_400_000) });

/** Series with gaps, missing values, duplicates and late readings. */
export const series: fc.Arbitrary<Given> = fc.array(fc.record({ value, step, second: value }), { maxLength: 60 }).map((readings) => {
  let ts = 0;
  return {
    times: readings.map((reading) => (ts += reading.step)),
    values: readings.map((reading) => reading.value),
    seconds: readings.map((reading) => reading.second),
  };
});
