import assert from 'node:assert/strict';
import { block1Option, blockOf } from '../../../core/coap/block.ts';
import { BlockAssembly } from '../../../core/coap/block-assembly.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { OPTION } from '../../../core/coap/message.ts';
import { Harbour, HERE } from './harbour.ts';
import { blockDatagram, datagram, described, diagnosticOf, signedBlocks, signedOptions, signedRequest, type SignedOptions } from './requests.ts';

describe('a body in blocks', () => {
  let harbour: Harbour;
  let body: SignedOptions;
  beforeEach(() => {
    harbour = new Harbour();
    body = { ...harbour.p1, payload: JSON.stringify({ text: 'x'.repeat(200) }), nonce: 'nonce-of-body' };
  });
  const tell = (bytes: Buffer): string => described(harbour.tell(bytes)[0]);

  it('is one message when its last block is here; each reply tells its block', () => {
    const replies = signedBlocks(body, 64).map(tell);
    assert.deepEqual(replies, ['ACK 2.31 Block1=0a', 'ACK 2.31 Block1=1a', 'ACK 2.31 Block1=2a', 'ACK 2.04 Block1=32']);
    assert.deepEqual(harbour.intake.texts, [`p1: ${String(body.payload)}`]);
    assert.equal(harbour.server.remembered.bodyBytes, 0);
  });

  it('may be a single block', () => {
    assert.equal(tell(signedBlocks(body, 1_024)[0]!), 'ACK 2.04 Block1=06');
    const options = signedOptions({ ...body, nonce: 'another-nonce' });
    assert.equal(tell(blockDatagram(options, { number: 0, more: false, size: 1_024 }, Buffer.from(body.payload ?? ''), 9)), 'ACK 2.04 Block1=06');
  });

  it('bears each block twice, under the same message id and under a new one', () => {
    for (const [index, block] of signedBlocks(body, 64).entries()) {
      const again = Buffer.from(block);
      again.writeUInt16BE(1_000 + index, 2);
      const replies = [block, block, again].map(tell);
      assert.ok(replies.every((reply) => reply === replies[0]), replies.join());
    }
    assert.equal(harbour.intake.deliveries.length, 1);
  });

  it('that misses a block is refused, until it is sent again from its first', () => {
    const [first, second, third, last] = signedBlocks(body, 64);
    assert.deepEqual([tell(second!), tell(first!), tell(third!)], ['ACK 4.08 Block1=1a', 'ACK 2.31 Block1=0a', 'ACK 4.08 Block1=2a']);
    assert.deepEqual(signedBlocks(body, 64, 100).map(tell).at(-1), 'ACK 2.04 Block1=32');
    assert.equal(tell(last!), 'ACK 2.04 Block1=32');
    assert.equal(harbour.intake.deliveries.length, 1);
  });

  it('into which somebody has put a block of his own is refused whole', () => {
    const blocks = signedBlocks(body, 64);
    const forged = blockDatagram(signedOptions(body, true), { number: 1, more: true, size: 64 }, Buffer.alloc(200, 'y'), 50);
    assert.deepEqual([blocks[0]!, forged, blocks[2]!, blocks[3]!].map(tell), ['ACK 2.31 Block1=0a', 'ACK 2.31 Block1=1a', 'ACK 2.31 Block1=2a', 'ACK 4.08 Block1=32']);
    assert.equal(harbour.intake.deliveries.length, 0);
    assert.equal(signedBlocks(body, 64, 100).map(tell).at(-1), 'ACK 2.04 Block1=32');
    const other = { ...body, nonce: 'another-nonce' };
    const [begin] = signedBlocks(other, 64, 200);
    assert.deepEqual([begin!, blockDatagram(signedOptions(other, true), { number: 0, more: true, size: 64 }, Buffer.alloc(64, 'y'), 300)].map(tell), ['ACK 2.31 Block1=0a', 'ACK 2.31 Block1=0a']);
    const again = signedBlocks(other, 64, 400).map(tell);
    assert.equal(again.at(-1), 'ACK 2.04 Block1=32', 'its first block starts it anew');
  });

  it('may change the size of its blocks on the way', () => {
    const options = signedOptions(body, true);
    const payload = Buffer.from(body.payload ?? '');
    const blocks = [{ number: 0, more: true, size: 128 }, { number: 4, more: true, size: 32 }, { number: 10, more: false, size: 16 }];
    const replies = blocks.map((block, index) => tell(blockDatagram(options, block, block.more ? payload : payload.subarray(0, 0), index)));
    assert.deepEqual(replies, ['ACK 2.31 Block1=0b', 'ACK 2.31 Block1=49', 'ACK 4.08 Block1=a0']);
    const rest = { number: 5, more: false, size: 32 };
    assert.equal(tell(datagram({ messageId: 20, options: [...options, block1Option({ number: 0, more: true, size: 128 })], payload: payload.subarray(0, 128) })), 'ACK 2.31 Block1=0b');
    assert.equal(tell(datagram({ messageId: 21, options: [...options, block1Option({ number: 2, more: true, size: 64 })], payload: payload.subarray(128, 192) })), 'ACK 2.31 Block1=2a');
    assert.equal(tell(datagram({ messageId: 22, options: [...options, block1Option({ ...rest, number: 6 })], payload: payload.subarray(192) })), 'ACK 2.04 Block1=61');
  });

  it('needs its digest, and a signature on every block: nobody else gets memory', () => {
    const [first] = signedBlocks(body, 64);
    const undigested = blockDatagram(signedOptions(body), { number: 0, more: true, size: 64 }, Buffer.from(body.payload ?? ''), 1);
    assert.match(`${tell(undigested)} ${diagnosticOf(harbour.tell(undigested)[0]!)}`, /^ACK 4\.01 .*needs the parameter d/);
    const forged = signedBlocks({ ...body, secret: 'wrong' }, 64, 10);
    assert.deepEqual([forged[0]!, forged[1]!].map(tell), ['ACK 4.01', 'ACK 4.01']);
    assert.equal(harbour.server.remembered.bodyBytes, 0);
    tell(first!);
    assert.ok(harbour.server.remembered.bodyBytes > 0);
  });

  it('whose blocks do not fit their option is refused', () => {
    const options = signedOptions(body, true);
    const of = (value: number[], length: number, messageId: number): string => tell(datagram({ messageId, options: [...options, { number: OPTION.block1, value: Buffer.from(value) }], payload: Buffer.alloc(length, 'x') }));
    assert.deepEqual([of([0x0a], 63, 1), of([0x0a], 65, 2), of([0x1a], 10, 3), of([0x0f], 1_024, 4)], ['ACK 4.00 Block1=0a', 'ACK 4.00 Block1=0a', 'ACK 4.00 Block1=1a', 'ACK 4.00 Block1=0f']);
  });

  it('that gets too large is refused where it does, and a block of a gigabyte\'s end costs nothing', () => {
    const big = { ...body, payload: 'x'.repeat(20_100) };
    const blocks = signedBlocks(big, 1_024);
    const replies = blocks.map(tell);
    assert.deepEqual(replies.slice(-2), ['ACK 2.31 Block1=012e', 'ACK 4.13 Block1=0136 Size1=4e20']);
    assert.equal(harbour.server.remembered.bodyBytes, 0);
    const last = datagram({ messageId: 99, options: [...signedOptions({ ...big, nonce: 'another-nonce' }, true), { number: OPTION.block1, value: Buffer.from([0xff, 0xff, 0xf6]) }], payload: Buffer.from('x') });
    assert.equal(tell(last), 'ACK 4.13 Block1=fffff6 Size1=4e20');
  });

  it('waits for its commit as any message, and answers a block that comes again meanwhile', () => {
    harbour.intake.hold = true;
    const blocks = signedBlocks(body, 64);
    assert.deepEqual(blocks.map(tell).at(-1), 'silence');
    const again = Buffer.from(blocks[3]!);
    again.writeUInt16BE(77, 2);
    assert.equal(tell(again), 'silence');
    harbour.intake.answer();
    assert.deepEqual(harbour.taken().map(described), ['ACK 2.04 Block1=32', 'ACK 2.04 Block1=32']);
  });

  it('from the same address as another does not mix with it', () => {
    const other = { ...body, id: 'p2', secret: 'secret of p2', payload: JSON.stringify({ text: 'y'.repeat(200) }) };
    const [ours, theirs] = [signedBlocks(body, 64), signedBlocks(other, 64, 100)];
    for (let index = 0; index < 4; index += 1) for (const blocks of [ours, theirs]) tell(blocks[index]!);
    assert.deepEqual(harbour.intake.texts, [`p1: ${String(body.payload)}`, `p2: ${String(other.payload)}`]);
  });

  it('goes on from another port, as behind a router that forgot the first', () => {
    const replies = signedBlocks(body, 64).map((block, index) => described(harbour.tell(block, { ...HERE, port: HERE.port + index })[0]));
    assert.equal(replies.at(-1), 'ACK 2.04 Block1=32');
  });

  it('does not keep a plain request from being served', () => {
    tell(signedBlocks(body, 64)[0]!);
    assert.equal(tell(signedRequest(harbour.p1, { messageId: 500 })), 'ACK 2.04');
  });
});

