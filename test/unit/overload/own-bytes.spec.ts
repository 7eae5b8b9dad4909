import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Exchanges } from '../../../core/coap/exchanges.ts';
import { Retained } from '../../../core/mqtt/retained.ts';
import { SessionFile } from '../../../core/mqtt/session-file.ts';
import { ownBytes } from '../../../core/overload/own-bytes.ts';

/** A few bytes out of the block that Node.js shares out. */
function shared(): Buffer {
  const bytes = Buffer.from('{"t":21.4}');
  assert.ok(bytes.buffer.byteLength > bytes.length, 'Node.js no longer shares blocks out');
  return bytes;
}

/** How much memory stays because these bytes do. */
function held({ buffer }: Uint8Array): number {
  return buffer.byteLength;
}

describe('bytes that are kept for long', () => {
  it('are the same, in memory of their own', () => {
    const bytes = shared();
    const own = ownBytes(bytes);
    assert.deepEqual(own, bytes);
    assert.equal(held(own), bytes.length);
    bytes.fill(0);
    assert.equal(own.toString(), '{"t":21.4}');
  });

  it('hold no block of 64 KiB where a CoAP answer is kept for its repetition', () => {
    const exchanges = new Exchanges<{ digest: string }>(new ManualClock(0), 10);
    const pending = { digest: 'd' };
    const reply = shared();
    exchanges.begin('k', pending);
    exchanges.end('k', pending, reply, 1_000);
    const found = exchanges.find('k', () => 'd');
    assert.ok(found && 'answered' in found && found.answered.reply);
    assert.deepEqual(found.answered.reply, reply);
    assert.equal(held(found.answered.reply), reply.length);
  });

  it('hold no block of 64 KiB where an MQTT message is retained', async () => {
    const clock = new ManualClock(0);
    const file = new SessionFile(':memory:', clock, assert.ifError);
    const retained = new Retained(file);
    retained.keep({ topic: 'devices/p1/status', payload: shared(), qos: 1 });
    const kept: number[] = [];
    for await (const { payload } of retained.matching(['devices/p1/status'])) kept.push(held(payload));
    assert.deepEqual(kept, [10]);
    file.close();
  });
});
