/** Streaming anomaly detection for one metric at a time; published as `@holdfast/node-red/anomaly`. */
export { createDetector } from './detector.ts';
export type { AnomalyKind, Detection, Detector, Profile } from './detection.ts';
export type { DetectorOptions } from './detector-options.ts';
export type { DetectorSnapshot } from './snapshot.ts';
