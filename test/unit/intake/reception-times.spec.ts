import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { ReceptionTimes } from '../../../core/intake/reception-times.ts';

describe('times of reception', () => {
  it('are those of the clock, in whole milliseconds, and rise strictly per device', () => {
    const clock = new ManualClock(1_000.7);
    const times = new ReceptionTimes(clock);
    assert.deepEqual(['a', 'a', 'b', 'a'].map((device) => times.next(device)), [1_000, 1_001, 1_000, 1_002]);
    clock.advance(1);
    assert.deepEqual(['a', 'b'].map((device) => times.next(device)), [1_003, 1_001]);
    clock.advance(100);
    assert.equal(times.next('a'), 1_101);
  });

  it('rise also when more devices are heard than are remembered, and when the clock is set back', () => {
    let now = 5_000;
    const times = new ReceptionTimes({ now: () => now, setTimeout: () => ({ cancel: () => undefined }) });
    for (let count = 0; count < 5; count += 1) times.next('busy');
    for (let count = 0; count < 25_000; count += 1) times.next(`d${count}`);
    assert.equal(times.next('busy'), 5_005);
    now = 4_000;
    for (let count = 0; count < 25_000; count += 1) times.next(`e${count}`);
    assert.equal(times.next('busy'), 5_006);
  });
});

describe('times of reception after a restart', () => {
  it('lie behind those that were given before it, though a flood had run ahead of the clock', () => {
    const clock = new ManualClock(1_000);
    const times = new ReceptionTimes(clock, 3_000);
    assert.deepEqual([times.next('press-1'), times.next('press-1'), times.next('press-2')], [3_001, 3_002, 3_001]);
    clock.advance(5_000);
    assert.deepEqual([times.next('press-1'), times.next('press-3')], [6_000, 6_000]);
  });

  it('are those of the clock when it has been set back far', () => {
    assert.equal(new ReceptionTimes(new ManualClock(1_000), 10_000_000).next('press-1'), 1_000);
  });
});
