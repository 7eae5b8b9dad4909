import { createHash } from 'node:crypto';
import { block1Option } from '../../core/coap/block.ts';
import { encodeMessage } from '../../core/coap/codec.ts';
import { CODE, encodeUint, OPTION } from '../../core/coap/message.ts';
import type { CoapOption, MessageType } from '../../core/coap/message.ts';
import { digestOf, sign } from '../../core/coap/signature.ts';
import { signingKeyOf } from '../../core/registry/secret.ts';
import type { PayloadFormat } from '../../core/decode/index.ts';
import { body } from './bodies.ts';
import { mutate } from './mutate.ts';
import { validProbe } from './mqtt-inputs.ts';
import type { Tracked } from './outcome.ts';
import type { Random } from './random.ts';
import { deviceOf, isFindable, LIMITED_DEVICES, PROBE, SENDERS } from './world.ts';
import type { Sender, World } from './world.ts';

/** Which content format each body goes under. */
const CONTENT_FORMATS = { text: 0, json: 50, cbor: 60, 'senml-json': 110, 'senml-cbor': 112 } as const;
const FORMATS = Object.keys(CONTENT_FORMATS) as Array<keyof typeof CONTENT_FORMATS>;
const LARGEST_DATAGRAM = 1_400;

export interface CoapInput {
  kind: 'coap';
  datagrams: Buffer[];
  /** The token of the exchange whose answer is owed, and what it acknowledges; undefined where none is, or a byte of the frame is mutated. */
  owed: { token: string; tracked: Tracked | undefined } | undefined;
  /** What the lane does with a separate response: an acknowledgement, a reset, or nothing. */
  separate: 'ACK' | 'RST' | 'ignore';
  probe: boolean;
}

interface Signed {
  options: CoapOption[];
  payload: Buffer;
}

/** Message identifiers and tokens of one input: not those of the one before it. */
interface Ids {
  next(): number;
  token: Buffer;
}

/** One input of datagrams. */
export function coapInput(random: Random, world: World, index: number): CoapInput {
  const sender = random.chance(0.03) ? limited(random) : random.pick(SENDERS);
  const format = random.pick(FORMATS);
  const payload = body(random, format, index);
  const ids = idsOf(index);
  const type: MessageType = random.chance(0.85) ? 'CON' : 'NON';
  const signed = (content: Buffer, inBlocks = false): Signed => ({ options: signedOptions(world, sender, content, { nonce: nonceOf(index), contentFormat: contentFormatOf(random, format), inBlocks }), payload: content });
  const common = { kind: 'coap', separate: random.weighted({ ACK: 8, RST: 1, ignore: 1 }), probe: false } as const;
  const owedTo = (one: Sender): CoapInput['owed'] => (type === 'CON' ? { token: ids.token.toString('hex'), tracked: isFindable(one.device) ? { device: one.device, body: payload } : undefined } : undefined);
  switch (random.weighted({ bodies: 42, blocks: 14, brokenBlocks: 8, mutated: 20, wrong: 8, odd: 6, garbage: 2 })) {
    case 'bodies': {
      if (payload.length > LARGEST_DATAGRAM - 300) return { ...common, datagrams: blocks(signed(payload, true), 1_024, ids), owed: { ...owedTo(sender), token: ids.token.toString('hex'), tracked: undefined } };
      const one = datagram(type, ids, signed(payload));
      return { ...common, datagrams: random.chance(0.1) ? [one, one] : [one], owed: owedTo(sender) };
    }
    case 'blocks': {
      const long = payload.length > 16 ? payload : Buffer.concat([payload, Buffer.alloc(40, ' ')]);
      const size = Math.max(random.pick([16, 32, 64, 256, 1_024]), powerOfTwo(long.length / 40));
      return { ...common, datagrams: blocks(signed(long, true), size, ids), owed: { token: ids.token.toString('hex'), tracked: isFindable(sender.device) ? { device: sender.device, body: long } : undefined } };
    }
    case 'brokenBlocks': {
      const long = Buffer.concat([payload, Buffer.alloc(100, ' ')]);
      const all = [...blocks(signed(long, true), Math.max(32, powerOfTwo(long.length / 40)), ids), ...(random.chance(0.3) ? blocks(signed(long, true), 64, ids) : [])];
      const order = Array.from({ length: random.between(1, Math.min(12, all.length + 2)) }, () => random.pick(all));
      return { ...common, datagrams: random.chance(0.5) ? order : order.map((one) => (random.chance(0.3) ? mutate(random, one) : one)), owed: undefined };
    }
    case 'mutated': {
      const one = datagram(type, ids, signed(payload));
      return { ...common, datagrams: [mutate(random, one)], owed: undefined };
    }
    case 'wrong': {
      const wrong = signed(payload);
      const options = wrong.options.map(({ number, value }) => ({ number, value: number === OPTION.uriQuery && random.chance(0.4) ? mutate(random, Buffer.from(value)) : value }));
      return { ...common, datagrams: [datagram(type, ids, { options, payload: random.chance(0.3) ? mutate(random, payload) : payload })], owed: undefined };
    }
    case 'odd': {
      const { options } = signed(payload);
      const more = Array.from({ length: random.between(0, 4) }, () => ({ number: random.pick([1, 3, 4, 5, 7, 8, 9, 17, 20, 23, 27, 35, 39, 60, 252, 2_049, 65_535]), value: random.bytes(random.pick([0, 1, 3, 8])) }));
      return { ...common, datagrams: [encodeMessage({ type: random.pick(['CON', 'NON', 'ACK', 'RST']), code: random.pick([0, 1, 2, 3, 4, 5, 31, 68, 95, 132, 160, 255]), messageId: ids.next(), token: ids.token, options: [...options, ...more], payload })], owed: undefined };
    }
    case 'garbage':
      return { ...common, datagrams: [random.bytes(random.pick([0, 1, 3, 4, 20, 300, 1_400]))], owed: undefined };
  }
}

