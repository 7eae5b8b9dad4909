import assert from 'node:assert/strict';
import { decodeMessage } from '../../../core/coap/codec.ts';
import { encodeUint, OPTION } from '../../../core/coap/message.ts';
import { prepareFormats } from '../../../core/decode/index.ts';
import { Harbour } from './harbour.ts';
import { datagram, described, signedBlocks, signedOptions, signedRequest } from './requests.ts';
import { seeded } from './seeded.ts';

const DATAGRAMS = 40_000;
const LIMITS = { pending: 200, answered: 1_000, confirmables: 100, endpoints: 300 };

describe('a CoAP server that is sent anything', () => {
  before(() => prepareFormats());

  it('bears it in bounded memory, takes only what was signed, and serves on', () => {
    const random = seeded(42);
    const below = (limit: number): number => Math.floor(random() * limit);
    const harbour = new Harbour({}, LIMITS);
    const signedPayloads = new Set<string>();
    let longest = 0;

    const sign = (payload: string): Parameters<typeof signedOptions>[0] => {
      signedPayloads.add(payload);
      return { ...harbour.p1, payload, nonce: `nonce-${below(5_000)}-nonce`, contentFormat: [undefined, undefined, 50, 50, 0, 60, 110, 112, 7][below(9)], path: ['/telemetry', '/devices/p1/telemetry', '/devices/p2/telemetry'][below(3)]! };
    };
    /** Well signed, with options and blocks at random. */
    const wellSigned = (): Buffer => {
      const payload = ['{"t":1}', '21.5', '[{"n":"t","v":1}]', 'x'.repeat(below(300)), '{"t":', ''][below(6)]!;
      const signed = sign(payload);
      const messageId = below(2_000);
      if (random() < 0.4) return signedBlocks({ ...signed, payload: `${payload} ` }, [16, 32, 64][below(3)]!, messageId)[below(3)] ?? Buffer.alloc(0);
      const options = [...signedOptions(signed, random() < 0.5), ...(random() < 0.3 ? [{ number: below(80), value: Buffer.alloc(below(5), below(256)) }] : []), ...(random() < 0.1 ? [{ number: OPTION.size1, value: encodeUint(below(1e6)) }] : [])];
      return datagram({ type: random() < 0.5 ? 'CON' : 'NON', messageId, options, payload: Buffer.from(payload) });
    };
    const corpus = (): Buffer => [wellSigned, wellSigned, () => signedRequest({ ...harbour.p1, secret: 'wrong' }), () => Buffer.from('40000001', 'hex'), () => datagram({ type: 'ACK', code: 0, token: Buffer.alloc(0), messageId: below(65_536) })][below(5)]!();
    const mutated = (): Buffer => {
      const bytes = Buffer.from(corpus());
      for (let count = below(4); count > 0 && bytes.length > 0; count -= 1) {
        const at = below(bytes.length);
        const other = corpus();
        switch (below(5)) {
          case 0: bytes[at] = below(256); break;
          case 1: bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8)); break;
          case 2: return bytes.subarray(0, at);
          case 3: return Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length + 1))]);
          default: return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(below(20), below(256)), bytes.subarray(at)]);
        }
      }
      return bytes;
    };

    for (let count = 0; count < DATAGRAMS; count += 1) {
      // The disk is slow at times, and refuses at times.
      harbour.intake.hold = count % 1_000 < 300;
      harbour.intake.refusal = count % 100 === 0 ? { reason: 'rate', message: 'Slower.' } : undefined;
      if (!harbour.intake.hold) harbour.intake.answer();
      const bytes = mutated();
      const replies = harbour.tell(bytes, { address: `192.0.2.${below(100)}`, port: 1 + below(20) });
      for (const reply of replies) {
        assert.ok(decodeMessage(reply), `${bytes.toString('hex')} was answered with ${reply.toString('hex')}`);
        longest = Math.max(longest, reply.length);
      }
      if (count % 50 === 0) harbour.wait(below(30_000));
    }
    harbour.intake.answer();

    const { pending, answered, confirmables, nonces, bodyBytes } = harbour.server.remembered;
    assert.ok(pending <= LIMITS.pending && answered <= LIMITS.answered && confirmables <= LIMITS.confirmables && harbour.server.counts.connected <= LIMITS.endpoints, JSON.stringify(harbour.server.remembered));
    assert.ok(nonces <= 5_000 && bodyBytes <= 4 * 1024 * 1024, JSON.stringify(harbour.server.remembered));
    assert.ok(longest <= 250, `a reply has ${longest} bytes`);
    assert.deepEqual(harbour.problems.filter((sentence) => sentence.includes('could not be handled')), []);
    const foreign = harbour.intake.texts.map((text) => text.slice('p1: '.length)).filter((text) => !signedPayloads.has(text) && !signedPayloads.has(text.slice(0, -1)));
    assert.deepEqual([foreign, harbour.intake.deliveries.some(({ device }) => device !== 'p1')], [[], false]);
    assert.ok(harbour.intake.deliveries.length > 400, `only ${harbour.intake.deliveries.length} were taken: the others did not get far`);
    harbour.intake.hold = false;
    harbour.intake.refusal = undefined;
    assert.equal(described(harbour.tell(signedRequest({ ...harbour.p1, nonce: 'the-last-of-all' }), { address: '192.0.2.200', port: 9 })[0]), 'ACK 2.04');
  }).timeout(120_000);
});
