import type { IPublishPacket } from 'mqtt';
import type { PayloadFormat } from '../decode/format.ts';
import type { Delivery } from '../intake/delivery.ts';
import type { RefusalReason } from '../intake/refusal.ts';
import { checkId, PrincipalError } from '../registry/principal.ts';
import type { TopicTemplate } from './topic-template.ts';

export interface ReadingOptions {
  template: TopicTemplate;
  format: PayloadFormat;
  clientId: string;
  /** Largest payload, in bytes. */
  maximumPayload: number;
}

/** A message that cannot become readings, with whose it is where that is known. */
export interface Unusable {
  device: string;
  reason: RefusalReason;
  message: string;
}

/** How long the intake may keep a message waiting for room under its device's limit, in milliseconds. */
const PATIENCE = 2_000;

/** What a message of a broker is to the intake: the device is a level of the topic, which the broker let somebody publish on. */
export function readBrokerMessage({ topic, payload, qos, dup, messageId }: IPublishPacket, { template, format, clientId, maximumPayload }: ReadingOptions): { delivery: Delivery } | Unusable {
  const named = template.deviceOf(topic);
  if (named === undefined) return { device: '', reason: 'forbidden', message: `A message on ${shown(topic)} was refused: the topic does not fit the topic template ${template.text}. Mend the template, or keep others from subscribing under the client id ${clientId}.` };
  const device = idOf(named);
  if (device === undefined) return { device: '', reason: 'forbidden', message: `A message on ${shown(topic)} was refused: "${named.slice(0, 80)}" cannot be the id of a device. Use 1 to 64 letters, digits, "-", "_", "." or ":", beginning with a letter or digit.` };
  if (payload.length > maximumPayload) return { device, reason: 'too-large', message: `A message on ${shown(topic)} was refused: it has ${payload.length} bytes, and ${maximumPayload} are allowed. Let ${device} send less at a time, or allow more in the node.` };
  const delivery: Delivery = {
    via: 'subscriber',
    device,
    principal: '',
    topic,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    format: format === 'auto' && template.isSparkplug ? 'sparkplug-b' : format,
    patience: PATIENCE,
  };
  if (qos > 0 && messageId !== undefined) delivery.attempt = { session: `subscriber:${clientId}`, packet: String(messageId), repeated: dup };
  return { delivery };
}

function idOf(named: string): string | undefined {
  try {
    return checkId(named);
  } catch (error) {
    if (!(error instanceof PrincipalError)) throw error;
    return undefined;
  }
}

function shown(topic: string): string {
  return JSON.stringify(topic.slice(0, 200));
}
