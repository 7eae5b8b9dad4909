import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { Rarity } from '../../../../core/anomaly/unusual/rarity.ts';
import { gaussian } from '../random.ts';

const LEARNED = 5_000;
const MOST = 3;

/** A rarity that has learned deviations of `scale` times the absolute of normal noise. */
function learned(scale: number, smoothing = 1): Rarity {
  const next = gaussian(1);
  const rarity = new Rarity({ smoothing, most: MOST }, new Memory());
  for (let index = 0; index < LEARNED; index += 1) rarity.judge(scale * Math.abs(next()), true);
  return rarity;
}

describe('a rarity', () => {
  it('is 0 until two hundred deviations are known', () => {
    const rarity = new Rarity({ smoothing: 1, most: MOST }, new Memory());
    for (let index = 0; index <= 200; index += 1) {
      assert.equal(rarity.isReady, false);
      assert.equal(rarity.judge(index * index, true), 0);
    }
    assert.ok(rarity.isReady && rarity.judge(1e9, false) > 0);
  });

  it('grows with the deviation, up to the most that it may', () => {
    const rarity = learned(1);
    const rarities = [0, 1, 2, 3, 4, 6, 1e9].map((deviation) => rarity.judge(deviation, false));
    assert.deepEqual(rarities, rarities.toSorted((one, other) => one - other));
    assert.ok(rarities[0] === 0 && (rarities[1] ?? 9) < 0.5 && (rarities[4] ?? 0) > 1, rarities.join());
    assert.ok(rarities.every((each) => each <= MOST));
  });

  it('is the same in whatever unit the deviations are', () => {
    const [small, large] = [learned(1e-6), learned(1e6)];
    for (const deviation of [0.5, 2, 3, 5]) assert.ok(Math.abs(small.judge(deviation * 1e-6, false) - large.judge(deviation * 1e6, false)) < 1e-9);
  });

  it('tells the deviation at which it comes to a rarity that is asked for', () => {
    const rarity = learned(2);
    for (const asked of [0.5, 1]) {
      const said = rarity.judge(rarity.deviationAt(asked), false);
      assert.ok(Math.abs(said - asked) < 0.05, `${said} is not ${asked}`);
    }
  });

  it('smooths a deviation that comes alone, and not one that lasts', () => {
    const rarity = learned(1, 4);
    const alone = rarity.judge(3, true);
    const lasting = [3, 3, 3].map((deviation) => rarity.judge(deviation, true)).at(-1) ?? 0;
    assert.ok(lasting > alone);
    assert.ok(learned(1, 1).judge(3, false) > alone);
  });

  it('stays as it was when it does not learn', () => {
    const memory = new Memory();
    const rarity = new Rarity({ smoothing: 2, most: MOST }, memory);
    for (let index = 0; index < 500; index += 1) rarity.judge(index % 7, true);
    const before = memory.save();
    for (const deviation of [0, 3, 1e150]) rarity.judge(deviation, false);
    assert.deepEqual(memory.save(), before);
  });

  it('is hardly changed by one deviation beyond all sense', () => {
    const rarity = learned(1);
    const { usual } = rarity;
    rarity.judge(1e150, true);
    assert.ok(Math.abs(rarity.usual / usual - 1) < 0.01);
  });

  it('takes the first deviation of a series without one for as rare as can be', () => {
    const rarity = new Rarity({ smoothing: 1, most: MOST }, new Memory());
    for (let index = 0; index < 300; index += 1) assert.equal(rarity.judge(0, true), 0);
    assert.equal(rarity.judge(0, true), 0);
    assert.equal(rarity.judge(1e-9, false), MOST);
  });

  it('finds what comes again and again ever less rare', () => {
    const rarity = learned(1);
    const first = rarity.judge(5, false);
    for (let event = 0; event < 20; event += 1) for (let index = 0; index < 100; index += 1) rarity.judge(index === 0 ? 5 : 0.5, true);
    const later = rarity.judge(5, false);
    assert.ok(later < 0.8 * first, `${later} after ${first}`);
  });
});
