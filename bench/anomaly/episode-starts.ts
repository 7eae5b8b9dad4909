/** Where episodes begin in a series. */
import { Episodes } from '../../core/anomaly/episodes.ts';

/** The points at which a detector's `anomaly` becomes true. */
export function risingEdges(anomalous: ArrayLike<number>): number[] {
  const starts: number[] = [];
  for (let at = 0; at < anomalous.length; at += 1) if (anomalous[at] && !anomalous[at - 1]) starts.push(at);
  return starts;
}

/** The points at which episodes would have begun with another threshold than the detector's own. */
export function startsAt(scores: ArrayLike<number>, threshold: number): number[] {
  const episodes = new Episodes(threshold);
  const starts: number[] = [];
  let was = false;
  for (let at = 0; at < scores.length; at += 1) {
    const is = episodes.update(at, scores[at] ?? 0);
    if (is && !was) starts.push(at);
    was = is;
  }
  return starts;
}

/** Thresholds from `least` to `most`, each by the same factor above the last, so many to a doubling. */
export function thresholds(least: number, most: number, toDoubling: number): number[] {
  const count = Math.round(Math.log2(most / least) * toDoubling);
  return Array.from({ length: count + 1 }, (_, step) => least * 2 ** (step / toDoubling));
}
