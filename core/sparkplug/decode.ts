import { DecodeError } from '../decode/decode-error.ts';
import { judge } from '../decode/judge.ts';
import { excerpt, LIMITS } from '../decode/limits.ts';
import { Birth, isReading } from './birth.ts';
import type { Definition } from './birth.ts';
import type { EdgeNode } from './edge-node.ts';
import { ItemCount, readPayload } from './payload.ts';
import type { Metric, Payload } from './payload.ts';
import { readingsOfMetric } from './readings-of-metric.ts';
import { SampleBuilder } from './sample-builder.ts';
import type { SparkplugSample } from './sample-builder.ts';
import type { SparkplugState } from './state.ts';
import { parseSparkplugTopic } from './topic.ts';
import type { MessageType } from './topic.ts';

/** A Sparkplug message as the inbox kept it. */
export interface SparkplugRecord {
  topic: string;
  payload: Uint8Array;
  /** When it reached us, ms since the epoch. */
  received: number;
  /** In the inbox: higher than that of every message before, and the same when it is delivered again. */
  position: number;
}

/** Why a message holds no sample though nothing is wrong with it. */
export type Ignored = 'command' | 'host-state' | 'no-readings' | 'not-alive' | 'former-session';

export interface SparkplugResult {
  samples: SparkplugSample[];
  /** The message cannot be read: it belongs in quarantine, and `samples` is empty. */
  refused?: DecodeError;
  ignored?: Ignored;
  /** The edge node is to be sent `rebirthCommand`; for each at most once in `REBIRTH_INTERVAL`. */
  rebirth?: { group: string; edgeNode: string; reason: string };
  /** What `SparkplugState.takeChanged` gives is to be on disk before this message settles. */
  changed?: true;
}

/** A message on its way through the decoder. */
interface Message {
  record: SparkplugRecord;
  type: MessageType;
  device: string | undefined;
  payload: Payload;
  node: EdgeNode;
  count: ItemCount;
  /** Delivered before: the state is not changed by it. */
  again: boolean;
}

/** What a message holds, and what is amiss in the session it belongs to. */
interface Outcome extends Pick<SparkplugResult, 'samples' | 'refused' | 'ignored'> {
  amiss?: string | undefined;
  /** A birth or death that is to be remembered. */
  born?: { birth: Birth; bdSeq?: number };
  died?: true;
}

/**
 * The samples of a Sparkplug B message, and what follows from it for its session (Sparkplug 3.0, chapters 5 and 6).
 *
 * A message whose position was seen before is a redelivery: it gives the same samples as the first time, asks for nothing and changes
 * nothing. Never throws for what a message holds: see `refused`, which leaves the state as it was, except for an unknown alias.
 */
export function decodeSparkplug(record: SparkplugRecord, state: SparkplugState): SparkplugResult {
  try {
    return decode(record, state);
  } catch (error) {
    if (error instanceof DecodeError) return { samples: [], refused: error };
    throw error;
  }
}

function decode(record: SparkplugRecord, state: SparkplugState): SparkplugResult {
  const topic = parseSparkplugTopic(record.topic);
  if (topic === undefined) {
    throw new DecodeError('type', `The topic ${excerpt(record.topic)} is not one of Sparkplug B. Publish on spBv1.0/<group>/<type>/<edge node>[/<device>].`);
  }
  if (topic.type === 'STATE') return { samples: [], ignored: 'host-state' };
  if (topic.type === 'NCMD' || topic.type === 'DCMD') return { samples: [], ignored: 'command' };
  const { type, group, edgeNode, device } = topic;
  for (const name of [group, edgeNode, device ?? '']) {
    if (name.length > LIMITS.metricName) throw new DecodeError('too-many', `The topic names ${excerpt(name)}, of ${name.length} characters, where ${LIMITS.metricName} are allowed. Use shorter names.`);
  }
  const count = new ItemCount();
  const payload = readPayload(record.payload, count);
  const node = state.get(group, edgeNode);
  node.checkRemembered(record.position);
  const message: Message = { record, type, device, payload, node, count, again: node.knows(record.position) };
  const { amiss, born, died, ...outcome } = type.endsWith('BIRTH') ? readBirth(message, state) : type.endsWith('DEATH') ? readDeath(message) : readData(message);
  judge(outcome.samples, { received: record.received });
  const result: SparkplugResult = outcome;
  if (message.again) return result;

  const gap = type !== 'NDEATH' && node.isGap(payload.seq, type === 'NBIRTH');
  const reason = amiss ?? (gap ? 'Messages are missing before this one: its sequence number does not follow.' : undefined);
  const asks = reason !== undefined && node.mayAsk(record.received);
  if (asks) result.rebirth = { group, edgeNode, reason };
  if (asks || born || died) {
    state.change(group, edgeNode, () => {
      if (born) node.take(device, { position: record.position, ...born });
      if (died) node.take(device, { position: record.position });
      node.follow(record.position);
    });
    result.changed = true;
  }
  node.follow(record.position);
  return result;
}

