import { encode as encodeMessagePack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cborg';
import type { PayloadFormat } from '../../core/decode/index.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

export const TIME = Date.UTC(2026, 0, 1);
/** In the order in which `SENML_LABELS` numbers them (RFC 8428, table 4). */
const SENML_LABELS: Readonly<Record<string, number>> = { bver: -1, bn: -2, bt: -3, bu: -4, bv: -5, bs: -6, n: 0, u: 1, v: 2, vs: 3, vb: 4, s: 5, t: 6, ut: 7, vd: 8 };
/** Few, so that the run is about bytes and not about how many metrics there can be; the mutations make enough others. */
const METRICS = ['temperature', 'rh', 'running', 'état', 'a.b', 'mode'] as const;
const NUMBERS = [0, -0, 21.4, -40, 1e-7, 1e21, 255, 65_536, 2 ** 31, 2 ** 53 - 1, 5e-324, 1.7976931348623157e308] as const;
const TEXTS = ['on', '', 'läuft', '21.4', '9007199254740993', 'x'.repeat(300), '\u0001', 'a"b\\c', '=1+1', '🜁'] as const;

type Value = number | string | boolean | null;
type Writer = (random: Random, index: number) => Buffer | Uint8Array | string;

const WRITERS: Readonly<Partial<Record<PayloadFormat, Writer>>> = {
  json(random, index) {
    const reading = readings(random, index);
    switch (random.below(5)) {
      case 0:
        return JSON.stringify({ ts: time(random), values: reading });
      case 1:
        return JSON.stringify([{ ...reading, ts: time(random) }, { ...reading, seq: random.below(1e6) }]);
      case 2:
        return JSON.stringify({ pump: { motor: reading, list: [1, 2, { x: null }] } });
      default:
        return JSON.stringify(reading);
    }
  },
  text: (random, index) => random.pick([`${index}.5`, `on ${index}`, `${index}`]),
  'json-lines': (random, index) => Array.from({ length: random.between(1, 5) }, (_, line) => JSON.stringify({ ...readings(random, index), seq: line })).join(random.pick(['\n', '\r\n'])),
  'senml-json': (random, index) => JSON.stringify(senml(random, index)),
  'senml-cbor': (random, index) => encodeCbor(senml(random, index).map((record) => new Map(Object.entries(record).map(([name, field]) => [SENML_LABELS[name] ?? name, field])))),
  cbor: (random, index) => encodeCbor(random.chance(0.3) ? [readings(random, index), { ts: time(random), b: random.bytes(3) }] : readings(random, index)),
  messagepack: (random, index) => encodeMessagePack(random.chance(0.3) ? [readings(random, index), { ts: time(random), d: new Date(TIME) }] : readings(random, index)),
  'line-protocol': (random, index) => Array.from({ length: random.between(1, 3) }, () => `press,line=a\\ b,site=1 n=${index}i,t=${random.pick([21.4, -1e9])},on=t,s="x \\"y" ${random.pick([TIME * 1e6, Math.floor(TIME / 1000)])}`).join('\n'),
  csv: (random, index) => ['ts,n,temperature,state', ...Array.from({ length: random.between(1, 4) }, (_, row) => `${TIME + row},${index},${random.pick([21.4, ''])},"a ""b"", c"`)].join(random.pick(['\n', '\r\n'])),
};

export const BODY_FORMATS = Object.keys(WRITERS) as PayloadFormat[];

/** A payload that can be read, of this format; it holds the number of the input, so that no two inputs have the same. */
export function validBody(random: Random, format: PayloadFormat, index: number): Buffer {
  return Buffer.from((WRITERS[format] ?? (() => String(index)))(random, index));
}

/** A payload of this format: as it should be, or mutated. */
export function body(random: Random, format: PayloadFormat, index: number): Buffer {
  const valid = validBody(random, format, index);
  if (random.chance(0.25)) return valid;
  const other = random.chance(0.1) ? validBody(random, random.pick(BODY_FORMATS), index) : valid;
  return mutate(random, valid, other);
}

function readings(random: Random, index: number): Record<string, Value> {
  const result: Record<string, Value> = { n: index };
  for (let count = random.between(0, 3); count > 0; count -= 1) result[random.pick(METRICS)] = value(random);
  return result;
}

function value(random: Random): Value {
  return random.pick<() => Value>([() => random.pick(NUMBERS), () => random.pick(NUMBERS), () => random.pick(TEXTS), () => random.chance(0.5), () => null])();
}

function time(random: Random): number | string {
  return random.pick([TIME + random.below(1e9), Math.floor(TIME / 1000), TIME * 1000, new Date(TIME).toISOString(), 0, -1, 4e15]);
}

function senml(random: Random, index: number): Array<Record<string, Value>> {
  return [
    { bn: random.pick(['urn:dev:a:', '', 'p1/']), bt: random.pick([1.764e9, 0, -5]), bu: 'Cel', bver: 10, n: 'n', v: index },
    { n: 'temperature', v: random.pick(NUMBERS), t: random.pick([-1, 0, 1.5, 2 ** 28]), ...(random.chance(0.3) && { bv: 20, bs: 1, s: 3 }) },
    random.pick<Record<string, Value>>([{ n: 'mode', vs: random.pick(TEXTS) }, { n: 'running', vb: true }, { n: 'raw', vd: 'AQID' }, { n: 'sum', s: 12.5, ut: 60 }]),
  ];
}
