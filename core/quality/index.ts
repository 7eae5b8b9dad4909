/**
 * `@holdfast/node-red/quality`: the quality tests of QARTOD, over whole series and reading by reading, for use without Node-RED.
 *
 * ```ts
 * import { spikeTest } from '@holdfast/node-red/quality';
 * spikeTest({ values: [10, 12, 999.99, 13, 15], suspectThreshold: 25, failThreshold: 50 }); // [2, 4, 4, 4, 2]
 * ```
 */
export type { Quality } from '../sample/sample.ts';
export type { Flag, ReadingTest, TimeTest } from './quality-test.ts';
export type { Period } from './qartod/calendar.ts';
export type { DistanceMethod } from './qartod/geodesic.ts';
export type { Span } from './qartod/options.ts';
export type { PositionTest } from './qartod/position-test.ts';
export type { Series, Time, Value } from './qartod/series.ts';
export { QUALITY } from '../sample/sample.ts';
export { ConfigError } from '../errors/holdfast-error.ts';
export { QualitySnapshotError } from './quality-snapshot-error.ts';
export { aggregateFlags } from './aggregate.ts';
export { runTest } from './run-test.ts';
export { aggregate } from './qartod/compare.ts';
export { attenuatedSignalTest, createAttenuatedSignalTest, type AttenuatedSignalOptions } from './qartod/attenuated-signal.ts';
export { climatologyTest, createClimatologyTest, type ClimatologyMember, type ClimatologyOptions, type ClimatologyTest } from './qartod/climatology.ts';
export { createFlatLineTest, flatLineTest, type FlatLineDurations, type FlatLineOptions } from './qartod/flat-line.ts';
export type { RepetitionOptions } from './qartod/repetition.ts';
export { createGapTest, gapTest, type GapOptions } from './qartod/gap.ts';
export { createGrossRangeTest, grossRangeTest, type GrossRangeOptions } from './qartod/gross-range.ts';
export { createLocationTest, locationTest, type LocationOptions, type Positions } from './qartod/location.ts';
export { createMultiVariateTest, createNeighborTest, multiVariateTest, neighborTest, type MultiVariateOptions, type NeighborOptions, type PairTest } from './qartod/multi-variate.ts';
export { createRateOfChangeTest, rateOfChangeTest, type RateOfChangeOptions } from './qartod/rate-of-change.ts';
export {
  createDataReceptionTest, createImpossibleDateTest, dataReceptionTest, impossibleDateTest, type DataReceptionOptions, type ImpossibleDateOptions, type Reception,
} from './qartod/reception.ts';
export { createSpeedTest, speedTest, type SpeedOptions } from './qartod/speed.ts';
export { createSpikeTest, spikeTest, type SpikeMethod, type SpikeOptions } from './qartod/spike.ts';
export { createSyntaxTest, syntaxTest, type Message, type SyntaxOptions, type SyntaxTest } from './qartod/syntax.ts';
export type { ClockTest, SensorTest } from './sensor/sensor-test.ts';
export { createClockDriftTest, type ClockDriftOptions, type ClockDriftTest, type ClockEstimate } from './sensor/clock-drift.ts';
export { createCounterResetTest, type CounterResetOptions } from './sensor/counter-reset.ts';
export { createDuplicateTimeTest } from './sensor/duplicate-time.ts';
export { createNoiseLevelTest, type NoiseLevelOptions } from './sensor/noise-level.ts';
export { createOutOfOrderTest, type OutOfOrderOptions } from './sensor/out-of-order.ts';
export { createQuantizationTest, type QuantizationOptions } from './sensor/quantization.ts';
export { createSentinelTest, GENERAL_SENTINELS, TEMPERATURE_SENTINELS, type SentinelOptions } from './sensor/sentinel.ts';
export { createUnitChangeTest, type UnitChangeOptions } from './sensor/unit-change.ts';
