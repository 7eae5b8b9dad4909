import assert from 'node:assert/strict';
import { createRandom } from '../../../core/simulator/index.ts';

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe('the random numbers of the simulator', () => {
  it('are the same again for the same seed and name', () => {
    const [one, other] = [createRandom(7, 'press-1'), createRandom('7', 'press-1')];
    assert.deepEqual(draws(100, () => one.uniform()), draws(100, () => other.uniform()));
  });

  it('differ by seed and by name, and names do not run into each other', () => {
    const first = [createRandom(1, 'a'), createRandom(2, 'a'), createRandom(1, 'b'), createRandom(1, 'a', ''), createRandom(1, '', 'a')];
    assert.equal(new Set(first.map((random) => random.uniform())).size, first.length);
  });

  it('spread evenly over the range asked for', () => {
    const random = createRandom('even');
    const counts = Array.from({ length: 10 }, () => 0);
    for (const value of draws(100_000, () => random.uniform(-5, 5))) {
      assert.ok(value >= -5 && value < 5);
      const bin = Math.floor(value + 5);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, counts.join(' '));
  });

  it('have the mean and the deviation asked for when drawn as normal', () => {
    const random = createRandom('normal');
    const values = draws(100_000, () => random.normal(10, 2));
    const centre = mean(values);
    assert.ok(Math.abs(centre - 10) < 0.05, `mean ${centre}`);
    const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    assert.ok(Math.abs(deviation - 2) < 0.05, `deviation ${deviation}`);
    const beyondTwo = values.filter((value) => Math.abs(value - 10) > 4).length / values.length;
    assert.ok(Math.abs(beyondTwo - 0.0455) < 0.005, `tails ${beyondTwo}`);
  });
});