/** A body in a format, under its content format, or without one from the device whose profile says so. */
export function coapBody(random: Random, world: World, index: number, format: PayloadFormat): CoapInput {
  const device = deviceOf(format);
  const payload = body(random, format, index);
  const ids = idsOf(index);
  const number = (CONTENT_FORMATS as Partial<Record<PayloadFormat, number>>)[format];
  const inBlocks = payload.length > LARGEST_DATAGRAM - 300;
  const options = signedOptions(world, { principal: device, device }, payload, { nonce: nonceOf(index), contentFormat: random.chance(0.5) ? number : undefined, inBlocks });
  const datagrams = inBlocks ? blocks({ options, payload }, 1_024, ids) : [datagram('CON', ids, { options, payload })];
  return { kind: 'coap', datagrams, separate: 'ACK', probe: false, owed: { token: ids.token.toString('hex'), tracked: { device, body: payload } } };
}

export function coapProbe(world: World, index: number): CoapInput {
  const payload = validProbe(index);
  const ids = idsOf(index);
  const options = signedOptions(world, { principal: PROBE, device: PROBE }, payload, { nonce: nonceOf(index), contentFormat: 50, inBlocks: false });
  return { kind: 'coap', datagrams: [datagram('CON', ids, { options, payload })], separate: 'ACK', probe: true, owed: { token: ids.token.toString('hex'), tracked: { device: PROBE, body: payload } } };
}

function signedOptions({ secrets }: World, { principal: id, device }: Sender, payload: Buffer, { nonce, contentFormat, inBlocks }: { nonce: string; contentFormat: number | undefined; inBlocks: boolean }): CoapOption[] {
  const path = `/devices/${device}/telemetry`;
  const time = String(Math.floor(Date.now() / 1_000));
  const digest = digestOf(payload);
  const mac = sign(signingKeyOf(secrets[id] ?? ''), { method: 'POST', path, contentFormat, id, time, nonce, digest });
  return [
    ...path.split('/').slice(1).map((segment) => ({ number: OPTION.uriPath, value: Buffer.from(segment) })),
    ...(contentFormat === undefined ? [] : [{ number: OPTION.contentFormat, value: encodeUint(contentFormat) }]),
    ...[`id=${id}`, `t=${time}`, `n=${nonce}`, `s=${mac}`, ...(inBlocks ? [`d=${digest}`] : [])].map((text) => ({ number: OPTION.uriQuery, value: Buffer.from(text) })),
  ];
}

function datagram(type: MessageType, ids: Ids, { options, payload }: Signed): Buffer {
  return encodeMessage({ type, code: CODE.POST, messageId: ids.next(), token: ids.token, options, payload });
}

function blocks({ options, payload }: Signed, size: number, ids: Ids): Buffer[] {
  return Array.from({ length: Math.max(1, Math.ceil(payload.length / size)) }, (_, number) => {
    const block = block1Option({ number, more: (number + 1) * size < payload.length, size });
    return datagram('CON', ids, { options: [...options, block], payload: payload.subarray(number * size, (number + 1) * size) });
  });
}

function idsOf(index: number): Ids {
  let next = (index * 97) & 0xffff;
  const token = Buffer.alloc(6);
  token.writeUIntBE(index, 0, 6);
  return { token, next: () => (next = (next + 1) & 0xffff) };
}

/** The same again in another run, but never twice in one. */
function nonceOf(index: number): string {
  return createHash('sha256').update(`nonce ${index}`).digest('base64url').slice(0, 16);
}

function contentFormatOf(random: Random, format: keyof typeof CONTENT_FORMATS): number | undefined {
  return random.chance(0.1) ? random.pick([undefined, 0, 40, 42, 50, 60, 65_535]) : CONTENT_FORMATS[format];
}

function powerOfTwo(least: number): number {
  return Math.min(1_024, 2 ** Math.ceil(Math.log2(Math.max(16, least))));
}

function limited(random: Random): Sender {
  const device = random.pick(LIMITED_DEVICES);
  return { principal: device, device };
}

