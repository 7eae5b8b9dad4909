/** What each of many thresholds comes to in a file of NAB, so that thresholds can be compared over every choice of files. */
import { startsAt } from './episode-starts.ts';
import { foundOf, tallyOf } from './nab.ts';
import type { NabFile, Tally } from './nab.ts';

/** A tally for each threshold. */
export type Curve = readonly Tally[];

/** Every point whose score reaches the threshold is a detection. `thresholds` ascend; one walk over the points serves all of them. */
export function curveOfPoints(file: NabFile, scores: ArrayLike<number>, thresholds: readonly number[]): Curve {
  const { windows } = file;
  const falseAlarms = new Float64Array(thresholds.length);
  /** By threshold and window: the best worth of those points that reach this threshold and not the next one. */
  const best = new Float64Array(thresholds.length * windows).fill(-1);
  for (let at = file.probation; at < file.points; at += 1) {
    const reached = highestReached(thresholds, scores[at] ?? 0);
    if (reached < 0) continue;
    const window = file.window[at] ?? -1;
    const worth = file.worth[at] ?? 0;
    if (window < 0) falseAlarms[reached] = (falseAlarms[reached] ?? 0) + worth;
    else raise(best, reached * windows + window, worth);
  }
  // What reaches a threshold reaches all below it.
  const soFar = new Float64Array(windows).fill(-1);
  const curve: Tally[] = [];
  let alarms = 0;
  for (let step = thresholds.length - 1; step >= 0; step -= 1) {
    alarms += falseAlarms[step] ?? 0;
    for (let window = 0; window < windows; window += 1) raise(soFar, window, best[step * windows + window] ?? -1);
    curve[step] = { ...foundOf(soFar), falseAlarms: alarms };
  }
  return curve;
}

function raise(worths: Float64Array, at: number, worth: number): void {
  if (worth > (worths[at] ?? -1)) worths[at] = worth;
}

/** The first point of every episode is a detection. */
export function curveOfEpisodes(file: NabFile, scores: ArrayLike<number>, thresholds: readonly number[]): Curve {
  let top = 0;
  for (let at = 0; at < file.points; at += 1) top = Math.max(top, scores[at] ?? 0);
  return thresholds.map((threshold) => tallyOf(file, threshold > top ? [] : startsAt(scores, threshold)));
}

/** Index of the highest threshold that is at most the score; -1 below all. */
function highestReached(thresholds: readonly number[], score: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((thresholds[middle] ?? Infinity) <= score) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
