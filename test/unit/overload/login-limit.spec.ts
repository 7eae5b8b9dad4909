import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { addressKey, LoginLimit } from '../../../core/overload/login-limit.ts';

describe('Login limit', () => {
  const start = 1_000_000;
  let clock: ManualClock;
  let limit: LoginLimit;

  beforeEach(() => {
    clock = new ManualClock(start);
    limit = new LoginLimit(clock, { failures: 3, window: 60_000, maximumKeys: 5 });
  });

  function fail(key: string, times: number): void {
    for (let time = 0; time < times; time += 1) limit.failed(key);
  }

  it('lets a key try until it has failed too often', () => {
    fail('10.0.0.1', 2);
    assert.equal(limit.blocked('10.0.0.1'), 0);
    fail('10.0.0.1', 1);
    assert.equal(limit.blocked('10.0.0.1'), 60_000);
    assert.equal(limit.blocked('10.0.0.2'), 0);
  });

  it('slides: the wait ends when the oldest failure is a window old', () => {
    limit.failed('a');
    clock.advance(20_000);
    fail('a', 2);
    assert.equal(limit.blocked('a'), 40_000);
    clock.advance(40_000);
    assert.equal(limit.blocked('a'), 0);
    limit.failed('a');
    assert.equal(limit.blocked('a'), 20_000);
  });

  it('remembers a bounded number of keys, and none whose window is over', () => {
    for (let index = 0; index < 100; index += 1) limit.failed(`key-${index}`);
    assert.equal(limit.size, 5);
    fail('key-99', 2);
    assert.equal(limit.blocked('key-99'), 60_000);
    clock.advance(60_000);
    limit.failed('another');
    assert.equal(limit.size, 1);
  });

  it('blocks nobody for longer than a window when the clock is set back', () => {
    fail('a', 3);
    clock.advance(-3_600_000);
    assert.equal(limit.blocked('a'), 60_000);
    clock.advance(60_000);
    assert.equal(limit.blocked('a'), 0);
  });

  it('takes an IPv4 address as it is, however the socket spells it, and an IPv6 host by its /64', () => {
    assert.equal(addressKey('192.0.2.7'), '192.0.2.7');
    assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7');
    assert.equal(addressKey('2001:db8:0:1:aaaa::1'), addressKey('2001:db8:0:1::2'));
    assert.notEqual(addressKey('2001:db8:0:1::1'), addressKey('2001:db8:0:2::1'));
    assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(addressKey('::1'), '0:0:0:0::/64');
    assert.equal(addressKey(undefined), '');
  });
});
