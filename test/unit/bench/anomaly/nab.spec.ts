import { strict as assert } from 'node:assert';
import { nabFile, NAB_PROFILES, probationOf, scoreOf, tallyOf } from '../../../../bench/anomaly/nab.ts';
import { sweep } from '../../../../bench/anomaly/nab-sweep.ts';

const { standard } = NAB_PROFILES;

/** A file of 100 points whose first 10 are its probation, with one window of ten points in the middle. */
const file = nabFile(100, [{ first: 50, last: 59 }], 10);

function scored(...detections: number[]): number {
  return scoreOf(tallyOf(file, detections), standard);
}

describe('the scoring rule of NAB', () => {
  it('gives 0 to who detects nothing, and 100 to who detects every window at its begin', () => {
    assert.equal(scored(), 0);
    assert.ok(Math.abs(scored(50) - 100) < 1e-9);
  });

  it('gives less the later a window is detected, and at its last point still more than nothing', () => {
    const byPlace = [50, 53, 56, 59].map((at) => scored(at));
    assert.deepEqual(byPlace, byPlace.toSorted((one, other) => other - one));
    assert.ok(scored(59) > scored(50) / 2);
    assert.ok(scored(59) < 65);
  });

  it('takes the same from the score for every detection before the first window', () => {
    assert.ok(Math.abs(scored(49) + 5.5) < 1e-9);
    assert.equal(scored(10), scored(49));
    assert.ok(Math.abs(scored(20, 30) - 2 * scored(20)) < 1e-9);
  });

  it('takes little from the score right behind a window, and all of it from three of its lengths on', () => {
    const behind = [60, 61, 65, 70].map((at) => scored(at));
    assert.ok(behind[0]! > -5.5 / 3 && behind[0]! < 0);
    assert.deepEqual(behind, behind.toSorted((one, other) => other - one));
    // The benchmark divides by the length less one: three times nine points behind the end is the last before the full price.
    assert.ok(scored(59 + 27) > scored(59 + 28));
    assert.ok(Math.abs(scored(59 + 28) + 5.5) < 1e-9);
  });

  it('counts a window once, however often and in what order it is detected', () => {
    assert.equal(scored(55, 52, 58), scored(52));
  });

  it('counts nothing within the probation', () => {
    assert.equal(scored(0, 9), 0);
    assert.equal(scoreOf(tallyOf(nabFile(100, [{ first: 5, last: 14 }], 10), [5, 6]), standard), 0);
  });

  it('sets the probation to 15 % of the file, and to 750 points at most', () => {
    assert.deepEqual([probationOf(1000), probationOf(5000), probationOf(100_000)], [150, 750, 750]);
  });

  it('measures what lies behind by the window before, not by the next one', () => {
    const two = nabFile(100, [{ first: 20, last: 21 }, { first: 50, last: 59 }], 10);
    assert.equal(two.worth[30], -1);
    assert.ok(two.worth[60]! > -0.5);
    assert.equal(two.worth[15], -1);
  });

  it('takes detections of a file without a window for false, each at the full price', () => {
    const tally = tallyOf(nabFile(100, [], 10), [20, 40]);
    assert.deepEqual(tally, { windows: 0, missed: 0, found: 0, falseAlarms: -2 });
  });

  it('weighs false alarms and missed windows by the profile', () => {
    const tally = { windows: 2, missed: 1, found: 1, falseAlarms: -1 };
    assert.equal(scoreOf(tally, standard), (100 * (1 - 0.11 - 1 + 2)) / 4);
    assert.equal(scoreOf(tally, NAB_PROFILES.lowFalsePositives), (100 * (1 - 0.22 - 1 + 2)) / 4);
    assert.equal(scoreOf(tally, NAB_PROFILES.lowFalseNegatives), (100 * (1 - 0.11 - 2 + 4)) / 6);
  });
});

describe('the sweep over thresholds', () => {
  const scores = new Float64Array(100);

  beforeEach(() => {
    scores.fill(0);
  });

  it('finds the threshold that parts the detection from the false alarms', () => {
    scores[52] = 0.9;
    scores[30] = 0.8;
    const swept = sweep([{ file, scores }]).standard;
    assert.deepEqual(swept, { score: scored(52), threshold: 0.9 });
  });

  it('takes points of one score together: it cannot choose the good one of them', () => {
    scores[52] = 0.9;
    scores[30] = 0.9;
    assert.ok(Math.abs(sweep([{ file, scores }]).standard.score - scored(30, 52)) < 1e-9);
  });

  it('detects nothing where that is best', () => {
    scores[30] = 0.9;
    assert.deepEqual(sweep([{ file, scores }]).standard, { score: 0, threshold: Infinity });
  });

  it('takes an earlier detection of the same window in place of a later one', () => {
    scores[58] = 0.9;
    scores[51] = 0.8;
    assert.ok(Math.abs(sweep([{ file, scores }]).standard.score - scored(51)) < 1e-9);
  });

  it('uses one threshold for all files', () => {
    const other = Float64Array.from(scores);
    scores[52] = 0.5;
    other[30] = 0.6;
    const { score, threshold } = sweep([{ file, scores }, { file, scores: other }]).standard;
    assert.equal(threshold, 0.5);
    assert.ok(Math.abs(score - (scored(52) + scored(30)) / 2) < 1e-9);
  });
});
