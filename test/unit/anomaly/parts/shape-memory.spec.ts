import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { ShapeMemory, type ShapeSettings } from '../../../../core/anomaly/parts/shape-memory.ts';
import { gaussian } from '../random.ts';

interface Distances {
  plain: number;
  centered: number;
}

/** The same from its definition, from the beginning, for each reading: every window beside every other one. */
function naive(means: readonly number[], { window, history }: ShapeSettings): Distances {
  const last = means.length - 1;
  let plain = Infinity;
  let centered = Infinity;
  for (let back = window; back <= Math.min(history, last - window); back += 1) {
    const differences = Array.from({ length: window }, (_, index) => (means[last - index] ?? 0) - (means[last - index - back] ?? 0));
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / window;
    plain = Math.min(plain, Math.hypot(...differences) / Math.sqrt(window));
    centered = Math.min(centered, Math.hypot(...differences.map((difference) => difference - mean)) / Math.sqrt(window));
  }
  return { plain: Number.isFinite(plain) ? plain : 0, centered: Number.isFinite(centered) ? centered : 0 };
}

/** Feeds the readings, and compares after each: within so small a part of the largest reading that is still looked at. */
function compare(readings: readonly number[], settings: ShapeSettings, within = 1e-6): void {
  const shapes = new ShapeMemory(settings, new Memory());
  const means: number[] = [];
  let pending: number[] = [];
  const seen = settings.history + 2 * settings.window;
  readings.forEach((reading, index) => {
    shapes.learn(reading);
    pending.push(reading);
    if (pending.length < settings.together) return;
    means.push(pending.reduce((sum, one) => sum + one, 0) / settings.together);
    pending = [];
    const { plain, centered } = naive(means, settings);
    const room = within * Math.max(...means.slice(-seen).map(Math.abs));
    assert.ok(Math.abs(shapes.plain - plain) <= room, `plain after ${index}: ${shapes.plain} is not ${plain}`);
    assert.ok(Math.abs(shapes.centered - centered) <= room, `centered after ${index}: ${shapes.centered} is not ${centered}`);
  });
}

const settings = fc.record({ together: fc.integer({ min: 1, max: 4 }), window: fc.integer({ min: 2, max: 12 }), history: fc.integer({ min: 12, max: 40 }) });

describe('the shape memory', () => {
  it('gives the distance that the definition gives, for noise and for hostile readings', () => {
    const noise = fc.double({ min: -10, max: 10, noNaN: true });
    const hostile = fc.constantFrom(0, 5e-324, 1e-200, -1e-150, 1e-12, 20, 1e9, -1e9, 1e150, -1e150);
    const readings = fc.oneof(fc.array(noise, { maxLength: 250 }), fc.array(hostile, { maxLength: 250 }), fc.array(fc.oneof({ weight: 20, arbitrary: noise }, { weight: 1, arbitrary: hostile }), { maxLength: 250 }));
    fc.assert(fc.property(readings, settings, (all, how) => compare(all, how)), { numRuns: 150 });
  });

  it('is as exact after a reading far off has left it as before', () => {
    const how = { together: 1, window: 8, history: 48 };
    for (const far of [1e2, 1e4, 1e6, 1e9, 1e15, 1e100]) {
      const next = gaussian(1);
      const shapes = new ShapeMemory(how, new Memory());
      const means = Array.from({ length: 300 }, (_, index) => (index === 100 ? far : next()));
      means.forEach((mean, index) => {
        shapes.learn(mean);
        if (index < 200) return;
        const expected = naive(means.slice(0, index + 1), how);
        assert.ok(Math.abs(shapes.plain / expected.plain - 1) < 1e-6, `${far}, ${index}: ${shapes.plain} is not ${expected.plain}`);
        assert.ok(Math.abs(shapes.centered / expected.centered - 1) < 1e-6, `${far}, ${index}: ${shapes.centered} is not ${expected.centered}`);
      });
    }
  });

  it('does not drift away from it over a hundred thousand readings', () => {
    const how = { together: 1, window: 8, history: 48 };
    const next = gaussian(2);
    const shapes = new ShapeMemory(how, new Memory());
    let latest: number[] = [];
    for (let index = 0; index < 100_000; index += 1) {
      const reading = 1e6 + next() * (index % 1_000 === 0 ? 100 : 1);
      latest = [...latest.slice(-99), reading];
      shapes.learn(reading);
    }
    const { plain, centered } = naive(latest, how);
    assert.ok(Math.abs(shapes.plain - plain) < 1e-6 && Math.abs(shapes.centered - centered) < 1e-6);
  });

  it('finds what comes again: nothing is between a wave and itself', () => {
    const shapes = new ShapeMemory({ together: 2, window: 10, history: 100 }, new Memory());
    for (let index = 0; index < 600; index += 1) shapes.learn(Math.sin(2 * Math.PI * index / 40) + (index < 500 ? 0 : 5));
    assert.ok(shapes.plain < 1e-6, String(shapes.plain));
    const higher = new ShapeMemory({ together: 1, window: 10, history: 100 }, new Memory());
    for (let index = 0; index < 310; index += 1) higher.learn(Math.sin(2 * Math.PI * index / 40) + (index < 300 ? 0 : 5));
    assert.ok(higher.centered < 1e-6 && higher.plain > 3, `${higher.centered}, ${higher.plain}`);
  });

  it('says how many readings it compares, with how many', () => {
    const shapes = new ShapeMemory({ together: 4, window: 12, history: 100 }, new Memory());
    assert.deepEqual([shapes.readings, shapes.past], [48, 0]);
    for (let index = 0; index < 1_000; index += 1) shapes.learn(index);
    assert.equal(shapes.past, 400);
  });
});
