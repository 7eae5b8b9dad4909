/** The figures of one judge on NAB, from what it said of each of the files. */
import { bestParts, bestThreshold, crossValidate, halvings } from './cross-validation.ts';
import type { Curves, Spread } from './cross-validation.ts';
import { risingEdges, thresholds } from './episode-starts.ts';
import { byProfile, nabFile, NAB_PROFILES, reaching, scoreOf, sumOf, tallyOf } from './nab.ts';
import type { ByProfile, NabFile } from './nab.ts';
import { curveOfEpisodes, curveOfPoints } from './nab-curve.ts';
import { sweep } from './nab-sweep.ts';
import type { Swept } from './nab-sweep.ts';
import type { NabOutcome } from './outcome.ts';

/** What counts as a detection: the first point of each episode, or every point that reaches the threshold. */
export const DETECTIONS = ['episodes', 'points'] as const;
type Detections = (typeof DETECTIONS)[number];
type ByDetections<Value> = Record<Detections, Value>;

export interface NabFigures {
  /** With the judge's own threshold. */
  shipped: ByDetections<ByProfile<number>>;
  swept: ByDetections<ByProfile<Swept>>;
  /** Undefined for a judge that has no parts. */
  crossValidated: Record<'threshold' | 'thresholdAndParts', ByDetections<ByProfile<Spread>>> | undefined;
  /** The best threshold of each part by itself, in the profile `standard`. */
  parts: Record<string, ByDetections<number>>;
}

const SEED = 1;
/** Points are told apart more finely: a walk over them serves all thresholds, while episodes need one for each. The last detects nothing. */
const GRIDS: ByDetections<readonly number[]> = { points: [...thresholds(2 ** -8, 2 ** 8, 8), Infinity], episodes: [...thresholds(2 ** -4, 2 ** 4, 4), Infinity] };
const CURVES = { points: curveOfPoints, episodes: curveOfEpisodes };

function byDetections<Value>(of: (detections: Detections) => Value): ByDetections<Value> {
  return { episodes: of('episodes'), points: of('points') };
}

/** @param splits how many ways of halving the files the cross-validation tries */
export function nabFigures(outcomes: readonly NabOutcome[], splits: number): NabFigures {
  const files = outcomes.map(({ points, windows }) => nabFile(points, windows));
  const all = Array.from(files.keys());
  const judged = outcomes.map(({ scores, intensities, anomalous }, index) => ({ file: files[index] ?? nabFile(0, []), scores, intensities, anomalous }));
  const names = Array.from(new Set(outcomes.flatMap(({ parts }) => Array.from(parts.keys())))).sort();
  const shipped = byDetections((detections) => sumOf(judged.map(({ file, anomalous }) => tallyOf(file, detections === 'episodes' ? risingEdges(anomalous) : reaching(anomalous, 1)))));
  const own = byDetections((detections) => judged.map(({ file, scores, intensities }) => CURVES[detections](file, detections === 'episodes' ? intensities : scores, GRIDS[detections])));
  const combined = byDetections((detections) => curvesOfParts(outcomes, files, detections));
  const halves = halvings(outcomes.map(({ name }) => name), splits, SEED);
  return {
    shipped: byDetections((detections) => byProfile((weights) => scoreOf(shipped[detections], weights))),
    swept: {
      episodes: byProfile((weights) => {
        const { score, threshold } = bestThreshold(own.episodes, all, weights);
        return { score, threshold: GRIDS.episodes[threshold] ?? Infinity };
      }),
      points: sweep(judged),
    },
    crossValidated: names.length === 0 ? undefined : {
      threshold: byDetections((detections) => byProfile((weights) => crossValidate(halves, weights, (half) => bestThreshold(own[detections], half, weights)))),
      thresholdAndParts: byDetections((detections) => byProfile((weights) => crossValidate(halves, weights, (half) => bestParts(names, combined[detections], half, weights)))),
    },
    parts: Object.fromEntries(names.map((name) => [name, byDetections((detections) => bestThreshold(combined[detections]([name]), all, NAB_PROFILES.standard).score)])),
  };
}

/** The curves of a score that is the sum of these parts' shares; made once for each choice of parts. */
function curvesOfParts(outcomes: readonly NabOutcome[], files: readonly NabFile[], detections: Detections): (parts: readonly string[]) => Curves {
  const made = new Map<string, Curves>();
  return (parts) => {
    const key = parts.toSorted().join('\n');
    const known = made.get(key);
    if (known) return known;
    const curves = outcomes.map((outcome, index) => CURVES[detections](files[index] ?? nabFile(0, []), sumOfShares(outcome, parts), GRIDS[detections]));
    made.set(key, curves);
    return curves;
  };
}

function sumOfShares({ points, parts }: NabOutcome, names: readonly string[]): Float64Array {
  const sum = new Float64Array(points);
  for (const name of names) {
    const shares = parts.get(name) ?? sum.subarray(0, 0);
    for (let at = 0; at < shares.length; at += 1) sum[at] = (sum[at] ?? 0) + (shares[at] ?? 0);
  }
  return sum;
}
