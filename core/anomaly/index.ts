/** Streaming anomaly detection for one metric at a time; published as `@holdfast/node-red/anomaly`. */
export { createDetector, type Detection, type Detector } from './detector.ts';
export type { DetectorOptions } from './detector-options.ts';
export type { DetectorSnapshot } from './snapshot.ts';
