import { deflateSync, gzipSync } from 'node:zlib';
import type { PayloadFormat } from '../../core/decode/index.ts';
import { body, BODY_FORMATS } from './bodies.ts';
import { forwardedBody, packed, takenOverHttp } from './forwarded-bodies.ts';
import { cuts, mutate } from './mutate.ts';
import { validProbe } from './mqtt-inputs.ts';
import type { Tracked } from './outcome.ts';
import type { Random } from './random.ts';
import { deviceOf, GATE, isFindable, LIMITED_DEVICES, MAXIMUM_PACKET_SIZE, PROBE, SENDERS } from './world.ts';
import type { Sender, World } from './world.ts';

export interface HttpInput {
  kind: 'http';
  secure: boolean;
  bytes: Buffer;
  cuts: number[];
  /** How many answers are owed; undefined where a byte of the frame is mutated. */
  answers: number | undefined;
  /** What may be acknowledged, one a request; undefined where it cannot be found again, and `never` where it must be refused. */
  tracked: Array<Tracked | readonly Tracked[] | 'never' | undefined>;
  /** Named where others go on with the connection. */
  connection: 'shared' | 'probe' | 'own';
  end: 'stay' | 'half' | 'destroy' | 'reset';
}

const MEDIA_TYPES: Readonly<Partial<Record<PayloadFormat, readonly string[]>>> = {
  json: ['application/json', 'application/json; charset=utf-8', 'text/json'], text: ['text/plain', 'application/octet-stream'], 'json-lines': ['application/x-ndjson'],
  'senml-json': ['application/senml+json'], 'senml-cbor': ['application/senml+cbor'], cbor: ['application/cbor'], messagepack: ['application/msgpack'],
  'line-protocol': ['text/plain'], csv: ['text/csv'],
};
const ENCODINGS = ['gzip', 'deflate', 'identity', 'br', 'gzip, gzip'] as const;

interface Request {
  sender: Sender;
  body: Buffer;
  format: PayloadFormat;
  /** Lines of the header instead of the right ones, or beside them. */
  replace?: Record<string, string | undefined>;
  method?: string;
  path?: string;
  chunked?: boolean;
  encoding?: string;
}

/** One input on a HTTP connection. */
export function httpInput(random: Random, world: World, index: number): HttpInput {
  const secure = random.chance(0.01);
  const request = (): { bytes: Buffer; tracked: Tracked | undefined } => telemetry(random, world, index, random.chance(0.03) ? limited(random) : random.pick(SENDERS), random.pick(BODY_FORMATS));
  const whole = { kind: 'http', secure, connection: 'shared', end: 'stay' } as const;
  switch (random.weighted({ bodies: 50, odd: 13, mutated: 24, pipelined: 4, repeated: 3, slow: 3, broken: 3 })) {
    case 'bodies': {
      const { bytes, tracked } = request();
      return { ...whole, bytes, cuts: [], answers: 1, tracked: [tracked] };
    }
    case 'odd':
      return { ...whole, connection: 'own', bytes: odd(random, world, index), cuts: [], answers: undefined, tracked: [], end: 'half' };
    case 'mutated': {
      const bytes = Buffer.concat(Array.from({ length: random.pick([1, 1, 2, 3]) }, () => request().bytes));
      return { ...whole, connection: 'own', bytes: mutate(random, bytes, request().bytes), cuts: random.chance(0.3) ? cuts(random, bytes.length) : [], answers: undefined, tracked: [], end: 'half' };
    }
    case 'pipelined': {
      const requests = Array.from({ length: random.between(2, 6) }, request);
      return { ...whole, bytes: Buffer.concat(requests.map(({ bytes }) => bytes)), cuts: [], answers: requests.length, tracked: requests.map(({ tracked }) => tracked) };
    }
    case 'repeated': {
      const sender = random.pick(SENDERS);
      const format = random.pick(BODY_FORMATS);
      const payload = body(random, format, index);
      const bytes = written(random, world, { sender, format, body: payload, replace: { 'Idempotency-Key': `"k-${index}"` } });
      const tracked = { device: sender.device, body: payload };
      return { ...whole, bytes: Buffer.concat([bytes, bytes]), cuts: [], answers: 2, tracked: [tracked, undefined] };
    }
    case 'slow': {
      const { bytes, tracked } = request();
      return { ...whole, bytes, cuts: cuts(random, bytes.length), answers: 1, tracked: [tracked] };
    }
    case 'broken': {
      const { bytes } = request();
      return { ...whole, connection: 'own', bytes: bytes.subarray(0, random.below(bytes.length)), cuts: [], answers: undefined, tracked: [], end: random.pick(['destroy', 'reset']) };
    }
  }
}

