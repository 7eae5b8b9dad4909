/** What a choice made on one half of NAB's files is worth on the other half: nested 2-fold cross-validation. */
import { createRandom } from '../../core/simulator/random.ts';
import { scoreOf, sumOf } from './nab.ts';
import type { Tally, Weights } from './nab.ts';
import type { Curve } from './nab-curve.ts';

/** Indexes of files; each file is in one of the two. */
export type Halves = readonly [readonly number[], readonly number[]];

/** A curve for each file, of one detector or of one choice of its parts. */
export type Curves = readonly Curve[];

/** What was chosen: of these curves, the threshold with this index. */
export interface Choice {
  curves: Curves;
  threshold: number;
}

export interface Spread {
  mean: number;
  least: number;
  most: number;
}

/** So many ways to halve the files, the same again for the same seed. Of each folder either half gets half of the files, or one more. */
export function halvings(names: readonly string[], count: number, seed: number): Halves[] {
  const byFolder = new Map<string, number[]>();
  names.forEach((name, index) => {
    const folder = name.split('/')[0] ?? '';
    byFolder.set(folder, [...byFolder.get(folder) ?? [], index]);
  });
  return Array.from({ length: count }, (_, number) => {
    const random = createRandom(seed, 'halves', String(number));
    const halves: [number[], number[]] = [[], []];
    // Dealing goes on from folder to folder, so that the odd files do not all fall to one half.
    let turn = 0;
    for (const files of byFolder.values()) {
      const drawn = files.map((index) => ({ index, at: random.uniform() })).sort((one, other) => one.at - other.at);
      for (const { index } of drawn) {
        halves[turn % 2 === 0 ? 0 : 1].push(index);
        turn += 1;
      }
    }
    return halves;
  });
}

/** The score of both halves together, each with what was chosen on the other one; over all halvings. */
export function crossValidate(all: readonly Halves[], weights: Weights, choose: (files: readonly number[]) => Choice): Spread {
  const scores = all.map(([one, other]) => scoreOf(sumOf([...tallies(choose(one), other), ...tallies(choose(other), one)]), weights));
  return { mean: scores.reduce((sum, score) => sum + score, 0) / scores.length, least: Math.min(...scores), most: Math.max(...scores) };
}

/** The threshold with the best score on these files; of several the highest. */
export function bestThreshold(curves: Curves, files: readonly number[], weights: Weights): Choice & { score: number } {
  let best = { curves, threshold: 0, score: -Infinity };
  for (let threshold = 0; threshold < (curves[0]?.length ?? 0); threshold += 1) {
    const score = scoreOf(sumOf(tallies({ curves, threshold }, files)), weights);
    if (score >= best.score) best = { curves, threshold, score };
  }
  return best;
}

/**
 * Parts and threshold with the best score on these files. It begins with all parts, as they are shipped, and leaves out the one without which the score is best, until
 * each is worse left out: backward elimination, which goes less by the luck of a few files than beginning with the best part alone does.
 */
export function bestParts(names: readonly string[], curvesOf: (parts: readonly string[]) => Curves, files: readonly number[], weights: Weights): Choice & { score: number; parts: readonly string[] } {
  let best: Choice & { score: number; parts: readonly string[] } = { ...bestThreshold(curvesOf(names), files, weights), parts: names };
  for (;;) {
    const { parts } = best;
    const next = parts
      .map((name) => parts.filter((other) => other !== name))
      .filter((fewer) => fewer.length > 0)
      .map((fewer) => ({ ...bestThreshold(curvesOf(fewer), files, weights), parts: fewer }))
      .reduce((one, other) => (other.score >= one.score ? other : one), best);
    if (next === best) return best;
    best = next;
  }
}

function* tallies({ curves, threshold }: Choice, files: readonly number[]): Generator<Tally> {
  for (const file of files) {
    const tally = curves[file]?.[threshold];
    if (tally) yield tally;
  }
}
