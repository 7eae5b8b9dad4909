import type { LearnsWithin } from './learns-within.ts';

/*
 * What a preview answers; types alone, shared with the dialog.
 */

/** A reading as it is drawn. `low` and `high` bound what was expected; null while the detector was still learning. A `value` of null is a gap. */
export type DrawnPoint = readonly [ts: number, value: number | null, low: number | null, high: number | null];

/** An episode that one position of the slider would have made. Times are event times, ms since the epoch. */
export interface PreviewedEpisode {
  since: number;
  /** The last reading that belonged to it. */
  until: number;
  /** The highest score, and the reading that had it, with what was expected in its place. */
  peak: number;
  value: number;
  expected?: { low: number; high: number };
  /** As a detector of the usual sensitivity named it; absent where it saw no episode there. */
  kind?: string;
  /** The sentence of that detector; absent where it had none. */
  why?: string;
}

/** What one position of the slider would have made of the readings. */
export interface PreviewedPosition {
  sensitivity: number;
  /** Episodes in all. */
  count: number;
  /** The worst of them, in the order of time. */
  episodes: PreviewedEpisode[];
}

/** One detector run over stored readings of one metric of a device. */
export interface DetectionPreview {
  device: string;
  metric: string;
  unit: string;
  /** Event times of the first and the last reading that were judged. */
  from: number;
  to: number;
  /** How many were judged; 0: nothing is stored of it in that time. */
  readings: number;
  /** How many older ones were learned from before. */
  learnedBefore: number;
  /** More is stored in that time than is read for a preview: it begins later. */
  isCut: boolean;
  /** In the order of time. */
  points: DrawnPoint[];
  /** From the calmest to the most sensitive. */
  positions: PreviewedPosition[];
  /** Absent when too little is stored to know the pace of the readings. */
  learnsWithin?: LearnsWithin;
}