/** A body in a format, under its Content-Type or that of another. */
export function httpBody(random: Random, world: World, index: number, format: PayloadFormat): HttpInput {
  const device = random.chance(0.5) ? deviceOf(format) : random.pick(SENDERS).device;
  const principal = SENDERS.find((one) => one.device === device)?.principal ?? device;
  const { bytes, tracked } = telemetry(random, world, index, { principal, device }, format);
  return { kind: 'http', secure: false, connection: 'shared', end: 'stay', bytes, cuts: [], answers: 1, tracked: [tracked] };
}

/** Forwarded samples; of a gateway, or of somebody who may not forward. */
export function httpForward(random: Random, world: World, index: number): HttpInput {
  const principal = random.chance(0.05) ? random.pick(['plain-0', 'app', 'child-0', 'edge-0']) : GATE;
  const plain = forwardedBody(random, index);
  const sent = packed(random, plain);
  const isPlain = sent[0] !== 0x1f;
  const taken = principal === GATE ? takenOverHttp(isPlain ? sent : plain) : 'never';
  const replace = { ...(!isPlain && { 'Content-Encoding': 'gzip' }), 'Content-Type': 'application/x-ndjson', ...(random.chance(0.3) && { 'Holdfast-Repeated': '1' }) };
  const once = written(random, world, { sender: { principal, device: principal }, format: 'json-lines', body: sent, path: '/forward', chunked: random.chance(0.15), replace });
  const twice = random.chance(0.2);
  return { kind: 'http', secure: false, connection: 'shared', end: 'stay', bytes: twice ? Buffer.concat([once, once]) : once, cuts: [], answers: twice ? 2 : 1, tracked: twice ? [taken, taken === 'never' ? taken : undefined] : [taken] };
}

export function httpProbe(random: Random, world: World, index: number): HttpInput {
  const payload = validProbe(index);
  const bytes = written(random, world, { sender: { principal: PROBE, device: PROBE }, format: 'json', body: payload });
  return { kind: 'http', secure: random.chance(0.05), connection: 'probe', end: 'stay', bytes, cuts: [], answers: 1, tracked: [{ device: PROBE, body: payload }] };
}

function telemetry(random: Random, world: World, index: number, sender: Sender, format: PayloadFormat): { bytes: Buffer; tracked: Tracked | undefined } {
  const payload = body(random, format, index);
  const encoding = random.chance(0.15) ? random.pick(['gzip', 'deflate']) : undefined;
  const type = random.chance(0.1) ? random.pick(BODY_FORMATS) : format;
  const bytes = written(random, world, { sender, body: payload, format: type, chunked: random.chance(0.15), ...(encoding !== undefined && { encoding }) });
  return { bytes, tracked: isFindable(sender.device) ? { device: sender.device, body: payload } : undefined };
}

