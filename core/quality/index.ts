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
