import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attemptKey } from '../../../core/intake/attempt-key.ts';

describe('the key of an attempt', () => {
  const text = fc.string({ maxLength: 12, unit: 'binary' });
  const attempt = fc.record({ session: text, packet: text, device: text, topic: text, payload: fc.uint8Array({ maxLength: 40 }) });
  type Parts = typeof attempt extends fc.Arbitrary<infer One> ? One : never;
  const seed = fc.maxSafeNat();
  const keyOf = ({ session, packet, ...rest }: Parts, by = 0): number => attemptKey({ attempt: { session, packet, repeated: false }, ...rest }, by) ?? assert.fail('no key');

  it('is a whole number that is the same for the same message, wherever its bytes lie in memory', () => {
    fc.assert(
      fc.property(attempt, seed, fc.nat(7), (parts, by, offset) => {
        const key = keyOf(parts, by);
        const elsewhere = new Uint8Array(64).subarray(offset, offset + parts.payload.length);
        elsewhere.set(parts.payload);
        assert.ok(Number.isSafeInteger(key) && key >= 1 && key <= 2 ** 52);
        assert.equal(keyOf({ ...parts, payload: elsewhere }, by), key);
      }),
    );
  });

  it('is another for another message, and for another inbox', () => {
    fc.assert(fc.property(attempt, attempt, (one, other) => JSON.stringify(one) === JSON.stringify(other) || keyOf(one) !== keyOf(other)));
    fc.assert(fc.property(attempt, seed, seed, (parts, one, other) => one === other || keyOf(parts, one) !== keyOf(parts, other)));
  });

  it('is another when any two bits of the payload are turned, and when a text moves its border', () => {
    const parts = { session: 's', packet: '1', device: 'd', topic: 't', payload: new Uint8Array(24) };
    const keys = new Set([keyOf(parts)]);
    const bits = 8 * parts.payload.length;
    for (let one = 0; one < bits; one += 1) {
      for (let other = one; other < bits; other += 1) {
        const payload = new Uint8Array(24);
        payload[one >> 3]! ^= 1 << (one & 7);
        if (other !== one) payload[other >> 3]! ^= 1 << (other & 7);
        keys.add(keyOf({ ...parts, payload }));
      }
    }
    assert.equal(keys.size, 1 + bits + (bits * (bits - 1)) / 2);
    assert.notEqual(keyOf({ ...parts, session: 'ab', packet: 'c' }), keyOf({ ...parts, session: 'a', packet: 'bc' }));
  });
});