/** A request that is well-formed and should be refused, or is close to what is well-formed. */
function odd(random: Random, world: World, index: number): Buffer {
  const format = random.pick(BODY_FORMATS);
  const base: Request = { sender: random.pick(SENDERS), format, body: body(random, format, index) };
  const requests: Array<() => Request> = [
    () => ({ ...base, method: random.pick(['GET', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'M-SEARCH', 'CONNECT']) }),
    () => ({ ...base, path: random.pick(['/', '/health', '/telemetry/', '/devices//telemetry', '/devices/%ff/telemetry', '/devices/..%2f/telemetry', '*', 'http://h/telemetry', '/telemetry?x=%', `/devices/${'x'.repeat(300)}/telemetry`]) }),
    () => ({ ...base, replace: { Authorization: random.pick([undefined, 'Basic', 'Basic Og==', 'Basic !!!', 'Bearer x', `Bearer probe:${'x'.repeat(43)}`, `Basic ${'A'.repeat(5_000)}`, 'Digest x']) } }),
    () => ({ ...base, replace: { 'Content-Type': random.pick(['text/html', 'application/json; charset=latin1', ';', 'application/vnd.api+json', 'multipart/form-data; boundary=x', 'application/json,text/csv']) } }),
    () => ({ ...base, encoding: random.pick(ENCODINGS) }),
    () => ({ ...base, replace: { 'Content-Encoding': random.pick(ENCODINGS) } }),
    () => ({ ...base, replace: { 'Content-Length': random.pick(['-1', '1e3', '0', '00005', '99999999999999999999', `${MAXIMUM_PACKET_SIZE + 1}`, '5, 5', undefined]) } }),
    () => ({ ...base, replace: { 'Transfer-Encoding': random.pick(['chunked', 'identity', 'gzip, chunked', 'chunked, chunked', 'xchunked', ' chunked']) } }),
    () => ({ ...base, replace: { Expect: random.pick(['100-continue', '200-ok']) } }),
    () => ({ ...base, replace: { 'Idempotency-Key': random.pick(['"a', '""', 'x'.repeat(400), '"\\"', 'ü']) } }),
    () => ({ ...base, replace: { Connection: random.pick(['close', 'upgrade', 'keep-alive, close']), Upgrade: 'h2c' } }),
    () => ({ ...base, replace: Object.fromEntries(Array.from({ length: random.pick([50, 1_900]) }, (_, number) => [`X-${number}`, 'y'])) }),
    () => ({ ...base, body: gzipSync(Buffer.alloc(random.pick([1, 20]) * MAXIMUM_PACKET_SIZE, 0x20)), replace: { 'Content-Encoding': 'gzip' } }),
    () => ({ ...base, body: Buffer.alloc(random.pick([MAXIMUM_PACKET_SIZE - 10, MAXIMUM_PACKET_SIZE + 1]), random.pick(['1', '[', ' ', 'a,'])) }),
  ];
  return written(random, world, random.pick(requests)());
}

function written(random: Random, { secrets }: World, { sender: { principal, device }, body: plain, format, replace = {}, method = 'POST', path, chunked = false, encoding }: Request): Buffer {
  const payload = encoding === 'gzip' ? gzipSync(plain, { level: 1 }) : encoding === 'deflate' ? deflateSync(plain, { level: 1 }) : plain;
  const pair = `${principal}:${secrets[principal] ?? ''}`;
  const fields: Record<string, string | undefined> = {
    Host: 'h',
    Authorization: random.chance(0.8) ? `Basic ${Buffer.from(pair).toString('base64')}` : `Bearer ${pair}`,
    'Content-Type': random.pick(MEDIA_TYPES[format] ?? ['application/json']),
    ...(encoding !== undefined && { 'Content-Encoding': encoding }),
    ...(chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(payload.length) }),
    ...replace,
  };
  const target = path ?? (device === principal && random.chance(0.5) ? '/telemetry' : `/devices/${device}/telemetry`);
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.${random.chance(0.97) ? 1 : 0}\r\n${lines.join('')}\r\n`);
  return Buffer.concat([head, ...(chunked ? chunks(random, payload) : [payload])]);
}

function chunks(random: Random, payload: Buffer): Buffer[] {
  const middle = random.below(payload.length + 1);
  const parts = [payload.subarray(0, middle), payload.subarray(middle)].filter((part) => part.length > 0);
  return [...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]), Buffer.from('0\r\n\r\n')];
}

function limited(random: Random): Sender {
  const device = random.pick(LIMITED_DEVICES);
  return { principal: device, device };
}
