import assert from 'node:assert/strict';
import { decodeMessage } from '../../../core/coap/codec.ts';
import { CODE } from '../../../core/coap/message.ts';
import { Harbour, HERE, NOW } from './harbour.ts';
import { datagram, described, pathOptions, signedRequest } from './requests.ts';

describe('the CoAP message layer', () => {
  let harbour: Harbour;
  beforeEach(() => {
    harbour = new Harbour();
  });
  const tell = (bytes: Buffer): string[] => harbour.tell(bytes).map(described);
  const wait = (milliseconds: number): string[] => harbour.wait(milliseconds).map(described);

  it('answers a confirmable request in its acknowledgement, with its token and message id', () => {
    const [reply] = harbour.tell(signedRequest(harbour.p1, { messageId: 77 }));
    assert.deepEqual(reply && decodeMessage(reply), { type: 'ACK', code: CODE.changed, messageId: 77, token: Buffer.from('tk'), options: [], payload: Buffer.alloc(0) });
  });

  it('answers a repetition whose acknowledgement got lost from memory, and hands it over once', () => {
    const request = signedRequest(harbour.p1);
    const [first] = harbour.tell(request);
    harbour.clock.advance(246_000);
    assert.deepEqual(harbour.tell(request), [first]);
    assert.equal(harbour.intake.deliveries.length, 1);
  });

  it('answers a repetition of a refused request as it was refused', () => {
    harbour.intake.refusal = { reason: 'rate', message: 'Slower.', retryAfter: 1_500 };
    const request = signedRequest(harbour.p1);
    assert.deepEqual([tell(request), tell(request)], [['ACK 5.03 Max-Age=02'], ['ACK 5.03 Max-Age=02']]);
    assert.equal(harbour.intake.deliveries.length, 1);
  });

  it('takes another request under a message id that a device used before it started anew for a new one', () => {
    tell(signedRequest(harbour.p1));
    assert.deepEqual(tell(signedRequest({ ...harbour.p1, payload: '{"t":2}' })), ['ACK 2.04']);
    assert.deepEqual(harbour.intake.texts, ['p1: {"t":1}', 'p1: {"t":2}']);
  });

  it('keeps apart the same message id of two endpoints', () => {
    tell(signedRequest(harbour.p1));
    assert.equal(harbour.tell(signedRequest({ ...harbour.p1, id: 'p2', secret: 'secret of p2' }), { ...HERE, port: 40_001 }).length, 1);
    assert.equal(harbour.intake.deliveries.length, 2);
  });

  it('acknowledges a request that takes long after a second, and then answers in a message of its own', () => {
    harbour.intake.hold = true;
    const request = signedRequest(harbour.p1, { messageId: 9 });
    assert.deepEqual([tell(request), wait(999), tell(request), wait(1), tell(request)], [[], [], [], ['ACK 0.00'], ['ACK 0.00']]);
    harbour.intake.answer();
    const [response] = harbour.taken();
    const read = response && decodeMessage(response);
    assert.deepEqual([read?.type, read?.code, Buffer.from(read?.token ?? []).toString()], ['CON', CODE.changed, 'tk']);
    assert.deepEqual(tell(datagram({ type: 'ACK', code: 0, token: Buffer.alloc(0), messageId: read?.messageId ?? 0 })), []);
    assert.deepEqual([wait(300_000), harbour.intake.deliveries.length, harbour.server.remembered.confirmables], [[], 1, 0]);
  });

  it('sends a separate response again after 2.5, 5, 10 and 20 seconds, and then gives up', () => {
    harbour.intake.hold = true;
    harbour.tell(signedRequest(harbour.p1));
    wait(1_000);
    harbour.intake.answer();
    const start = harbour.clock.now();
    const at: number[] = [];
    for (let count = 0; count < 200; count += 1) if (harbour.wait(500).length > 0) at.push(harbour.clock.now() - start);
    assert.deepEqual(at, [2_500, 7_500, 17_500, 37_500]);
    assert.equal(harbour.server.remembered.confirmables, 0);
  });

  it('stops sending a response that its receiver rejects', () => {
    harbour.intake.hold = true;
    harbour.tell(signedRequest(harbour.p1));
    wait(1_000);
    harbour.intake.answer();
    const messageId = decodeMessage(harbour.taken()[0] ?? Buffer.alloc(0))?.messageId ?? 0;
    tell(datagram({ type: 'RST', code: 0, token: Buffer.alloc(0), messageId }));
    assert.deepEqual(wait(100_000), []);
  });

  it('answers a non-confirmable request in a non-confirmable message, once', () => {
    const request = signedRequest(harbour.p1, { type: 'NON' });
    assert.deepEqual([tell(request), tell(request)], [['NON 2.04'], []]);
    assert.equal(harbour.intake.deliveries.length, 1);
  });

  it('answers no stranger who did not ask for it: a group could have been asked', () => {
    for (const request of [
      datagram({ type: 'NON' }), datagram({ type: 'NON', options: pathOptions('/telemetry') }), datagram({ type: 'NON', options: [{ number: 9, value: Buffer.alloc(1) }] }),
      datagram({ type: 'NON', code: CODE.GET }), signedRequest({ ...harbour.p1, secret: 'wrong' }, { type: 'NON' }), Buffer.from('5002000100f0', 'hex'), Buffer.from('50000001', 'hex'),
    ]) assert.deepEqual(tell(request), [], request.toString('hex'));
    assert.deepEqual(harbour.tell(datagram({ options: pathOptions('/telemetry') }), { address: '192.0.2.1', port: 0 }), []);
  });

  it('rejects a ping, a response that it never asked for, and what it cannot read, with a reset of four bytes', () => {
    for (const hex of ['40000007', '40450007', '40020007f0', '4f020007']) {
      const replies = harbour.tell(Buffer.from(hex, 'hex'));
      assert.deepEqual(replies.map((reply) => reply.toString('hex')), ['70000007'], hex);
    }
    for (const hex of ['', '40', 'ffffffff', '60450007', '70000007', '00000000']) assert.deepEqual(tell(Buffer.from(hex, 'hex')), [], hex);
  });

  it('says 5.03 once too many requests wait for their answers, and takes on when they have them', () => {
    harbour = new Harbour({}, { pending: 2 });
    harbour.intake.hold = true;
    const request = (messageId: number, type: 'CON' | 'NON' = 'CON') => signedRequest({ ...harbour.p1, nonce: `nonce-number-${messageId}` }, { messageId, type });
    assert.deepEqual([1, 2, 3].map((id) => tell(request(id))), [[], [], ['ACK 5.03 Max-Age=01']]);
    assert.deepEqual(tell(request(4, 'NON')), []);
    assert.deepEqual(harbour.intake.refusals, ['coap p1 inbox-full', 'coap p1 inbox-full']);
    harbour.intake.answer();
    harbour.intake.hold = false;
    assert.deepEqual(tell(request(3)), ['ACK 2.04']);
  });

  it('remembers a bounded number of answers and endpoints, and forgets them with time', () => {
    harbour = new Harbour({}, { answered: 10, endpoints: 5, confirmables: 1 });
    for (let port = 1; port <= 50; port += 1) harbour.tell(signedRequest(harbour.p1), { ...HERE, port });
    assert.deepEqual([harbour.server.remembered.answered, harbour.server.counts.connected], [10, 5]);
    harbour.clock.advance(247_000);
    assert.equal(harbour.server.counts.connected, 0);
    harbour.tell(signedRequest(harbour.p1));
    assert.deepEqual([harbour.server.remembered.answered, harbour.server.counts.connected], [1, 1]);
  });

  it('sends a response that it has no room to repeat once', () => {
    harbour = new Harbour({}, { confirmables: 1 });
    harbour.intake.hold = true;
    for (const messageId of [1, 2]) harbour.tell(signedRequest(harbour.p1, { messageId }));
    wait(1_000);
    harbour.intake.answer();
    assert.deepEqual(harbour.taken().map(described), ['CON 2.04', 'NON 2.04']);
  });

  it('leaves nothing behind of strangers', () => {
    const nothing = harbour.server.remembered;
    for (let count = 0; count < 2_000; count += 1) {
      harbour.tell(signedRequest({ ...harbour.p1, id: `d${count}` }, { messageId: count }), { address: `198.51.100.${count % 256}`, port: 1 + count });
      harbour.tell(datagram({ messageId: count, options: pathOptions('/other') }), { ...HERE, port: 1 + count });
    }
    assert.deepEqual([harbour.server.remembered, harbour.server.counts.connected], [nothing, 0]);
  });

  it('answers nothing once it is closed', () => {
    harbour.intake.hold = true;
    harbour.tell(signedRequest(harbour.p1));
    harbour.server.close();
    harbour.intake.answer();
    assert.deepEqual([harbour.taken(), wait(10_000), tell(signedRequest(harbour.p1, { messageId: 2 }))], [[], [], []]);
  });

  it('goes on after a failure of its own, and says so', () => {
    harbour = new Harbour({ profileOf: () => { throw new Error('no profiles'); } });
    assert.deepEqual(tell(signedRequest({ ...harbour.p1, time: NOW / 1_000 })), ['ACK 5.00']);
    assert.match(harbour.problems.join(), /could not be handled: no profiles/);
  });
});
