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
