import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { TokenBucket } from '../../../core/overload/token-bucket.ts';

const limits = fc.record({
  messagesPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 5_000, noNaN: true })),
  bytesPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e6, noNaN: true })),
  burst: fc.double({ min: 0.1, max: 60, noNaN: true }),
});
const arrivals = fc.array(fc.record({ after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })), bytes: fc.integer({ min: 0, max: 20_000 }) }), { maxLength: 200 });

describe('Token bucket', () => {
  it('lets a burst through, then the rate', () => {
    const bucket = new TokenBucket({ messagesPerSecond: 10, bytesPerSecond: 0, burst: 2 }, 0);
    for (let message = 0; message < 20; message += 1) assert.equal(bucket.take(1, 0), 0);
    assert.equal(bucket.take(1, 0), 100);
    assert.equal(bucket.take(1, 99), 1);
    assert.equal(bucket.take(1, 100), 0);
    assert.equal(bucket.take(1, 100), 100);
  });

  it('counts bytes as well as messages', () => {
    const bucket = new TokenBucket({ messagesPerSecond: 0, bytesPerSecond: 1_000, burst: 1 }, 0);
    assert.equal(bucket.take(600, 0), 0);
    assert.equal(bucket.take(600, 0), 200);
    assert.equal(bucket.take(400, 0), 0);
  });

  it('lets a message pass that is larger than the bucket, and makes those that follow wait for it', () => {
    const bucket = new TokenBucket({ messagesPerSecond: 0, bytesPerSecond: 1_000, burst: 1 }, 0);
    assert.equal(bucket.take(5_000, 0), 0);
    assert.equal(bucket.take(1, 0), 4_001);
    assert.equal(bucket.take(1, 4_001), 0);
  });

  it('holds at least one message, however low the rate', () => {
    const bucket = new TokenBucket({ messagesPerSecond: 0.1, bytesPerSecond: 0, burst: 1 }, 0);
    assert.equal(bucket.take(1, 0), 0);
    assert.equal(bucket.take(1, 0), 10_000);
    assert.equal(bucket.take(1, 10_000), 0);
  });

  it('goes on at its rate when the clock is set back', () => {
    const bucket = new TokenBucket({ messagesPerSecond: 1, bytesPerSecond: 0, burst: 1 }, 1_000_000);
    assert.equal(bucket.take(1, 1_000_000), 0);
    assert.equal(bucket.take(1, 500_000), 1_000);
    assert.equal(bucket.take(1, 501_000), 0);
  });

  it('never lets through more than the rate and the burst allow, but for the message that may be larger than the burst', () => {
    fc.assert(
      fc.property(limits, arrivals, (given, messages) => {
        const bucket = new TokenBucket(given, 0);
        let [now, count, bytes, largest] = [0, 0, 0, 0];
        for (const message of messages) {
          now += message.after;
          if (bucket.take(message.bytes, now) > 0) continue;
          count += 1;
          bytes += message.bytes;
          largest = Math.max(largest, message.bytes);
        }
        const { messagesPerSecond, bytesPerSecond, burst } = given;
        if (messagesPerSecond > 0) assert.ok(count <= (messagesPerSecond * now) / 1_000 + Math.max(1, messagesPerSecond * burst) + 0.001);
        const depth = Math.max(1, bytesPerSecond * burst);
        if (bytesPerSecond > 0) assert.ok(bytes <= (bytesPerSecond * now) / 1_000 + depth + Math.max(0, largest - depth) + 0.001);
      }),
    );
  });

  it('takes a message after the wait it named, and always names a finite one', () => {
    fc.assert(
      fc.property(limits, arrivals, (given, messages) => {
        const bucket = new TokenBucket(given, 0);
        let now = 0;
        for (const message of messages) {
          now += message.after;
          const wait = bucket.take(message.bytes, now);
          assert.ok(Number.isSafeInteger(wait) && wait >= 0);
          if (wait === 0) continue;
          now += wait;
          assert.equal(bucket.take(message.bytes, now), 0);
        }
      }),
    );
  });
});
