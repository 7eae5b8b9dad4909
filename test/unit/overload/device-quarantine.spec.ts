import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { DeviceQuarantine, QuarantineSnapshotError } from '../../../core/overload/device-quarantine.ts';

describe('Device quarantine', () => {
  const start = 1_000_000;
  let clock: ManualClock;
  let quarantine: DeviceQuarantine;

  beforeEach(() => {
    clock = new ManualClock(start);
    quarantine = new DeviceQuarantine(clock);
  });

  it('keeps a device out for ten minutes, says why, and counts what it kept out', () => {
    quarantine.put('press-7', 'It sent 400 messages a second.');
    assert.equal(quarantine.keepsOut('press-8'), undefined);
    quarantine.keepsOut('press-7');
    clock.advance(599_999);
    assert.deepEqual(quarantine.keepsOut('press-7'), { device: 'press-7', reason: 'It sent 400 messages a second.', since: start, until: start + 600_000, refused: 2 });
    clock.advance(1);
    assert.equal(quarantine.keepsOut('press-7'), undefined);
    assert.equal(quarantine.size, 0);
  });

  it('lets a device go when a person says so', () => {
    quarantine.put('press-7', 'over its limit');
    assert.equal(quarantine.release('press-7'), true);
    assert.equal(quarantine.keepsOut('press-7'), undefined);
    assert.equal(quarantine.release('press-7'), false);
  });

  it('keeps the first reason and time of a device that is put again', () => {
    quarantine.put('press-7', 'first');
    clock.advance(1_000);
    quarantine.put('press-7', 'second');
    assert.deepEqual(quarantine.list(), [{ device: 'press-7', reason: 'first', since: start, until: start + 600_000, refused: 0 }]);
  });

  it('without a duration, waits for a person', () => {
    const lasting = new DeviceQuarantine(clock, { duration: 0 });
    lasting.put('press-7', 'over its limit');
    clock.advance(1e12);
    assert.deepEqual(lasting.keepsOut('press-7'), { device: 'press-7', reason: 'over its limit', since: start, refused: 1 });
  });

  it('goes on after a restart where it was', () => {
    quarantine.put('press-7', 'over its limit');
    quarantine.keepsOut('press-7');
    quarantine.put('press-8', 'over its limit too');
    const written = JSON.stringify(quarantine.snapshot());
    clock.advance(60_000);
    const restarted = new DeviceQuarantine(clock);
    restarted.restore(JSON.parse(written));
    assert.deepEqual(restarted.list(), quarantine.list());
    clock.advance(540_000);
    assert.equal(restarted.size, 0);
  });

  it('ends each at its own time, also when the duration was changed in between', () => {
    const lasting = new DeviceQuarantine(clock, { duration: 0 });
    lasting.put('press-7', 'over its limit');
    quarantine.restore(lasting.snapshot());
    quarantine.put('press-8', 'over its limit');
    clock.advance(600_000);
    assert.deepEqual(quarantine.list().map(({ device }) => device), ['press-7']);
  });

  it('keeps nobody out for longer when the clock is set back', () => {
    quarantine.put('press-7', 'over its limit');
    clock.advance(-1_000_000);
    assert.notEqual(quarantine.keepsOut('press-7'), undefined);
    clock.advance(600_000);
    assert.equal(quarantine.keepsOut('press-7'), undefined);
  });

  it('holds a bounded number of devices, and lets the longest there go', () => {
    const small = new DeviceQuarantine(clock, { maximumDevices: 3 });
    for (const device of ['a', 'b', 'c', 'd']) small.put(device, 'over its limit');
    assert.deepEqual(small.list().map(({ device }) => device), ['b', 'c', 'd']);
  });

  it('refuses a snapshot that cannot be one', () => {
    for (const snapshot of [undefined, null, [], 'x', {}, { devices: 3 }, { devices: [null] }, { devices: [{ device: 'a' }] }, { devices: [{ device: 'a', reason: '', since: 1, refused: 0, until: 'x' }] }]) {
      quarantine.put('press-7', 'over its limit');
      assert.throws(() => quarantine.restore(snapshot), QuarantineSnapshotError);
      assert.equal(quarantine.size, 0);
    }
  });
});
