import { FORWARD_TOPIC } from '../../mqtt/telemetry-topic.ts';
import { compressed, jsonLines } from './encoding.ts';
import type { MessagesOf } from './mqtt-target.ts';
import type { Batch, Item } from './target.ts';

/** `sample`: all that is known of a sample; `telemetry`: its time and its values, `{"ts":…,"values":{…}}`, as many platforms take it. */
export const PAYLOADS = ['sample', 'telemetry'] as const;

export type PayloadForm = (typeof PAYLOADS)[number];

export interface BrokerMessageOptions {
  readingTopic: (device: string) => string;
  alarmTopic: (device: string) => string;
  payload: PayloadForm;
}

/** A message for each item, on the topic of its device. */
export function brokerMessages({ readingTopic, alarmTopic, payload }: BrokerMessageOptions): MessagesOf {
  return ({ kind, items }: Batch) =>
    items.map((item) => ({
      topic: kind === 'alarm' ? alarmTopic(item.device) : readingTopic(item.device),
      payload: kind === 'reading' && payload === 'telemetry' ? telemetryOf(item) : Buffer.from(item.line),
      dup: false,
    }));
}

/** One message for the whole batch, as the gateway of another Holdfast takes it. */
export function holdfastMessages(isCompressed: boolean): MessagesOf {
  return ({ items, repeated }: Batch) => [{ topic: FORWARD_TOPIC, payload: compressed(jsonLines(items), isCompressed ? 'gzip' : 'none').body, dup: repeated }];
}

function telemetryOf({ line }: Item): Buffer {
  const { ts, values } = JSON.parse(Buffer.from(line).toString()) as { ts: number; values: object };
  return Buffer.from(JSON.stringify({ ts, values }));
}
