import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sample } from '../../../../core/sample/sample.ts';
import { gaussian, uniform } from '../random.ts';
import { Fleet, sample } from './fleet.ts';

/** Two devices with three metrics each, in whole samples or each metric by itself, with faults, late readings, doubtful ones and backfill. */
function traffic(seed: number, length: number): Sample[] {
  const noise = gaussian(seed);
  const chance = uniform(seed + 1);
  return Array.from({ length }, (_, index) => {
    const fault = index > 620 && index % 97 < 12 ? 3 : 0;
    const values = Object.fromEntries(['a', 'b', 'c'].filter(() => chance() < 0.8).map((metric) => [metric, noise() + fault + (chance() < 0.002 ? 60 : 0)]));
    const late = chance() < 0.03 ? -20 : 0;
    return sample(chance() < 0.8 ? 'press' : 'oven', index + late, values, {
      ...(chance() < 0.03 && { historical: true }), ...(chance() < 0.03 && { lifecycle: 'maintenance' as const }), ...(chance() < 0.05 && { metrics: { a: { q: 3 as const } } }),
    });
  });
}

/** All that is said of the samples; with restarts before those at these places. */
function said(samples: readonly Sample[], restarts: ReadonlySet<number>): unknown[] {
  const fleet = new Fleet();
  const judged = samples.map((one, index) => {
    if (restarts.has(index)) fleet.restart();
    const copy = structuredClone(one);
    return [fleet.judge(copy), copy.anomalies];
  });
  assert.deepEqual(fleet.problems, []);
  return [...judged, fleet.snapshot('press'), fleet.snapshot('oven')];
}

describe('the detection of a fleet', () => {
  it('is the same, word for word, through restarts at arbitrary places', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.array(fc.integer({ min: 0, max: 1_199 }), { maxLength: 5 }), (seed, places) => {
      const samples = traffic(seed, 1_200);
      assert.deepEqual(said(samples, new Set(places)), said(samples, new Set()));
    }), { numRuns: 8 });
  });

  it('says of a device what it says without the others', () => {
    const samples = traffic(7, 1_500);
    const alone = new Fleet();
    const together = new Fleet();
    for (const one of samples) {
      const [first, second] = [structuredClone(one), structuredClone(one)];
      const judged = together.judge(first);
      if (one.device === 'press') assert.deepEqual([alone.judge(second), second.anomalies], [judged, first.anomalies]);
    }
  });
});
