import { gzipSync } from 'node:zlib';
import { eachForwardedLine } from '../../core/decode/forwarded.ts';
import { DecodeError } from '../../core/decode/index.ts';
import { inflate } from '../../core/http/inflate.ts';
import { TIME } from './bodies.ts';
import { mutate } from './mutate.ts';
import type { Tracked } from './outcome.ts';
import type { Random } from './random.ts';
import { FORWARDED, GATE, isFindable, MAXIMUM_PACKET_SIZE } from './world.ts';

type Line = Record<string, unknown>;

const ORDINARY = FORWARDED.filter(isFindable);
/** What one message on `forward` may inflate to, in bytes; see docs/forward.md. */
const INFLATED_AT_MOST = 4 * 1024 * 1024;
const STRANGERS = ['plain-0', 'edge-0-press', GATE, 'nobody', '', '../child-0', '__proto__', 'x'.repeat(2_000), 7, null] as const;
const VALUES = [{}, [], null, 'x', 7, { a: [1] }, { a: { b: { c: 1 } } }, { '': 1 }, { ['x'.repeat(200)]: 1 }, { a: '\ud800' }, { constructor: 1 }, { a: 'x'.repeat(5_000) }] as const;
const METRICS = [[], null, 7, { n: 7 }, { other: {} }, { n: { q: 5 } }, { n: { q: '1' } }, { n: { flags: Array.from({ length: 40 }, () => 'f') } }, { n: { unit: 'x'.repeat(300) } }, { n: { raw: {} } }, { constructor: {} }] as const;
const ALARMS = [null, [], 'x', {}, { alarm: 7, state: 'raised' }, { alarm: '__proto__', state: 'raised' }, { alarm: 'hot', state: {} }, { alarm: 'hot', state: null, message: 'x'.repeat(5_000) }, { alarm: 'x'.repeat(500), state: 'cleared', severity: [1] }] as const;
/** Text that JSON.stringify does not write. */
const RAW: ReadonlyArray<readonly [string, string]> = [['"values":{', '"values":{"__proto__":1,'], ['"values":{', '"values":{"n":1e400,'], ['"values":{', `"values":{"d":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)},`], ['{', '{"device":"plain-0",'], ['{', '{"__proto__":{"device":"plain-0"},'], ['"id":"', '"id":"\\u0000\\ud800']];

/** The body of a message as a gateway forwards it: lines as they should be, mutated, far too many, or such as nobody should send. */
export function forwardedBody(random: Random, index: number): Buffer {
  const lines = (count: number): string => Array.from({ length: count }, (_, place) => textOf(random, lineOf(random, index, place))).join(random.pick(['\n', '\n', '\r\n', '\n\n']));
  switch (random.weighted({ valid: 40, mutated: 30, odd: 22, many: 6, filled: 2 })) {
    case 'valid':
      return Buffer.from(lines(random.between(1, 8)));
    case 'mutated':
      return mutate(random, Buffer.from(lines(random.between(1, 4))));
    case 'odd':
      return Buffer.from(Array.from({ length: random.between(1, 4) }, (_, place) => oddText(random, index, place)).join('\n'));
    case 'many':
      return Buffer.from(Array.from({ length: random.between(1_000, 3_000) }, (_, place) => JSON.stringify({ device: FORWARDED[place % 2], id: `${index}.${place}`, ts: TIME, values: { n: index } })).join('\n'));
    case 'filled':
      return Buffer.alloc(random.pick([1, 20, 60, 100]) * MAXIMUM_PACKET_SIZE, random.pick([' ', '\n', '{', '{}\n', '0\n']));
  }
}

/** The same as it travels: as it is, compressed, or compressed and then cut or mutated. What is too large for a packet is compressed. */
export function packed(random: Random, plain: Buffer): Buffer {
  if (plain.length < MAXIMUM_PACKET_SIZE && random.chance(0.6)) return plain;
  const compressed = gzipSync(plain, { level: 1 });
  if (compressed.length > MAXIMUM_PACKET_SIZE - 100) return plain.subarray(0, MAXIMUM_PACKET_SIZE - 100);
  return random.chance(0.1) ? mutate(random, compressed) : compressed;
}

