import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { DeviceLimits } from '../../../core/overload/device-limits.ts';
import { NO_LIMITS } from '../../../core/overload/limits.ts';
import type { Limits } from '../../../core/overload/limits.ts';

describe('Device limits', () => {
  const onePerSecond: Limits = { ...NO_LIMITS, messagesPerSecond: 1, burst: 1 };

  it('gives each device a bucket of its own', () => {
    const limits = new DeviceLimits(new ManualClock());
    assert.deepEqual(limits.admit('press-7', onePerSecond, 10), { admitted: true });
    assert.deepEqual(limits.admit('press-7', onePerSecond, 10), { admitted: false, wait: 1_000 });
    assert.deepEqual(limits.admit('press-8', onePerSecond, 10), { admitted: true });
  });

  it('admits a device without limits, and remembers nothing of it', () => {
    const limits = new DeviceLimits(new ManualClock());
    for (let message = 0; message < 1_000; message += 1) assert.deepEqual(limits.admit('press-7', NO_LIMITS, 1_000_000), { admitted: true });
    assert.equal(limits.size, 0);
  });

  it('keeps the bucket when equal limits come as another object, and begins anew when they have changed', () => {
    const limits = new DeviceLimits(new ManualClock());
    limits.admit('press-7', onePerSecond, 10);
    assert.equal(limits.admit('press-7', { ...onePerSecond }, 10).admitted, false);
    assert.equal(limits.admit('press-7', { ...onePerSecond, messagesPerSecond: 2 }, 10).admitted, true);
  });

  it('forgets the buckets that are full again', () => {
    const clock = new ManualClock();
    const limits = new DeviceLimits(clock);
    for (let device = 0; device < 100; device += 1) limits.admit(`device-${device}`, onePerSecond, 10);
    assert.equal(limits.size, 100);
    clock.advance(1_000);
    limits.admit('device-100', onePerSecond, 10);
    assert.equal(limits.size, 1);
  });

  it('remembers a bounded number of buckets, those asked last', () => {
    const limits = new DeviceLimits(new ManualClock(), 10);
    for (let device = 0; device < 100; device += 1) limits.admit(`device-${device}`, onePerSecond, 10);
    assert.equal(limits.size, 10);
    assert.equal(limits.admit('device-99', onePerSecond, 10).admitted, false);
    assert.equal(limits.admit('device-89', onePerSecond, 10).admitted, true);
  });
});
