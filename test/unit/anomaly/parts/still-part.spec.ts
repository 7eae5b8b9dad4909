import assert from 'node:assert/strict';
import { Memory } from '../../../../core/anomaly/memory.ts';
import { StillPart } from '../../../../core/anomaly/parts/still-part.ts';

/** A part that has seen 2,000 readings, each value `times` in a row. */
function after(times: number): StillPart {
  const part = new StillPart(1, new Memory());
  for (let index = 0; index < 2_000; index += 1) part.judge(0, Math.floor(index / times) % 5, true);
  return part;
}

/** The rarity of so many readings of 21 in a row. */
function still(part: StillPart, readings: number): number {
  let rarity = 0;
  for (let index = 0; index < readings; index += 1) rarity = part.judge(0, 21, true);
  return rarity;
}

describe('the part that looks for standing still', () => {
  it('says 1 at three times the longest run before, which counts as twenty at least', () => {
    assert.equal(still(after(1), 60), 1);
    assert.equal(still(after(1), 30), 0.5);
    assert.equal(still(after(20), 60), 1);
    assert.ok(still(after(20), 59) < 1);
  });

  it('says at most 2', () => {
    assert.equal(still(after(1), 10_000), 2);
  });

  it('says nothing of a series that hardly ever changed', () => {
    const part = new StillPart(1, new Memory());
    for (let index = 0; index < 2_000; index += 1) part.judge(0, Math.floor(index / 100) % 2, true);
    assert.equal(still(part, 1_000), 0);
  });

  it('knows a run as the longest when it is over', () => {
    const part = after(1);
    still(part, 90);
    part.judge(0, 1, true);
    assert.ok(still(part, 90) < 0.5);
  });

  it('counts a run that was expected as what it was asked for', () => {
    const part = after(1);
    part.begin();
    still(part, 200);
    part.accept(0.5);
    assert.ok(part.judge(0, 21, false) <= 0.51);
    part.judge(0, 1, true);
    assert.ok(still(part, 200) <= 0.5);
  });

  it('does not take a run that was not expected for the longest', () => {
    const part = after(1);
    part.begin();
    still(part, 200);
    part.reject();
    part.judge(0, 1, true);
    assert.equal(still(part, 60), 1);
  });
});
