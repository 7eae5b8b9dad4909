/**
 * The scoring rule of the Numenta Anomaly Benchmark, written from its description: A. Lavin, S. Ahmad, "Evaluating
 * Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark", ICMLA 2015, and the benchmark's whitepaper.
 *
 * - Each true anomaly has a window. Of all detections in a window the earliest counts, since none is worth more.
 * - What a detection is worth falls along a sigmoid with its place: 1 at the window's begin, almost 0 at its end, then
 *   below 0 and down to -1 within three lengths of the window. Before the first window it is -1.
 * - A window without a detection costs 1. The first part of each file is a probation, in which nothing counts.
 * - A profile weighs these three; the sum is set so that no detection at all gives 0, and the best possible 100.
 */
import { lengthOf } from './stretch.ts';
import type { Stretch } from './stretch.ts';

/** What a profile of the benchmark weighs: detections in windows, detections elsewhere, windows without a detection. */
export interface Weights {
  found: number;
  falseAlarm: number;
  missed: number;
}

/** The three profiles of the benchmark. */
export const NAB_PROFILES = {
  standard: { found: 1, falseAlarm: 0.11, missed: 1 },
  lowFalsePositives: { found: 1, falseAlarm: 0.22, missed: 1 },
  lowFalseNegatives: { found: 1, falseAlarm: 0.11, missed: 2 },
} as const satisfies Record<string, Weights>;
export type NabProfile = keyof typeof NAB_PROFILES;
export type ByProfile<Value> = Record<NabProfile, Value>;

/** A value for each profile. */
export function byProfile<Value>(of: (weights: Weights, profile: NabProfile) => Value): ByProfile<Value> {
  return {
    standard: of(NAB_PROFILES.standard, 'standard'),
    lowFalsePositives: of(NAB_PROFILES.lowFalsePositives, 'lowFalsePositives'),
    lowFalseNegatives: of(NAB_PROFILES.lowFalseNegatives, 'lowFalseNegatives'),
  };
}

const PROBATION_SHARE = 0.15;
const LONGEST_PROBATION = 750;

/** How many points at the begin of a file of so many count for nothing. */
export function probationOf(points: number): number {
  return Math.min(Math.floor(PROBATION_SHARE * points), LONGEST_PROBATION);
}

/** One file, laid out for scoring: what a detection at each point is worth before a profile weighs it. */
export interface NabFile {
  readonly points: number;
  readonly probation: number;
  readonly windows: number;
  /** By point: the index of its window, or -1 outside of all. */
  readonly window: Int32Array;
  /** By point: 0 to 1 within a window, 0 to -1 outside of all. */
  readonly worth: Float64Array;
}

/** Lays out a file of so many points with its windows, which are in order and do not overlap. */
export function nabFile(points: number, windows: readonly Stretch[], probation = probationOf(points)): NabFile {
  const window = new Int32Array(points).fill(-1);
  const worth = new Float64Array(points).fill(-1);
  windows.forEach(({ first, last }, index) => {
    const length = lengthOf({ first, last });
    window.fill(index, first, last + 1);
    for (let at = first; at <= last; at += 1) worth[at] = sigmoid((at - last - 1) / length) / BEST;
    const end = windows[index + 1]?.first ?? points;
    // One less than the window's length: so the benchmark divides behind a window, though not within it.
    for (let at = last + 1; at < end; at += 1) worth[at] = sigmoid((at - last) / (length - 1));
  });
  return { points, probation, windows: windows.length, window, worth };
}

/** The worth at a place relative to a window's end, in lengths of the window: -1 is its begin. */
function sigmoid(place: number): number {
  return place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}

const BEST = sigmoid(-1);

/** What the detections in a file, or in several, add up to before a profile weighs it. */
export interface Tally {
  windows: number;
  /** Windows without a detection. */
  missed: number;
  /** The worth of the earliest detection of each window, added up. */
  found: number;
  /** The worth of all detections outside of windows, added up: 0 or less. */
  falseAlarms: number;
}

/** What the detections at these points come to; the order of the points does not matter. */
export function tallyOf(file: NabFile, detections: Iterable<number>): Tally {
  const best = new Float64Array(file.windows).fill(-1);
  let falseAlarms = 0;
  for (const at of detections) {
    if (at < file.probation) continue;
    const window = file.window[at] ?? -1;
    const worth = file.worth[at] ?? 0;
    if (window < 0) falseAlarms += worth;
    else best[window] = Math.max(best[window] ?? -1, worth);
  }
  return { ...foundOf(best), falseAlarms };
}

/** From the best worth of a detection in each window, -1 where there was none. */
export function foundOf(best: Float64Array): Pick<Tally, 'windows' | 'missed' | 'found'> {
  let missed = 0;
  let found = 0;
  for (const worth of best) {
    if (worth < 0) missed += 1;
    else found += worth;
  }
  return { windows: best.length, missed, found };
}

export function sumOf(tallies: Iterable<Tally>): Tally {
  const sum: Tally = { windows: 0, missed: 0, found: 0, falseAlarms: 0 };
  for (const tally of tallies) {
    sum.windows += tally.windows;
    sum.missed += tally.missed;
    sum.found += tally.found;
    sum.falseAlarms += tally.falseAlarms;
  }
  return sum;
}

/** The score of a tally in a profile: 0 for no detections, 100 for the best possible ones; NaN without a window. */
export function scoreOf({ windows, missed, found, falseAlarms }: Tally, weights: Weights): number {
  const raw = weights.found * found + weights.falseAlarm * falseAlarms - weights.missed * missed;
  const none = -weights.missed * windows;
  return (100 * (raw - none)) / (weights.found * windows - none);
}

/** The points whose score reaches the threshold. */
export function* reaching(scores: ArrayLike<number>, threshold: number): Generator<number> {
  for (let at = 0; at < scores.length; at += 1) if ((scores[at] ?? 0) >= threshold) yield at;
}
