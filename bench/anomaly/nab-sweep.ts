/** The one threshold for all files of NAB that scores best, as the benchmark seeks it. */
import { byProfile, scoreOf } from './nab.ts';
import type { ByProfile, NabFile } from './nab.ts';

/** A file, and a detector's score for each of its points. */
export interface ScoredFile {
  file: NabFile;
  scores: ArrayLike<number>;
}

export interface Swept {
  score: number;
  /** Points with at least this score are detections; infinite when it is best to detect nothing. */
  threshold: number;
}

/** Tries every score of every point as the threshold, for each profile. */
export function sweep(scored: readonly ScoredFile[]): ByProfile<Swept> {
  const points = pointsOf(scored);
  const best = new Float64Array(points.windows).fill(-1);
  const tally = { windows: points.windows, missed: points.windows, found: 0, falseAlarms: 0 };
  const swept = byProfile((): Swept => ({ score: 0, threshold: Infinity }));
  for (let rank = 0; rank < points.order.length; rank += 1) {
    const at = points.order[rank] ?? 0;
    const score = points.score[at] ?? 0;
    const window = points.window[at] ?? -1;
    const worth = points.worth[at] ?? 0;
    if (window < 0) tally.falseAlarms += worth;
    else {
      const before = best[window] ?? -1;
      if (before < 0) tally.missed -= 1;
      if (worth > before) {
        tally.found += worth - Math.max(0, before);
        best[window] = worth;
      }
    }
    // All points of one score are detections together.
    if (points.score[points.order[rank + 1] ?? -1] === score) continue;
    byProfile((weights, profile) => {
      const reached = scoreOf(tally, weights);
      if (reached > swept[profile].score) swept[profile] = { score: reached, threshold: score };
    });
  }
  return swept;
}

/** All points that count, and their order from the highest score down. */
function pointsOf(scored: readonly ScoredFile[]): { windows: number; score: Float64Array; window: Int32Array; worth: Float64Array; order: Uint32Array } {
  const length = scored.reduce((total, { file }) => total + file.points - file.probation, 0);
  const [score, window, worth] = [new Float64Array(length), new Int32Array(length), new Float64Array(length)];
  let next = 0;
  let windows = 0;
  for (const { file, scores } of scored) {
    for (let at = file.probation; at < file.points; at += 1) {
      const own = file.window[at] ?? -1;
      score[next] = scores[at] ?? 0;
      window[next] = own < 0 ? -1 : windows + own;
      worth[next] = file.worth[at] ?? 0;
      next += 1;
    }
    windows += file.windows;
  }
  const order = Uint32Array.from({ length }, (_, at) => at).sort((one, other) => (score[other] ?? 0) - (score[one] ?? 0));
  return { windows, score, window, worth, order };
}