/** What has to be kept of a body that was acknowledged over HTTP; `never` where it may not be. */
export function takenOverHttp(plain: Buffer): readonly Tracked[] | 'never' {
  const lines = linesOf(plain);
  return lines?.every(({ device }) => FORWARDED.includes(device)) === true ? lines.filter(({ device }) => isFindable(device)) : 'never';
}

/** The same over MQTT, where all is kept: what is not of a child of the gateway in the account of the gateway. */
export function takenOverMqtt(payload: Buffer): readonly Tracked[] {
  const inflated = payload[0] === 0x1f && payload[1] === 0x8b ? inflate(payload, 'gzip', INFLATED_AT_MOST) : payload;
  const plain = 'status' in inflated ? payload : inflated;
  const lines = linesOf(plain);
  if (!lines) return [{ device: GATE, body: plain }];
  return lines.map(({ device, body }) => ({ device: FORWARDED.includes(device) ? device : GATE, body })).filter(({ device }) => isFindable(device));
}

/** Undefined where it cannot be read. Device, id and time name a sample: of two with one name, the second may be taken for a repetition of the first. */
function linesOf(plain: Uint8Array): Tracked[] | undefined {
  const named = new Map<string, Tracked>();
  try {
    for (const { text, sample: { device, id, ts } } of eachForwardedLine(plain)) {
      const name = JSON.stringify([device, id, ts]);
      if (!named.has(name)) named.set(name, { device, body: Buffer.from(text) });
    }
    return [...named.values()];
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** With the number of the input in it, so that no two inputs have the same. */
function lineOf(random: Random, index: number, place: number): Line {
  const device = random.pick(random.chance(0.03) ? FORWARDED : ORDINARY);
  const line: Line = { device, id: `${device}/s${index}-${place}`, ts: TIME + random.below(1e9) };
  if (random.chance(0.3)) line['seq'] = random.below(1e6);
  if (random.chance(0.3)) line['historical'] = random.pick([true, true, false, 'true', 1]);
  if (random.chance(0.2)) line['tsSource'] = random.pick(['server', 'device', 'x', 7]);
  if (random.chance(0.1)) return { ...line, kind: 'alarm', alarm: { alarm: 'hot', state: random.pick(['raised', 'cleared']), severity: 'high', message: `At ${index}.`, value: index } };
  if (random.chance(0.4)) line['metrics'] = { n: { unit: 'Cel', q: random.pick([1, 2, 3, 4, 9]), flags: ['range'], raw: random.pick([index, 'x', true, null]) } };
  return { ...line, values: { n: index, temperature: random.pick([21.4, -0, 1e21, 2 ** 60, 5e-324]), mode: random.pick(['on', 'läuft', '🜁', '', null, true]) } };
}

function oddText(random: Random, index: number, place: number): string {
  const line = lineOf(random, index, place);
  const changes: ReadonlyArray<() => Line> = [
    () => ({ device: random.pick(STRANGERS) }),
    () => ({ id: random.pick(['', 'x'.repeat(300), 'x'.repeat(301), 'x'.repeat(40_000), 7, null, '__proto__', 'a b', `${String(line['device'])}/t1`, 'press-7/s41']) }),
    () => ({ ts: random.pick([1.5, -1, 8.64e15, 8.64e15 + 2, 1e300, '1', null]) }),
    () => ({ seq: random.pick([-1, 1.5, 2 ** 60, 'x', null, {}]) }),
    () => ({ values: random.pick(VALUES) }),
    () => ({ metrics: random.pick(METRICS) }),
    () => ({ alarm: random.pick(ALARMS) }),
  ];
  return textOf(random, { ...line, ...random.pick(changes)() }, 0.3);
}

function textOf(random: Random, line: Line, odd = 0): string {
  const text = JSON.stringify(line);
  if (!random.chance(odd)) return text;
  const [from, to] = random.pick(RAW);
  return text.replace(from, () => to);
}
