import assert from 'node:assert/strict';
import { CODE, encodeUint, OPTION, type CoapOption } from '../../../core/coap/message.ts';
import type { Refusal } from '../../../core/intake/refusal.ts';
import { prepareFormats } from '../../../core/decode/index.ts';
import { Harbour, HERE } from './harbour.ts';
import { datagram, described, diagnosticOf, pathOptions, signedOptions, signedRequest, type SignedOptions } from './requests.ts';

describe('telemetry by CoAP', () => {
  let harbour: Harbour;
  let messageId = 0;
  before(() => prepareFormats());
  beforeEach(() => {
    harbour = new Harbour();
  });
  const send = (signed: Partial<SignedOptions> = {}): Buffer => harbour.tell(signedRequest({ ...harbour.p1, ...signed }, { messageId: (messageId += 1) }))[0] ?? Buffer.alloc(0);
  const sendOptions = (options: CoapOption[], payload = harbour.p1.payload): Buffer => harbour.tell(datagram({ messageId: (messageId += 1), options, payload: Buffer.from(payload) }))[0] ?? Buffer.alloc(0);
  const says = (reply: Buffer): string => `${described(reply)}: ${diagnosticOf(reply)}`;

  it('reaches the intake with everything that is known of it', () => {
    assert.equal(described(send({ nonce: 'abcdefgh', contentFormat: 50 })), 'ACK 2.04');
    assert.deepEqual(harbour.intake.deliveries, [{
      via: 'coap', device: 'p1', principal: 'p1', topic: '/telemetry', payload: Buffer.from('{"t":1}'), format: 'json',
      attempt: { session: 'coap:p1', packet: 'abcdefgh', repeated: true }, patience: 0,
    }]);
    assert.deepEqual(harbour.server.counts, { connected: 1, acknowledged: 1, refused: 0 });
  });

  it('is a device\'s own, or that of a gateway\'s child, and of nobody else', () => {
    const gate = { id: 'gate', secret: 'secret of gate' };
    for (const [signed, outcome] of [
      [{ path: '/devices/p1/telemetry' }, 'ACK 2.04'], [{ path: '/devices/p2/telemetry' }, 'ACK 4.03'], [{ ...gate, path: '/devices/c1/telemetry' }, 'ACK 2.04'],
      [{ ...gate, path: '/devices/p1/telemetry' }, 'ACK 4.03'], [gate, 'ACK 4.03'], [{ id: 'app', secret: 'secret of app' }, 'ACK 4.03'], [{ id: 'app', secret: 'secret of app', path: '/devices/p1/telemetry' }, 'ACK 4.03'],
    ] as const) assert.equal(described(send(signed)), outcome, JSON.stringify(signed));
    assert.deepEqual(harbour.intake.deliveries.map(({ device, principal, topic }) => `${principal} for ${device} at ${topic}`), ['p1 for p1 at /devices/p1/telemetry', 'gate for c1 at /devices/c1/telemetry']);
    assert.deepEqual(harbour.intake.refusals, ['coap p1 forbidden', 'coap gate forbidden', 'coap gate forbidden', 'coap app forbidden', 'coap app forbidden']);
    assert.match(says(send({ path: '/devices/p2/telemetry' })), /p1 may not send for the device p2\. Use the credentials of that device, or list it/);
  });

  it('is taken in the content formats that are known; without one, in that of the device\'s profile, else it is guessed', () => {
    const profile = { name: 'meter', format: 'csv', maximumAge: 0, metrics: {} } as const;
    harbour = new Harbour({ profileOf: (device) => (device === 'p2' ? profile : undefined) });
    assert.equal(described(send({ contentFormat: undefined })), 'ACK 2.04');
    assert.equal(described(send({ contentFormat: 0, payload: '21.5' })), 'ACK 2.04');
    assert.equal(described(send({ contentFormat: 60, payload: Buffer.from('a16174f93c00', 'hex') })), 'ACK 2.04');
    assert.equal(described(send({ id: 'p2', secret: 'secret of p2', payload: 'temperature\n21.5\n' })), 'ACK 2.04');
    assert.deepEqual(harbour.intake.deliveries.map(({ format }) => format), ['auto', 'text', 'cbor', 'csv']);
    for (const contentFormat of [40, 41, 42, 61, 65_535]) assert.match(says(send({ contentFormat })), /^ACK 4\.15: The content format \d+ is not taken here: use 0, 50, 60, 110 or 112\.$/);
  });

  it('that cannot be read is refused with the reason', () => {
    assert.match(says(send({ payload: '{"t":', contentFormat: 50 })), /^ACK 4\.00: .*JSON/);
    assert.match(says(send({ payload: '' })), /^ACK 4\.00: ./);
    assert.deepEqual([harbour.intake.deliveries, harbour.intake.refusals], [[], ['coap p1 syntax', 'coap p1 empty']]);
  });

  it('that is too large is refused with the largest size', () => {
    assert.match(says(send({ payload: `"${'x'.repeat(20_000)}"` })), /^ACK 4\.13 Size1=4e20: The body is larger than 20000 bytes\.$/);
    assert.equal(described(sendOptions([...signedOptions(harbour.p1), { number: OPTION.size1, value: encodeUint(20_001) }])), 'ACK 4.13 Size1=4e20');
    assert.deepEqual(harbour.intake.refusals, ['coap p1 too-large', 'coap p1 too-large']);
  });

  it('that the intake refuses is refused with a code that says what to do', () => {
    const expected: [Refusal['reason'], number | undefined, string][] = [
      ['rate', 2_500, 'ACK 5.03 Max-Age=03'], ['fair-share', 1_000, 'ACK 5.03 Max-Age=01'], ['inbox-full', 60_000, 'ACK 5.03 Max-Age=3c'], ['disk', undefined, 'ACK 5.03 Max-Age=05'],
      ['stopping', 1, 'ACK 5.03 Max-Age=01'], ['device-quarantined', undefined, 'ACK 4.03'], ['forbidden', undefined, 'ACK 4.03'], ['too-large', undefined, 'ACK 4.13'], ['syntax', undefined, 'ACK 4.00'],
    ];
    for (const [reason, retryAfter, outcome] of expected) {
      harbour.intake.refusal = { reason, message: `Because of ${reason}.`, ...(retryAfter !== undefined && { retryAfter }) };
      assert.equal(says(send()), `${outcome}: Because of ${reason}.`);
    }
    assert.deepEqual([harbour.server.counts.acknowledged, harbour.server.counts.refused, harbour.intake.refusals.length], [0, expected.length, 0]);
  });

  it('that is refused goes to the account of its device, once that is known', () => {
    const gate = { id: 'gate', secret: 'secret of gate', path: '/devices/c1/telemetry' };
    for (const signed of [{ contentFormat: 7 }, { payload: '{' }, { payload: 'x'.repeat(20_001) }, { time: 1 }]) send({ ...gate, ...signed });
    assert.deepEqual(harbour.intake.refusals, ['coap c1 unsupported-format', 'coap c1 syntax', 'coap c1 too-large', 'coap gate replayed']);
  });

  it('that was refused may be sent again as it was', () => {
    harbour.intake.refusal = { reason: 'disk', message: 'The disk is full.' };
    assert.equal(described(send({ nonce: 'the-same-nonce' })), 'ACK 5.03 Max-Age=05');
    harbour.intake.refusal = undefined;
    assert.equal(described(send({ nonce: 'the-same-nonce' })), 'ACK 2.04');
    assert.equal(harbour.intake.deliveries.length, 2, 'it was called stored without having been offered again');
  });

  it('is nowhere else, and only POST', () => {
    for (const path of ['/', '/other', '/telemetry/', '/telemetry/x', '/devices/p1', '/devices//telemetry', '/devices/p1/telemetry/x', '/devices/a b/telemetry', '/devices/../telemetry', '/Telemetry', '/devices/p1/status']) {
      assert.equal(described(send({ path })), 'ACK 4.04', path);
    }
    assert.equal(described(sendOptions([{ number: OPTION.uriPath, value: Buffer.from('devices/p1/telemetry') }])), 'ACK 4.04');
    for (const code of [CODE.GET, 3, 4, 5, 6, 7, 31]) assert.equal(described(harbour.tell(datagram({ code, messageId: (messageId += 1), options: pathOptions('/telemetry') }))[0]), 'ACK 4.05', String(code));
    assert.deepEqual([harbour.intake.deliveries, harbour.intake.refusals], [[], []]);
  });

  it('refuses options that it must understand and does not, and passes over those it need not', () => {
    const more = (number: number, ...bytes: number[]): Buffer => sendOptions([...signedOptions(harbour.p1), { number, value: Buffer.from(bytes) }]);
    for (const [number, bytes] of [[1, []], [5, []], [9, [1]], [13, []], [2_049, [1]], [OPTION.uriHost, []], [OPTION.block1, [1, 2, 3, 4]], [OPTION.accept, [1, 2, 3]]] as const) {
      assert.match(says(more(number, ...bytes)), new RegExp(`^ACK 4\\.02: The critical option ${number} `));
    }
    assert.equal(described(sendOptions([...signedOptions(harbour.p1), ...[1, 2].map(() => ({ number: OPTION.uriPort, value: Buffer.from([1]) }))])), 'ACK 4.02');
    for (const number of [OPTION.proxyUri, OPTION.proxyScheme]) assert.equal(described(more(number, 0x61)), 'ACK 5.05');
    for (const [number, bytes] of [[6, []], [258, [2]], [65_000, [1]], [OPTION.uriHost, [0x61]], [OPTION.uriPort, [1, 2]], [OPTION.accept, [50]], [OPTION.block2, [6]]] as const) {
      assert.equal(described(more(number, ...bytes)), 'ACK 2.04', String(number));
    }
  });

  describe('from whoever did not sign it', () => {
    const unauthorized = /^ACK 4\.01: /;

    it('is refused when any part of what was signed is another', () => {
      const signed = signedOptions({ ...harbour.p1, path: '/devices/p1/telemetry', contentFormat: 50 });
      const change = (number: number, from: RegExp, to: string): CoapOption[] => signed.map((option) => {
        const text = Buffer.from(option.value).toString('latin1');
        return option.number === number && from.test(text) ? { number, value: Buffer.from(text.replace(from, to), 'latin1') } : option;
      });
      assert.equal(described(sendOptions(signed)), 'ACK 2.04');
      for (const options of [
        change(OPTION.uriPath, /^p1$/, 'p2'), change(OPTION.contentFormat, /^2$/, '\0'), signed.filter(({ number }) => number !== OPTION.contentFormat), change(OPTION.uriQuery, /^id=p1/, 'id=p2'),
        change(OPTION.uriQuery, /^(t=\d+)\d/, '$19'), change(OPTION.uriQuery, /^n=./, 'n=_'), change(OPTION.uriQuery, /^s=.{5}/, 's=aaaaa'),
      ]) {
        harbour = new Harbour();
        assert.match(says(sendOptions(options)), unauthorized);
      }
      assert.match(says(sendOptions(signed, '{"t":2}')), unauthorized);
      assert.match(says(sendOptions(signed.filter(({ number }) => number !== OPTION.uriPath).concat(pathOptions('/telemetry')))), unauthorized);
      assert.deepEqual(harbour.intake.deliveries, []);
    });

    it('is refused without a signature, with a wrong one, or under a name that is not known', () => {
      assert.match(says(sendOptions(pathOptions('/telemetry'))), /^ACK 4\.01: Not signed: the parameters id, t, n and s are needed\.$/);
      assert.match(says(send({ secret: 'wrong' })), /^ACK 4\.01: The signature is wrong, or its id is not known\.$/);
      assert.match(says(send({ id: 'nobody', secret: '' })), /^ACK 4\.01: The signature is wrong, or its id is not known\.$/);
      const options = signedOptions(harbour.p1);
      assert.match(says(sendOptions([...options, { number: OPTION.uriQuery, value: Buffer.from('id=p1') }])), /^ACK 4\.01: The parameter id stands twice\.$/);
      assert.match(says(send({ nonce: 'short' })), /The parameter n must be 8 to 32 characters/);
      assert.equal(described(sendOptions([...options, { number: OPTION.uriQuery, value: Buffer.from('color=red') }])), 'ACK 2.04');
      assert.deepEqual(harbour.intake.refusals, Array<string>(5).fill('coap  login'));
    });

    it('says in the log, and only there, who has to get a new secret first', () => {
      harbour = new Harbour({ registry: { signingKey: () => undefined, find: (id) => (id === 'old' ? { id, kind: 'device', profile: '', children: [] } : undefined), isChild: () => false } });
      assert.equal(says(send({ id: 'old' })), says(send({ id: 'nobody' })));
      assert.match(harbour.problems[0] ?? '', /old got its secret before secrets were made that can sign\. Give it a new secret in the dialog of the backend\./);
      assert.doesNotMatch(harbour.problems[1] ?? '', /new secret/);
    });

    it('is answered ten times a minute an address, while what is signed from there is taken', () => {
      const answers = Array.from({ length: 30 }, () => described(send({ secret: 'wrong' })));
      assert.deepEqual(answers, [...Array<string>(10).fill('ACK 4.01'), ...Array<string>(20).fill('malformed')]);
      assert.equal(described(send()), 'ACK 2.04');
      assert.equal(harbour.tell(signedRequest({ ...harbour.p1, secret: 'wrong' }), { ...HERE, address: '192.0.2.9' }).length, 1);
      harbour.clock.advance(60_000);
      assert.equal(described(send({ secret: 'wrong' })), 'ACK 4.01');
    });

    it('is told to try again when the registry cannot be read', () => {
      harbour = new Harbour({ registry: { signingKey: () => { throw new Error('The disk is gone.'); }, find: () => undefined, isChild: () => false } });
      assert.equal(described(send()), 'ACK 5.03 Max-Age=05');
      assert.deepEqual([harbour.problems, harbour.intake.refusals], [['The disk is gone.'], ['coap  disk']]);
    });
  });

  describe('that was captured and is sent again', () => {
    it('is refused once its time is more than five minutes past, or ahead, and told what the time is', () => {
      const time = harbour.clock.now() / 1_000;
      for (const [offset, outcome] of [[-300, 'ACK 2.04'], [300, 'ACK 2.04'], [-301, 'ACK 4.01'], [301, 'ACK 4.01'], [-time, 'ACK 4.01']] as const) assert.equal(described(send({ time: time + offset })), outcome, String(offset));
      assert.match(says(send({ time: 5 })), /which is 1764000000\.$/);
      assert.deepEqual(harbour.intake.refusals, Array<string>(4).fill('coap p1 replayed'));
    });

    it('is answered as it was, and stored once, from wherever it comes', () => {
      const request = { ...harbour.p1, nonce: 'the-same-nonce' };
      const replies = [HERE, { address: '203.0.113.5', port: 7 }].map((remote) => harbour.tell(signedRequest(request, { messageId: (messageId += 1) }), remote));
      assert.deepEqual(replies.map(([reply]) => described(reply)), ['ACK 2.04', 'ACK 2.04']);
      assert.deepEqual([harbour.intake.deliveries.length, harbour.server.counts.acknowledged], [1, 1]);
    });

    it('signed anew, as a device does that tries again later, is the same message under the same nonce', () => {
      for (const seconds of [0, 30, 280]) {
        harbour.clock.advance(seconds * 1_000);
        assert.equal(described(send({ nonce: 'the-same-nonce' })), 'ACK 2.04');
      }
      assert.equal(harbour.intake.deliveries.length, 1);
      harbour.clock.advance(301_000);
      assert.equal(described(send({ nonce: 'the-same-nonce', payload: '{"t":2}' })), 'ACK 2.04', 'nobody remembers the nonce');
    });

    it('while the first is being written, waits for the same end', () => {
      harbour.intake.hold = true;
      const replies = Array.from({ length: 10 }, () => described(harbour.tell(signedRequest({ ...harbour.p1, nonce: 'the-same-nonce' }, { messageId: (messageId += 1) }))[0]));
      assert.deepEqual(replies, [...Array<string>(8).fill('silence'), 'ACK 5.03 Max-Age=01', 'ACK 5.03 Max-Age=01']);
      harbour.intake.answer();
      assert.deepEqual(harbour.taken().map(described), Array<string>(8).fill('ACK 2.04'));
      assert.equal(harbour.intake.deliveries.length, 1);
    });

    it('with other readings under the same nonce is refused: a device that does so would lose them', () => {
      send({ nonce: 'the-same-nonce' });
      assert.match(says(send({ nonce: 'the-same-nonce', payload: '{"t":2}' })), /^ACK 4\.01: Another request had this nonce before\./);
      assert.deepEqual([harbour.intake.texts, harbour.intake.refusals], [['p1: {"t":1}'], ['coap p1 replayed']]);
    });

    it('is left to the intake, which remembers on disk, once its nonce had to be forgotten', () => {
      send({ nonce: 'the-same-nonce' });
      for (let count = 0; count < 8_192; count += 1) send();
      assert.equal(harbour.server.remembered.nonces, 8_192);
      assert.equal(described(send({ nonce: 'the-same-nonce' })), 'ACK 2.04');
      const attempts = harbour.intake.deliveries.flatMap(({ attempt }) => (attempt?.packet === 'the-same-nonce' ? [attempt] : []));
      assert.deepEqual(attempts, Array.from({ length: 2 }, () => ({ session: 'coap:p1', packet: 'the-same-nonce', repeated: true })));
    });

    it('takes no memory once its time has passed', () => {
      for (let count = 0; count < 100; count += 1) send();
      harbour.clock.advance(301_000);
      send();
      assert.equal(harbour.server.remembered.nonces, 1);
    });
  });
});
