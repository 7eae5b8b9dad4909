import assert from 'node:assert/strict';
import { CODE, OPTION } from '../../../core/coap/message.ts';
import { Harbour } from './harbour.ts';
import { datagram, described, pathOptions, signedBlocks, signedOptions, signedRequest } from './requests.ts';

describe('a reply to whoever has not authenticated', () => {
  it('is at most three times as long as what it answers, on every path', () => {
    const seen = new Set<string>();
    const { p1 } = new Harbour();
    const short = { token: Buffer.alloc(0) };
    const requests = [
      Buffer.from('40000001', 'hex'), Buffer.from('40020001f0', 'hex'), Buffer.from('40450001', 'hex'),
      datagram(short), datagram({ ...short, code: CODE.GET }), datagram({ ...short, options: [{ number: 9, value: Buffer.alloc(0) }] }), datagram({ ...short, options: [{ number: OPTION.proxyScheme, value: Buffer.from('a') }] }),
      datagram({ ...short, options: pathOptions('/telemetry') }), datagram({ ...short, code: CODE.GET, options: pathOptions('/telemetry') }), datagram({ ...short, options: [...pathOptions('/telemetry'), { number: OPTION.block1, value: Buffer.alloc(0) }] }),
      datagram({ ...short, options: [...pathOptions('/telemetry'), { number: OPTION.uriQuery, value: Buffer.from('s') }] }),
      signedRequest({ ...p1, secret: 'wrong' }), signedRequest({ ...p1, id: 'nobody' }), ...signedBlocks({ ...p1, secret: 'wrong', payload: 'x'.repeat(100) }, 64),
      datagram({ options: [...signedOptions(p1), { number: OPTION.block1, value: Buffer.from([0x0a]) }] }),
      signedRequest({ ...p1, nonce: 'x' }), datagram({ token: Buffer.alloc(8), payload: Buffer.alloc(1_000) }),
    ];
    for (const request of requests) {
      for (const harbour of [new Harbour(), new Harbour({ registry: { signingKey: () => { throw new Error('Gone.'); }, find: () => undefined, isChild: () => false } })]) {
        const replies = [...harbour.tell(request), ...harbour.wait(1_000_000)];
        assert.ok(replies.length <= 1, request.toString('hex'));
        const [reply] = replies;
        assert.ok(reply === undefined || reply.length <= 3 * request.length, `${String(reply?.length)} bytes for ${request.length}: ${described(reply)}`);
        seen.add(described(reply));
      }
    }
    assert.deepEqual([...seen].toSorted(), ['ACK 4.01', 'ACK 4.02', 'ACK 4.04', 'ACK 4.05', 'ACK 5.03 Max-Age=05', 'ACK 5.05', 'RST 0.00']);
  });

  it('has its diagnostic cut to fit', () => {
    const harbour = new Harbour();
    const [reply] = harbour.tell(datagram({ token: Buffer.alloc(0) }));
    assert.equal(reply?.length, 12);
  });

  it('to a captured request that comes from elsewhere is shorter than that', () => {
    const harbour = new Harbour();
    harbour.intake.hold = true;
    const captured = signedRequest(harbour.p1);
    const replies = [...harbour.tell(captured), ...harbour.wait(1_000)];
    harbour.intake.answer();
    replies.push(...harbour.taken(), ...harbour.wait(1_000_000));
    assert.equal(replies.length, 6);
    assert.ok(replies.reduce((sum, { length }) => sum + length, 0) < captured.length);
  });
});