function readBirth(message: Message, state: SparkplugState): Outcome {
  const { record, device, payload, node, count, again } = message;
  const builder = new SampleBuilder(payload.timestamp);
  const definitions: Definition[] = [];
  let bdSeq: number | undefined;
  for (const metric of payload.metrics) {
    const { name, alias, datatype } = metric;
    if (name === undefined || name === '') throw new DecodeError('type', 'The birth holds a metric without a name. Name every metric in a birth.');
    if (name.length > LIMITS.metricName) throw new DecodeError('too-many', `The metric ${excerpt(name)} has a name of ${name.length} characters, where ${LIMITS.metricName} are allowed. Rename it.`);
    const definition: Definition = { name };
    if (alias !== undefined) definition.alias = alias;
    if (datatype !== undefined) definition.datatype = datatype;
    definitions.push(definition);
    if (name === 'bdSeq') bdSeq = bdSeqOf(metric);
    if (!isReading(name)) continue;
    const readings = readingsOfMetric(metric, name, datatype, count);
    for (const reading of readings) builder.add(reading);
    if (readings.length !== 1 || readings[0]?.name !== name) definition.readings = readings.map((reading) => reading.name);
  }
  const birth = new Birth(definitions);
  const samples = builder.samples(device);
  const outcome: Outcome = samples.length > 0 ? { samples } : { samples, ignored: 'no-readings' };
  if (again) {
    if (node.hasEvent(device, record.position)) return outcome;
    throw new DecodeError('too-many', 'The birth was not taken when it was its turn, because it announces too many metrics or because it came after a later message. Ask the edge node for another one.');
  }
  state.checkRoom(node, device, birth);
  outcome.born = bdSeq === undefined || device !== undefined ? { birth } : { birth, bdSeq };
  if (device !== undefined && node.birthAt(undefined, record.position) === undefined) outcome.amiss = 'A device was born before its edge node.';
  return outcome;
}

function readData({ record: { position }, device, payload, node, count }: Message): Outcome {
  const birth = node.birthAt(device, position);
  const builder = new SampleBuilder(payload.timestamp);
  let unknown: Metric | undefined;
  for (const metric of payload.metrics) {
    const definition = metric.name !== undefined ? birth?.named(metric.name) : metric.alias === undefined ? undefined : birth?.aliased(metric.alias);
    const name = metric.name ?? definition?.name;
    if (name === undefined) unknown ??= metric;
    else if (isReading(name)) for (const reading of readingsOfMetric(metric, name, metric.datatype ?? definition?.datatype, count)) builder.add(reading);
  }
  if (unknown) return { samples: [], ...unknownAlias(unknown, birth) };
  const samples = builder.samples(device);
  const outcome: Outcome = samples.length > 0 ? { samples } : { samples, ignored: 'no-readings' };
  if (birth === undefined || node.birthAt(undefined, position) === undefined) outcome.amiss = 'Data came before the birth it belongs to.';
  return outcome;
}

function unknownAlias({ alias }: Metric, birth: Birth | undefined): Pick<Outcome, 'refused' | 'amiss'> {
  const what = alias === undefined ? 'a metric with neither a name nor an alias' : `the alias ${alias}`;
  const why = birth === undefined ? 'and no birth that could tell what it means has come' : 'which the last birth did not announce';
  return {
    refused: new DecodeError('type', `The message holds ${what}, ${why}. Drive it in again after the next birth.`),
    amiss: birth === undefined ? 'Data came before the birth it belongs to.' : `The message holds ${what}, ${why}.`,
  };
}

function readDeath({ record: { position }, type, device, payload, node }: Message): Outcome {
  const birth = node.birthAt(device, position);
  if (type === 'DDEATH') {
    if (birth === undefined) return { samples: [], ignored: 'not-alive' };
    return { samples: stale(birth, device, payload.timestamp), died: true };
  }
  const devices = node.devicesAt(position);
  if (birth === undefined && devices.length === 0) return { samples: [], ignored: 'not-alive' };
  const current = node.bdSeqAt(position);
  const told = payload.metrics.find(({ name }) => name === 'bdSeq');
  const bdSeq = told && bdSeqOf(told);
  // The will of a connection that was lost unnoticed comes after the birth of the next one.
  if (current !== undefined && bdSeq !== undefined && bdSeq !== current) return { samples: [], ignored: 'former-session' };
  // A will carries the time at which its session began: the time of a death is that of its reception.
  const samples = birth ? stale(birth, undefined, undefined) : [];
  for (const [id, born] of devices) samples.push(...stale(born, id, undefined));
  return samples.length > 0 ? { samples, died: true } : { samples, ignored: 'no-readings', died: true };
}

/** Nobody knows the values any longer: every reading is missing. */
function stale(birth: Birth, device: string | undefined, time: number | bigint | undefined): SparkplugSample[] {
  const builder = new SampleBuilder(time);
  for (const name of birth.readings) builder.add({ name, timestamp: undefined, historical: false, value: null, q: 9, flags: ['stale'] });
  return builder.samples(device);
}

function bdSeqOf({ value }: Metric): number | undefined {
  return value?.kind === 'int' || value?.kind === 'long' ? Number(value.value) : undefined;
}
