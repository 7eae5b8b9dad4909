import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { Excess } from '../../../../core/anomaly/unusual/excess.ts';
import { gaussian, uniform } from '../random.ts';

const WARM_UP = 200;

function learned(deviation: () => number, count = 20_000): Excess {
  const excess = new Excess(WARM_UP, new Memory());
  for (let index = 0; index < count; index += 1) excess.judge(deviation(), true);
  return excess;
}

function normal(scale = 1): () => number {
  const next = gaussian(1);
  return () => scale * Math.abs(next());
}

describe('an excess', () => {
  it('is 0 while it warms up', () => {
    const excess = new Excess(WARM_UP, new Memory());
    for (let index = 0; index <= WARM_UP; index += 1) assert.equal(excess.judge(index % 2 === 0 ? 1e9 : 0, true), 0);
  });

  it('is in proportion to the deviation, 1 at what it calls usual, and has an end', () => {
    const excess = learned(normal());
    const { usual } = excess;
    assert.ok(Math.abs(excess.judge(usual, false) - 1) < 1e-9);
    assert.ok(Math.abs(excess.judge(usual / 2, false) - 0.5) < 1e-9);
    const most = excess.judge(usual * 1e100, false);
    assert.ok(most > 2 && most < 10 && most === excess.judge(usual * 1e50, false), String(most));
  });

  it('calls usual what is several times where the tail begins, whatever the unit', () => {
    const usual = learned(normal()).usual;
    assert.ok(usual > 6 && usual < 20, String(usual));
    for (const scale of [1e-6, 1e6, 1e100]) assert.ok(Math.abs(learned(normal(scale)).usual / scale / usual - 1) < 1e-3);
  });

  it('reaches further where the tail is longer', () => {
    const next = uniform(2);
    assert.ok(learned(() => -Math.log(next())).usual > 1.2 * learned(() => 2 * next()).usual);
  });

  it('is hardly changed by anomalies that come now and then', () => {
    const next = normal();
    let count = 0;
    const disturbed = learned(() => ((count += 1) % 2_000 === 0 ? 1e4 : next()));
    assert.ok(disturbed.usual < 2 * learned(normal()).usual, String(disturbed.usual));
  });

  it('gets used to what happens often', () => {
    const next = normal(0.01);
    let count = 0;
    const switching = learned(() => ((count += 1) % 60 === 0 ? 5 : next()));
    assert.ok(switching.judge(5, false) < 1.1, String(switching.judge(5, false)));
  });

  it('stays as it was when it does not learn', () => {
    const memory = new Memory();
    const excess = new Excess(WARM_UP, memory);
    for (let index = 0; index < 500; index += 1) excess.judge(index % 7, true);
    const before = memory.save();
    for (const deviation of [0, 3, 1e150]) excess.judge(deviation, false);
    assert.deepEqual(memory.save(), before);
  });

  it('is lowered by an answer to what was asked for', () => {
    const excess = learned(normal());
    const far = 2 * excess.usual;
    excess.judge(far, true);
    excess.begin();
    excess.accept(0.5);
    assert.ok(excess.judge(far, false) <= 0.5 + 1e-9);
  });
});
