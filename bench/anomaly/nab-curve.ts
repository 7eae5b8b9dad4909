/** What each of many thresholds comes to in a file of NAB, so that thresholds can be compared over every choice of files. */
import { startsAt } from './episode-starts.ts';
import { foundOf, tallyOf } from './nab.ts';
import type { NabFile, Tally } from './nab.ts';

/** A tally for each threshold. */
export type Curve = readonly Tally[];

/** Every point whose score reaches the threshold is a detection. `thresholds` ascend; one walk over the points serves all of them. */
export function curveOfPoints(file: NabFile, scores: ArrayLike<number>, thresholds: readonly number[]): Curve {
  const falseAlarms = new Float64Array(thresholds.length);
  const best = thresholds.map(() => new Float64Array(file.windows).fill(-1));
  for (let at = file.probation; at < file.points; at += 1) {
    const reached = highestReached(thresholds, scores[at] ?? 0);
    if (reached < 0) continue;
    const window = file.window[at] ?? -1;
    const worth = file.worth[at] ?? 0;
    const bests = best[reached];
    if (window < 0) falseAlarms[reached] = (falseAlarms[reached] ?? 0) + worth;
    else if (bests) bests[window] = Math.max(bests[window] ?? -1, worth);
  }
  // What reaches a threshold reaches all below it.
  const sofar = new Float64Array(file.windows).fill(-1);
  let alarms = 0;
  return best.toReversed().map((bests, fromTop) => {
    alarms += falseAlarms[thresholds.length - 1 - fromTop] ?? 0;
    bests.forEach((worth, window) => {
      sofar[window] = Math.max(sofar[window] ?? -1, worth);
    });
    return { ...foundOf(sofar), falseAlarms: alarms };
  }).toReversed();
}

/** The first point of every episode is a detection. */
export function curveOfEpisodes(file: NabFile, scores: ArrayLike<number>, thresholds: readonly number[]): Curve {
  return thresholds.map((threshold) => tallyOf(file, startsAt(scores, threshold)));
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
