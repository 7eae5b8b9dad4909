import { strict as assert } from 'node:assert';
import { figuresOf } from '../../../../bench/anomaly/figures.ts';
import { goals } from '../../../../bench/anomaly/goals.ts';
import type { Judge } from '../../../../bench/anomaly/judge.ts';
import { EVENT_THRESHOLDS, runOver } from '../../../../bench/anomaly/outcome.ts';
import type { EventOutcome, NabOutcome, TopOutcome } from '../../../../bench/anomaly/outcome.ts';

const common = { points: 1000, took: 10, bytes: 100, snapshotBytes: 50, hasEvents: true, clean: { episodes: 1, points: 990 } };
const none = { found: 0, missed: 1, falseAlarms: 0 };
const one = { found: 1, missed: 0, falseAlarms: 0 };

function nabOutcome(name: string, shares: Record<string, Record<number, number>>): NabOutcome {
  const parts = new Map(Object.entries(shares).map(([part, share]) => [part, Float64Array.from({ length: 1000 }, (_, at) => share[at] ?? 0)]));
  const scores = Float64Array.from({ length: 1000 }, (_, at) => Array.from(parts.values()).reduce((sum, share) => sum + share[at]!, 0));
  return { ...common, set: 'nab', name, windows: [{ first: 400, last: 499 }], scores, intensities: scores, anomalous: Uint8Array.from(scores, (score) => Number(score >= 1)), parts };
}

describe('what the benchmark keeps of a run', () => {
  it('is the score and the share of each part at each point, where a missing value is given as null', () => {
    const given: Array<[number, number | null]> = [];
    const judge: Judge = {
      bytes: 0,
      update(ts, value) {
        given.push([ts, value]);
        return { score: value ?? 0, anomaly: value === 2, parts: value === null ? {} : { [value === 2 ? 'two' : 'other']: value } };
      },
      snapshot: () => null,
    };
    const run = runOver({ times: Float64Array.of(10, 20, 30), values: Float64Array.of(1, NaN, 2) }, judge, true);
    assert.deepEqual(given, [[10, 1], [20, null], [30, 2]]);
    assert.deepEqual(Array.from(run.scores), [1, 0, 2]);
    assert.deepEqual(Array.from(run.anomalous), [0, 0, 1]);
    assert.deepEqual(Object.fromEntries(Array.from(run.parts, ([name, shares]) => [name, Array.from(shares)])), { two: [0, 0, 2], other: [1, 0, 0] });
  });
});

describe('the figures of all series', () => {
  it('say of NAB what the shipped threshold, the best one and the parts alone reach', () => {
    const { nab } = figuresOf([
      nabOutcome('a/1', { good: { 400: 0.9, 401: 0.9 }, bad: { 200: 0.5 } }),
      nabOutcome('a/2', { good: { 400: 0.9 }, bad: { 200: 2 } }),
    ], 3);
    assert.ok(Math.abs(nab!.shipped.episodes.standard - (100 * -0.11) / 4) < 1e-9);
    assert.ok(Math.abs(nab!.swept.points.standard.score - (100 * (2 - 0.11 + 2)) / 4) < 1e-9);
    assert.equal(nab!.swept.points.standard.threshold, 0.9);
    assert.ok(nab!.parts['good']!.episodes > 99 && nab!.parts['bad']!.episodes < 1);
    assert.ok(nab!.crossValidated!.thresholdAndParts.episodes.standard.mean > 99);
    assert.ok(nab!.crossValidated!.threshold.episodes.standard.mean < 99);
  });

  it('add up events, hits and clean points, and name what each part reaches alone', () => {
    const swept = EVENT_THRESHOLDS.map((threshold) => (threshold === 1 ? one : none));
    const wsd = { ...common, set: 'wsd', name: '0', shipped: one, swept, parts: new Map([['loud', swept]]) } as const satisfies EventOutcome;
    const calm = { ...wsd, hasEvents: false, shipped: { found: 0, missed: 0, falseAlarms: 1 }, swept: swept.map(() => ({ found: 0, missed: 0, falseAlarms: 0 })), parts: new Map(), clean: { episodes: 2, points: 1000 } };
    const ucr = (isTopAtEvent: boolean): TopOutcome => ({ ...common, set: 'ucr', name: 'u', isTopAtEvent, parts: new Map([['loud', !isTopAtEvent]]) });
    const figures = figuresOf([wsd, calm, ucr(true), ucr(true), ucr(false)], 1);
    assert.deepEqual(figures.wsd!.shipped, { f1: 2 / 3, precision: 0.5, recall: 1 });
    assert.deepEqual(figures.wsd!.best, { threshold: 1, f1: 1, precision: 1, recall: 1 });
    assert.deepEqual(figures.wsd!.parts, { loud: 1 });
    assert.deepEqual(figures.ucr, { share: 2 / 3, parts: { loud: 1 / 3 } });
    assert.deepEqual(figures.clean, { withoutEvent: 20, outsideEvents: (10_000 * 3) / 1990 });
    assert.equal(figures.aiops, undefined);
  });

  it('are held against the goals, and against the best single part; what was not run is neither met nor missed', () => {
    const verdicts = goals({ nab: undefined, aiops: undefined, clean: { withoutEvent: 0.5, outsideEvents: 3 }, ucr: { share: 0.7, parts: { loud: 0.8, quiet: 0.2 } }, wsd: { shipped: { f1: 0.6, precision: 1, recall: 1 }, best: { f1: 0.9, precision: 1, recall: 1, threshold: 1 }, parts: { loud: 0.8 } } }, undefined);
    const met = (start: string): boolean | undefined => verdicts.find(({ goal }) => goal.startsWith(start))!.met;
    assert.equal(met('UCR'), true);
    assert.equal(met('floor: UCR'), false);
    assert.equal(met('WSD'), false);
    assert.equal(met('floor: WSD'), false);
    assert.equal(met('episodes per'), true);
    assert.equal(met('NAB'), undefined);
    assert.equal(met('full: points'), undefined);
  });
});
