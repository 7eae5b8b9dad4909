import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { guardPackets } from '../../../core/mqtt/packet-guard.ts';

/** A packet's fixed header as MQTT 3.1.1 section 2.2.3 has it, and as much of its body as there is. */
function packet(length: number, body = length): Buffer {
  const digits: number[] = [];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    digits.push(rest >= 128 ? (rest % 128) | 0x80 : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([0x30, ...digits]), Buffer.alloc(body, 0xff)]);
}

class Line {
  readonly chunks: Buffer[] = [];
  readonly refused: number[] = [];
  destroyed = false;
  read(): Buffer | null {
    return this.destroyed ? null : (this.chunks.shift() ?? null);
  }
  destroy(): void {
    this.destroyed = true;
  }
  readonly guard = guardPackets(this as unknown as Socket, { beforeLogin: 100, afterLogin: 1_000 }, (length) => void this.refused.push(length));
  /** How many bytes get through of what comes in these chunks. */
  through(...chunks: Buffer[]): number {
    this.chunks.push(...chunks);
    let bytes = 0;
    for (let chunk = this.read(); chunk; chunk = this.read()) bytes += chunk.length;
    return bytes;
  }
}

describe('the packet guard', () => {
  it('lets a packet of the largest size through, and nothing of a larger one', () => {
    const line = new Line();
    assert.equal(line.through(packet(100)), 102);
    assert.equal(line.through(packet(101)), 0);
    assert.deepEqual([line.destroyed, line.refused], [true, [101]]);
  });

  it('allows more once the client has logged in', () => {
    const line = new Line();
    line.through(packet(50));
    line.guard.loggedIn();
    assert.equal(line.through(packet(1_000)), 1_003);
    assert.equal(line.through(packet(1_001)), 0);
  });

  it('cuts at the header, before any of the body has come, also when the header comes byte by byte', () => {
    const line = new Line();
    const header = packet(200 * 1024 * 1024, 0);
    const bytes = line.through(...Array.from(header, (byte) => Buffer.from([byte])));
    assert.ok(bytes < header.length && line.destroyed);
    assert.equal(line.refused.length, 1);
  });

  it('cuts a length of more than four digits, which MQTT does not have', () => {
    const line = new Line();
    line.through(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x00]));
    assert.equal(line.destroyed, true);
  });

  it('finds the one packet that is too large, however the stream is cut into chunks', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 110 }), { minLength: 1, maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (lengths, cuts) => {
      const line = new Line();
      const stream = Buffer.concat(lengths.map((length) => packet(length)));
      const chunks: Buffer[] = [];
      for (let at = 0, index = 0; at < stream.length; index += 1) {
        const size = cuts[index % cuts.length] ?? 1;
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      const bytes = line.through(...chunks);
      const bad = lengths.findIndex((length) => length > 100);
      assert.equal(line.destroyed, bad >= 0);
      assert.deepEqual(line.refused, bad < 0 ? [] : [lengths[bad]]);
      if (bad < 0) assert.equal(bytes, stream.length);
      else assert.ok(bytes <= Buffer.concat(lengths.slice(0, bad).map((length) => packet(length))).length + 2);
    }));
  });
});
