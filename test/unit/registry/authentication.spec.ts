import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Authentication } from '../../../core/registry/authentication.ts';

describe('a login', () => {
  let clock: ManualClock;
  let problems: string[];
  let authentication: Authentication;
  let broken: boolean;

  beforeEach(() => {
    clock = new ManualClock(1_000_000);
    problems = [];
    broken = false;
    authentication = new Authentication({
      clock,
      problem: (sentence) => void problems.push(sentence),
      registry: {
        authenticate: (id, secret) => {
          if (broken) throw new Error('It broke.');
          return secret === 'right' ? { id, kind: 'device', profile: '', children: [] } : undefined;
        },
      },
    });
  });

  /** Who it is, or why not. */
  function login(secret: string, address = '10.0.0.1', id = 'p1'): string {
    const result = authentication.login(address, id, secret);
    return 'failed' in result ? result.failed : result.id;
  }

  it('with a right secret is never refused, however often others from there have failed, or somebody in its name', () => {
    for (let count = 0; count < 500; count += 1) {
      login('wrong');
      assert.equal(login('right'), 'p1');
    }
    assert.deepEqual([login('right', '10.0.0.1', 'p2'), login('right', '10.0.0.2')], ['p2', 'p1']);
  });

  it('that fails is told how long to wait from the eleventh of an address within a minute on', () => {
    for (let count = 0; count < 10; count += 1) assert.deepEqual(authentication.login('10.0.0.1', `p${count}`, 'wrong'), { failed: 'wrong', retryAfter: 0 });
    clock.advance(20_000);
    assert.deepEqual(authentication.login('10.0.0.1', 'p1', 'wrong'), { failed: 'too-often', retryAfter: 40_000 });
    assert.equal(login('wrong', '10.0.0.2'), 'wrong');
    clock.advance(60_000);
    assert.equal(login('wrong'), 'wrong');
  });

  it('counts for the whole of an IPv6 network', () => {
    for (let count = 0; count < 10; count += 1) login('wrong', `2001:db8::${count}`);
    assert.deepEqual([login('wrong', '2001:db8::ffff'), login('wrong', '2001:db8:0:1::1')], ['too-often', 'wrong']);
  });

  it('is no failure of the client when the registry cannot be read', () => {
    broken = true;
    for (let count = 0; count < 20; count += 1) assert.equal(login('right'), 'unreadable');
    assert.deepEqual([...new Set(problems)], ['It broke.']);
    broken = false;
    assert.equal(login('wrong'), 'wrong');
  });
});