describe('the memory for bodies in blocks', () => {
  const clock = new ManualClock(0);
  const assembly = (maximumBytes: number): BlockAssembly => new BlockAssembly({ clock, maximumBodySize: 100_000, maximumBytes, perPrincipal: 2 });
  const block = (number: number) => ({ number, more: true, size: 1_024 });
  const bytes = Buffer.alloc(1_024, 'x');

  it('is bounded in all: who comes too late is told so, and those before go on', () => {
    const bodies = assembly(10_000);
    const kinds = Array.from({ length: 11 }, (_, index) => bodies.take(`d${index}`, 'n', block(0), bytes).kind);
    assert.deepEqual([kinds.slice(0, 9).every((kind) => kind === 'continue'), kinds.slice(9)], [true, ['no-room', 'no-room']]);
    // Who has no room for its next block gives up what it had, and so the next one goes on.
    assert.deepEqual([bodies.take('d0', 'n', block(1), bytes).kind, bodies.take('d1', 'n', block(1), bytes).kind, bodies.take('d9', 'n', block(0), bytes).kind], ['no-room', 'continue', 'no-room']);
    assert.ok(bodies.bytes <= 10_000);
  });

  it('is bounded for each: whoever begins too many loses his oldest', () => {
    const bodies = assembly(1_000_000);
    for (const nonce of ['a', 'b', 'c']) bodies.take('d', nonce, block(0), bytes);
    assert.deepEqual(['b', 'c', 'a'].map((nonce) => bodies.take('d', nonce, block(1), bytes).kind), ['continue', 'continue', 'incomplete']);
  });

  it('is free again when nothing came for four minutes', () => {
    const bodies = assembly(1_000_000);
    bodies.take('d', 'a', block(0), bytes);
    clock.advance(200_000);
    bodies.take('e', 'a', block(0), bytes);
    clock.advance(50_000);
    bodies.take('f', 'a', { ...block(0), more: false }, bytes);
    assert.deepEqual([bodies.take('d', 'a', block(1), bytes).kind, bodies.take('e', 'a', block(1), bytes).kind], ['incomplete', 'continue']);
  });

  it('holds 100,000 bytes in blocks of 16', () => {
    const bodies = assembly(1_000_000);
    let last;
    for (let number = 0; number < 6_250; number += 1) last = bodies.take('d', 'a', { number, more: number < 6_249, size: 16 }, Buffer.alloc(16, number % 256));
    assert.ok(last?.kind === 'complete' && last.payload.length === 100_000 && last.payload[99_999] === 6_249 % 256);
    assert.equal(bodies.bytes, 0);
  });
});

describe('a Block1 option', () => {
  it('reads as it was written, for every number and size', () => {
    for (const number of [0, 1, 15, 16, 4_095, 4_096, 1_048_575]) {
      for (const size of [16, 64, 1_024]) for (const more of [true, false]) assert.deepEqual(blockOf(block1Option({ number, more, size }).value), { number, more, size });
    }
    assert.deepEqual(blockOf(new Uint8Array(0)), { number: 0, more: false, size: 16 });
  });
});
