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
export type { Span } from './qartod/options.ts';
export type { Series, Time, Value } from './qartod/series.ts';
export { QUALITY } from '../sample/sample.ts';
export { ConfigError } from '../errors/holdfast-error.ts';
export { QualitySnapshotError } from './quality-snapshot-error.ts';
export { aggregateFlags } from './aggregate.ts';
export { runTest } from './run-test.ts';
export { createGrossRangeTest, grossRangeTest, type GrossRangeOptions } from './qartod/gross-range.ts';
export { createRateOfChangeTest, rateOfChangeTest, type RateOfChangeOptions } from './qartod/rate-of-change.ts';
export { createSpikeTest, spikeTest, type SpikeMethod, type SpikeOptions } from './qartod/spike.ts';
export type { ClockTest, SensorTest } from './sensor/sensor-test.ts';
export { createClockDriftTest, type ClockDriftOptions, type ClockDriftTest, type ClockEstimate } from './sensor/clock-drift.ts';
export { createCounterResetTest, type CounterResetOptions } from './sensor/counter-reset.ts';
export { createDuplicateTimeTest } from './sensor/duplicate-time.ts';
export { createNoiseLevelTest, type NoiseLevelOptions } from './sensor/noise-level.ts';
export { createOutOfOrderTest, type OutOfOrderOptions } from './sensor/out-of-order.ts';
export { createQuantizationTest, type QuantizationOptions } from './sensor/quantization.ts';
export { createSentinelTest, GENERAL_SENTINELS, TEMPERATURE_SENTINELS, type SentinelOptions } from './sensor/sentinel.ts';
export { createUnitChangeTest, type UnitChangeOptions } from './sensor/unit-change.ts';
