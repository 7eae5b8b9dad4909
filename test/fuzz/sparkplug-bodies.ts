import sparkplug from 'sparkplug-payload';
import { TIME } from './bodies.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

/** The encoder of Eclipse Tahu: what edge nodes in the field send. */
const tahu = sparkplug.get('spBv1.0');
if (!tahu) throw new Error('sparkplug-payload no longer has spBv1.0');

type Metric = NonNullable<Parameters<typeof tahu.encodePayload>[0]['metrics']>[number];

export interface SparkplugMessage {
  type: 'NBIRTH' | 'DBIRTH' | 'NDATA' | 'DDATA' | 'NDEATH' | 'DDEATH';
  payload: Buffer;
}

const VALUES: ReadonlyArray<Pick<Metric, 'type' | 'value'>> = [
  { type: 'Float', value: 21.5 }, { type: 'Double', value: Number.NaN }, { type: 'Int32', value: -900 }, { type: 'Int8', value: 200 }, { type: 'UInt64', value: 9_007_199_254_740_993 },
  { type: 'Boolean', value: true }, { type: 'String', value: 'auto' }, { type: 'DateTime', value: TIME }, { type: 'Text', value: '' }, { type: 'Bytes', value: Uint8Array.of(1, 2, 3) },
];

/** The payload of a birth that names one metric. */
export function birthOf(name: string, value: number, timestamp: number): Buffer {
  return encode([bdSeq(0), { name, type: 'Int32', value }], 0, timestamp);
}

/** Messages of one edge node in their order: a birth and what follows it, or something out of the middle; some of them mutated. */
export function sparkplugMessages(random: Random, index: number): SparkplugMessage[] {
  const timestamp = TIME + index;
  const session = random.below(256);
  const valid: SparkplugMessage[] = [
    { type: 'NBIRTH', payload: encode([bdSeq(session), { name: 'Node Control/Rebirth', type: 'Boolean', value: false }, metric(random, 1, index)], 0, timestamp) },
    { type: 'DBIRTH', payload: encode([metric(random, 2, index), metric(random, 3, index)], 1, timestamp) },
    { type: 'NDATA', payload: encode([byAlias(random, 1)], 2, timestamp + 1) },
    { type: 'DDATA', payload: encode([byAlias(random, 2), { ...byAlias(random, 3), isHistorical: true, timestamp: TIME }], 3, timestamp + 1) },
    { type: 'DDEATH', payload: encode([], 4, timestamp + 2) },
    { type: 'NDEATH', payload: encode([bdSeq(session)], undefined, timestamp + 3) },
  ];
  const first = random.chance(0.5) ? 0 : random.below(valid.length);
  return valid.slice(first, first + random.between(1, 4)).map(({ type, payload }) => ({ type, payload: random.chance(0.6) ? mutate(random, payload) : payload }));
}

function metric(random: Random, alias: number, index: number): Metric {
  return { name: `Metric ${alias}`, alias, timestamp: TIME + index, ...random.pick(VALUES) };
}

/** The encoder wants a name, which an empty one leaves out. */
function byAlias(random: Random, alias: number): Metric {
  return { name: '', alias, ...random.pick(VALUES) };
}

function bdSeq(value: number): Metric {
  return { name: 'bdSeq', type: 'UInt64', value };
}

function encode(metrics: Metric[], seq: number | undefined, timestamp: number): Buffer {
  return Buffer.from(tahu?.encodePayload({ timestamp, metrics, ...(seq !== undefined && { seq }) }) ?? []);
}
