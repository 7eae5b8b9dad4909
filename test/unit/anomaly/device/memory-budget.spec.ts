import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createDetector } from '../../../../core/anomaly/detector.ts';
import { Fleet, sample } from './fleet.ts';

const FULL = createDetector({ profile: 'full' }).bytes;

describe('the memory of a detect node', () => {
  it('gives the full profile while it lasts, then the lite one, and says how many there are', () => {
    const fleet = new Fleet({ memory: 3.5 * FULL });
    fleet.judge(sample('press', 0, { a: 1, b: 2, c: 3, d: 4, e: 5 }));
    const { full, lite, limit } = fleet.engine.summary();
    assert.deepEqual([full, lite, limit], [3, 2, 3.5 * FULL]);
  });

  it('gives a device no more full profiles than can be written at once', () => {
    const fleet = new Fleet();
    fleet.judge(sample('press', 0, Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`m${index}`, index]))));
    assert.deepEqual([fleet.engine.summary().full, fleet.engine.summary().lite], [12, 38]);
    fleet.judge(sample('oven', 0, { a: 1 }));
    assert.equal(fleet.engine.summary().full, 13);
  });

  it('leaves each series its profile through restarts, also a lite one when room has come', () => {
    const fleet = new Fleet({ memory: FULL });
    fleet.judge(sample('press', 0, { a: 1, b: 2 }));
    fleet.restart({ memory: 10 * FULL });
    fleet.judge(sample('press', 1, { a: 1, b: 2 }));
    assert.deepEqual([fleet.engine.summary().full, fleet.engine.summary().lite], [1, 1]);
    assert.deepEqual(fleet.problems, []);
  });

  it('is taken again by all series of a device that comes back before it is on disk', () => {
    const fleet = new Fleet();
    fleet.judge(sample('press', 0, { a: 1, b: 2 }));
    fleet.leave('press');
    assert.equal(fleet.engine.summary().bytes, 0);
    fleet.judge(sample('press', 1, { a: 1 }));
    assert.equal(fleet.engine.summary().bytes, 2 * FULL);
  });

  it('begins a series anew with the lite profile where its full one has no room any more, and says so', () => {
    const fleet = new Fleet();
    fleet.learn('press', ['a', 'b'], 500);
    fleet.restart({ memory: FULL });
    const one = sample('press', 600, { a: 60, b: 60 });
    assert.deepEqual(fleet.judge(one).began.map(({ metric }) => metric), ['a']);
    assert.equal(one.anomalies?.['b']?.score, 0);
    assert.deepEqual([fleet.engine.summary().full, fleet.engine.summary().lite], [1, 1]);
    assert.match(String(fleet.problems), /What was learned of b of press .* no memory left for the profile "full"/);
  });

  it('is never exceeded by more than one series, whatever comes, leaves and comes again', () => {
    const steps = fc.array(fc.record({ device: fc.integer({ min: 0, max: 5 }), metrics: fc.integer({ min: 1, max: 4 }), leaves: fc.boolean(), restarts: fc.integer({ min: 0, max: 19 }) }), { maxLength: 40 });
    fc.assert(fc.property(fc.integer({ min: 0, max: 6 * FULL }), steps, (memory, taken) => {
      const fleet = new Fleet({ memory });
      const known = new Map<string, number>();
      const inMemory = new Map<string, number>();
      for (const [minute, { device, metrics, leaves, restarts }] of taken.entries()) {
        const name = `device-${device}`;
        fleet.judge(sample(name, minute, Object.fromEntries(Array.from({ length: metrics }, (_, index) => [`m${index}`, minute]))));
        known.set(name, Math.max(metrics, known.get(name) ?? 0));
        inMemory.set(name, known.get(name) ?? 0);
        if (leaves) {
          fleet.evict(name);
          inMemory.delete(name);
        }
        if (restarts === 0) {
          fleet.restart();
          inMemory.clear();
        }
        const { full, lite, limit } = fleet.engine.summary();
        assert.ok(full * FULL <= limit + FULL, `${full} of ${FULL} bytes in ${limit}`);
        assert.equal(full + lite, [...inMemory.values()].reduce((sum, count) => sum + count, 0));
      }
    }), { numRuns: 15 });
  });
});
