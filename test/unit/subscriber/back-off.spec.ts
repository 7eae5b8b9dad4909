import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { BackOff } from '../../../core/subscriber/back-off.ts';
import { readBrokerAddress } from '../../../core/subscriber/broker-address.ts';

describe('the pauses before another attempt', () => {
  it('double up to the longest, and begin anew when all is well', () => {
    const backOff = new BackOff({ minimum: 1_000, maximum: 60_000, random: () => 0.999999 });
    assert.deepEqual(Array.from({ length: 8 }, () => Math.round(backOff.next() / 1_000)), [1, 2, 4, 8, 16, 32, 60, 60]);
    backOff.reset();
    assert.equal(Math.round(backOff.next()), 1_000);
  });

  it('lie between half of what is due and the whole, whatever chance says', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 0.9999, noNaN: true }), { minLength: 1, maxLength: 12 }), (chances) => {
      const backOff = new BackOff({ minimum: 1_000, maximum: 60_000, random: () => chances[at] ?? 0 });
      let at = 0;
      for (; at < chances.length; at += 1) {
        const due = Math.min(60_000, 1_000 * 2 ** at);
        const pause = backOff.next();
        assert.ok(pause >= due / 2 && pause <= due);
      }
    }));
  });
});

describe('the address of a broker', () => {
  const GOOD: Array<[url: string, protocol: string, host: string, port: number, path: string]> = [
    ['mqtt://broker.example', 'mqtt', 'broker.example', 1883, ''],
    ['mqtts://broker.example', 'mqtts', 'broker.example', 8883, ''],
    ['tcp://192.0.2.7:1884', 'mqtt', '192.0.2.7', 1884, ''],
    ['ssl://broker.example/', 'mqtts', 'broker.example', 8883, ''],
    ['mqtt://[::1]:1883', 'mqtt', '::1', 1883, ''],
    ['ws://broker.example:8083/mqtt', 'ws', 'broker.example', 8083, '/mqtt'],
    ['wss://broker.example/mqtt?tenant=a', 'wss', 'broker.example', 443, '/mqtt?tenant=a'],
  ];
  for (const [url, ...expected] of GOOD) {
    it(`${url} is read`, () => {
      const { protocol, host, port, path } = readBrokerAddress(url);
      assert.deepEqual([protocol, host, port, path], expected);
    });
  }

  for (const url of ['', 'broker.example', 'broker.example:1883', 'http://broker.example', 'mqtt://', 'mqtt://a:b:c', 'mqtt://broker.example:99999']) {
    it(`${JSON.stringify(url)} is refused with an example of a good one`, () => {
      assert.throws(() => readBrokerAddress(url), (error: unknown) => error instanceof ConfigError && error.field === 'url' && /mqtt:\/\/192\.0\.2\.7:1883/.test(error.message));
    });
  }

  it('is refused with a password in it, which is not repeated', () => {
    assert.throws(() => readBrokerAddress('mqtt://me:hunter2@broker.example'), (error: unknown) => error instanceof ConfigError && !error.message.includes('hunter2') && /Enter them in the fields/.test(error.message));
  });
});
