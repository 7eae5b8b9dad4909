import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { bestParts, bestThreshold, crossValidate, halvings } from '../../../../bench/anomaly/cross-validation.ts';
import type { Curves } from '../../../../bench/anomaly/cross-validation.ts';
import { nabFile, NAB_PROFILES, reaching, scoreOf, sumOf, tallyOf } from '../../../../bench/anomaly/nab.ts';
import type { NabFile } from '../../../../bench/anomaly/nab.ts';
import { curveOfEpisodes, curveOfPoints } from '../../../../bench/anomaly/nab-curve.ts';

const { standard } = NAB_PROFILES;
const thresholds = [0.25, 0.5, 1, 2, Infinity];
const file = nabFile(100, [{ first: 30, last: 39 }, { first: 70, last: 75 }], 10);

function scoresOf(points: Record<number, number>): Float64Array {
  const scores = new Float64Array(100);
  for (const [at, score] of Object.entries(points)) scores[Number(at)] = score;
  return scores;
}

function curvesOf(...files: Array<Record<number, number>>): Curves {
  return files.map((points) => curveOfPoints(file, scoresOf(points), thresholds));
}

describe('the curve over thresholds', () => {
  it('holds at each threshold what the points that reach it come to', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 100, maxLength: 100 }), (scores) => {
      const expected = thresholds.map((threshold) => tallyOf(file, reaching(scores, threshold)));
      curveOfPoints(file, scores, thresholds).forEach((tally, index) => {
        const { falseAlarms, found, ...counts } = expected[index]!;
        assert.ok(Math.abs(tally.falseAlarms - falseAlarms) < 1e-9 && Math.abs(tally.found - found) < 1e-9);
        assert.deepEqual({ windows: tally.windows, missed: tally.missed }, counts);
      });
    }));
  });

  it('counts an episode once, where it begins', () => {
    const scores = scoresOf({ 20: 1, 21: 1.5, 22: 1 });
    assert.equal(curveOfEpisodes(file, scores, [1])[0]!.falseAlarms, -1);
    assert.equal(curveOfPoints(file, scores, [1])[0]!.falseAlarms, -3);
  });
});

describe('nested cross-validation', () => {
  it('halves the files of each folder, each time in another way, and the same again for the same seed', () => {
    const names = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'b/1', 'b/2', 'b/3', 'c/1'];
    const all = halvings(names, 10, 1);
    for (const halves of all) {
      assert.deepEqual([...halves[0], ...halves[1]].toSorted((one, other) => one - other), names.map((_, index) => index));
      for (const folder of ['a', 'b', 'c']) {
        const [first, second] = halves.map((half) => half.filter((index) => names[index]!.startsWith(folder)).length);
        assert.ok(Math.abs(first! - second!) <= 1);
      }
    }
    assert.deepEqual(halvings(names, 10, 1), all);
    assert.ok(new Set(all.map(([one]) => one.toSorted((left, right) => left - right).join())).size > 3);
    assert.notDeepEqual(halvings(names, 10, 2), all);
  });

  it('scores each half with what was chosen on the other one, and not on itself', () => {
    // What detects the window of one file is a false alarm in the other, so whatever is chosen is wrong.
    const curves = curvesOf({ 30: 1, 50: 0.25 }, { 20: 1, 30: 0.25 });
    const chosenOn: number[][] = [];
    const { mean } = crossValidate([[[0], [1]]], standard, (half) => {
      chosenOn.push([...half]);
      return bestThreshold(curves, half, standard);
    });
    assert.deepEqual(chosenOn, [[0], [1]]);
    const tallies = [curves[0]![bestThreshold(curves, [1], standard).threshold]!, curves[1]![bestThreshold(curves, [0], standard).threshold]!];
    assert.equal(mean, scoreOf(sumOf(tallies), standard));
    assert.ok(mean < bestThreshold(curves, [0, 1], standard).score);
  });

  it('gives mean and range over all halvings', () => {
    const curves = curvesOf({ 30: 1 }, { 30: 1 }, { 30: 1, 20: 1 });
    const result = crossValidate([[[0, 1], [2]], [[0], [1, 2]]], standard, (half) => ({ curves, threshold: half.includes(1) && half.length === 2 ? 4 : 2 }));
    assert.ok(result.least < result.mean && result.mean < result.most);
    assert.equal(result.mean, (result.least + result.most) / 2);
  });

  it('chooses the highest of several thresholds that score alike', () => {
    const { threshold } = bestThreshold(curvesOf({ 30: 1 }), [0], standard);
    assert.equal(thresholds[threshold], 1);
  });

  it('chooses the parts that add to each other, and leaves out one that only disturbs', () => {
    const parts: Record<string, Record<number, number>> = { first: { 30: 1 }, second: { 70: 1 }, noise: { 20: 2, 25: 2, 50: 2, 55: 2 } };
    const curvesOfParts = (names: readonly string[]): Curves => [curveOf(file, names.map((name) => parts[name]!))];
    const { parts: chosen, score } = bestParts(Object.keys(parts), curvesOfParts, [0], standard);
    assert.deepEqual(chosen.toSorted(), ['first', 'second']);
    assert.ok(Math.abs(score - 100) < 1e-9);
  });
});

function curveOf(nab: NabFile, shares: ReadonlyArray<Record<number, number>>): Curves[number] {
  return curveOfPoints(nab, scoresOf(Object.assign({}, ...shares)), thresholds);
}
