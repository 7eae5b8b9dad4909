import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { decodeMessage, encodeMessage } from '../../../core/coap/codec.ts';
import { MESSAGE_TYPES, type Message } from '../../../core/coap/message.ts';

/** An independent codec, of the library `coap`. */
interface PeerPacket {
  code: string;
  confirmable: boolean;
  ack: boolean;
  reset: boolean;
  messageId: number;
  token: Buffer;
  options: { name: string | number; value: Buffer }[];
  payload: Buffer;
}
const peer = createRequire(createRequire(import.meta.url).resolve('coap'))('coap-packet') as { parse(bytes: Buffer): PeerPacket; generate(packet: PeerPacket, maximum: number): Buffer };

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const messages: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom(...MESSAGE_TYPES),
  code: fc.integer({ min: 1, max: 255 }),
  messageId: fc.integer({ min: 0, max: 65_535 }),
  token: bytes(8),
  // Numbers that no name stands for, as the library wants names for the others.
  options: fc.array(fc.record({ number: fc.constantFrom(2, 10, 1_000, 1_001, 1_270, 30_000, 65_535), value: bytes(400) }, { noNullPrototype: true }), { maxLength: 6 }).map((list) => list.toSorted((a, b) => a.number - b.number)),
  payload: bytes(1_500),
});

describe('the CoAP codec', () => {
  it('writes messages that another library reads, and reads what that library writes', () => {
    fc.assert(fc.property(messages, (message) => {
      const written = encodeMessage(message);
      const read = peer.parse(written);
      assert.deepEqual([read.code, read.messageId], [`${message.code >> 5}.${String(message.code & 31).padStart(2, '0')}`, message.messageId]);
      assert.deepEqual([read.confirmable, read.ack, read.reset], [message.type === 'CON', message.type === 'ACK', message.type === 'RST']);
      assert.deepEqual(read.options.map(({ name, value }) => ({ number: Number(name), value })), message.options);
      assert.deepEqual([read.token, read.payload], [message.token, message.payload]);
      assert.deepEqual(decodeMessage(peer.generate(read, 65_507)), { ...message });
    }), { seed: 1, numRuns: 500 });
  });

  it('refuses what RFC 7252 calls a message format error', () => {
    for (const [name, hex] of [
      ['nothing', ''], ['three bytes', '400200'], ['version 0', '00020001'], ['version 2', '80020001'],
      ['a token of 9 bytes', `49020001${'00'.repeat(9)}`], ['a token length of 15', `4f020001${'00'.repeat(15)}`], ['a token that is cut off', '4802000101'],
      ['an empty message with a token', '4100000101'], ['an empty message with an option', '4000000110'], ['an empty message with a payload', '40000001ff01'],
      ['a payload marker without a payload', '40020001ff'], ['an option that is cut off', '40020001b5aa'], ['a delta of 15', '40020001f0'], ['a length of 15', '400200010f'],
      ['an extended delta that is cut off', '40020001e001'], ['an extended length that is cut off', '400200010e01'], ['an option number beyond 65,535', '40020001e0fff3e0ffff'],
    ] as const) assert.equal(decodeMessage(Buffer.from(hex, 'hex')), undefined, name);
    assert.ok(decodeMessage(Buffer.from('40020001e0fef2', 'hex')), 'the largest option number');
  });

  it('refuses a datagram that is all options, before it has read them all', () => {
    const header = [0x40, 2, 0, 1];
    assert.equal(decodeMessage(Buffer.from([...header, ...Array<number>(64).fill(0x10)]))?.options.length, 64);
    assert.equal(decodeMessage(Buffer.from([...header, ...Array<number>(65).fill(0)])), undefined);
  });

  it('reads any bytes without throwing, and writes what it has read as it was', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (array) => {
      const datagram = Buffer.from(array);
      if (datagram.length > 0) datagram[0] = ((datagram[0] ?? 0) & 0x33) | 0x40;
      const message = decodeMessage(datagram);
      if (message) assert.deepEqual(decodeMessage(encodeMessage(message)), message);
    }), { seed: 2, numRuns: 20_000 });
  });
});
