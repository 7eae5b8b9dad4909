import sparkplug from 'sparkplug-payload';
import { decodeSparkplug, type SparkplugRecord, type SparkplugResult, SparkplugState } from '../../../core/sparkplug/index.ts';

/** The encoder of Eclipse Tahu: what edge nodes in the field send. */
const tahu = sparkplug.get('spBv1.0');
if (!tahu) throw new Error('sparkplug-payload no longer has spBv1.0');

export type TahuMetric = NonNullable<Parameters<typeof tahu.encodePayload>[0]['metrics']>[number];

export const T0 = Date.UTC(2026, 10, 22, 12);

/** Payload bytes; without a seq, as an NDEATH is. */
export function encode(metrics: TahuMetric[], seq?: number, timestamp: number = T0): Buffer {
  return Buffer.from(tahu?.encodePayload({ timestamp, metrics, ...(seq === undefined ? {} : { seq }) }) ?? []);
}

export const bdSeq = (value: number): TahuMetric => ({ name: 'bdSeq', type: 'UInt64', value });
export const rebirthControl: TahuMetric = { name: 'Node Control/Rebirth', type: 'Boolean', value: false };

/** A metric with its alias only, as a DATA message has it: the encoder wants a name, which an empty one leaves out. */
export function byAlias(alias: number, type: TahuMetric['type'], value: TahuMetric['value'], rest: Partial<TahuMetric> = {}): TahuMetric {
  const metric: Partial<TahuMetric> = { alias, type, value, ...rest };
  return metric as TahuMetric;
}

/** One source of messages with its decoder. */
export class Source {
  state = new SparkplugState();
  readonly records: SparkplugRecord[] = [];

  record(type: string, metrics: TahuMetric[], { seq, device, received = T0, node = 'edge-1' }: { seq?: number; device?: string; received?: number; node?: string } = {}): SparkplugRecord {
    const topic = `spBv1.0/plant/${type}/${node}${device === undefined ? '' : `/${device}`}`;
    const record = { topic, payload: encode(metrics, seq), received, position: this.records.length + 1 };
    this.records.push(record);
    return record;
  }

  send(...message: Parameters<Source['record']>): SparkplugResult {
    return decodeSparkplug(this.record(...message), this.state);
  }

  /** An edge node with the metric Temperature (alias 1), and its device press with Speed (alias 2) and Mode (alias 3). */
  born(): this {
    this.send('NBIRTH', [bdSeq(4), rebirthControl, { name: 'Temperature', alias: 1, type: 'Float', value: 21.5 }], { seq: 0 });
    this.send('DBIRTH', [{ name: 'Speed', alias: 2, type: 'Int32', value: 900 }, { name: 'Mode', alias: 3, type: 'String', value: 'auto' }], { seq: 1, device: 'press' });
    return this;
  }
}
