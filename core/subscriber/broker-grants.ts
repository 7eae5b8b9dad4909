import type { IConnackPacket } from 'mqtt';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** What a subscriber asks of its broker. */
export interface Asked {
  broker: string;
  protocolVersion: 4 | 5;
  clientId: string;
  filters: readonly string[];
  qos: 0 | 1;
  /** The group of a shared subscription; empty: none. */
  group: string;
  /** In seconds. */
  sessionExpiry: number;
  takeRetained: boolean;
  /** The broker had a session for this client before. */
  hadSession: boolean;
}

/** Something the broker does not grant, by which data or their order may be lost. */
export interface Shortfall {
  /** A few words for a status; empty for what follows from the settings and need not stand there all the time. */
  short: string;
  sentence: string;
}

/** The broker does not let this client have the messages. Code `HOLDFAST_SUBSCRIPTION`. */
export class SubscriptionError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_SUBSCRIPTION', message);
  }
}

const FOR_EVER = 0xffff_ffff;

/** Reason codes of SUBACK: MQTT 5 table 3-8; MQTT 3.1.1 knows only 128. */
const REFUSED: Readonly<Record<number, string>> = {
  128: 'It gives no reason; most often the user may not read these topics',
  135: 'This user may not read these topics',
  143: 'It does not take such a topic filter',
  151: 'A quota is used up',
  158: 'It has no shared subscriptions; leave the group empty',
  162: 'It has no wildcards in subscriptions',
};

/**
 * Where the broker grants less than was asked, in words. `granted` are the reason codes of SUBACK, empty when the session had the
 * subscription already and it was not made again.
 *
 * @throws SubscriptionError when it refuses a subscription.
 */
export function shortfalls(asked: Asked, { sessionPresent, properties }: Pick<IConnackPacket, 'sessionPresent' | 'properties'>, granted: readonly number[]): Shortfall[] {
  const { broker, filters, qos, group, sessionExpiry, hadSession } = asked;
  const refused = granted.findIndex((code) => code >= 128);
  if (refused >= 0) {
    const code = granted[refused] ?? 128;
    throw new SubscriptionError(`The broker ${broker} refuses the subscription to ${filters[refused] ?? ''}. ${REFUSED[code] ?? `Its reason code is ${code}`}. Give the user the right to read them, or mend the topic template.`);
  }
  const found: Shortfall[] = [];
  if (hadSession && !sessionPresent) {
    found.push({
      short: 'session lost',
      sentence: `The broker ${broker} no longer has the session of the client "${asked.clientId}": what was published while this node was away did not reach it. Let the broker keep sessions on disk, and for longer than this node may be away.`,
    });
  }
  const least = Math.min(qos, ...granted, properties?.maximumQoS ?? 2);
  if (least < qos) {
    found.push({
      short: 'QoS 0 only',
      sentence: `The broker ${broker} grants QoS ${least} where QoS ${qos} was asked for: it does not wait for this node, and a message is lost when the connection breaks or the disk refuses it. Allow QoS 1 on the broker.`,
    });
  }
  const expiry = properties?.sessionExpiryInterval;
  if (expiry !== undefined && expiry < sessionExpiry) {
    found.push({
      short: `session kept ${duration(expiry)}`,
      sentence: `The broker ${broker} keeps the session for ${duration(expiry)} in place of ${duration(sessionExpiry)}: what it receives is lost when this node is away for longer.`,
    });
  }
  if (asked.takeRetained && properties?.retainAvailable === false) {
    found.push({ short: 'no retained messages', sentence: `The broker ${broker} keeps no retained messages, although this node is set to take them.` });
  }
  if (group !== '') {
    found.push({
      short: '',
      sentence: `The subscription is shared with the group "${group}": messages of one device may reach different members, so their order is not certain.`,
    });
  }
  return found;
}

/** What the broker grants in one line, for the log. */
export function describeGrants({ broker, protocolVersion, clientId, filters }: Asked, { sessionPresent, properties }: Pick<IConnackPacket, 'sessionPresent' | 'properties'>, granted: readonly number[]): string {
  const parts = [
    `MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}`,
    `client id ${clientId}`,
    granted.length === 0 ? 'subscription kept' : `${filters.join(', ')} with QoS ${Math.min(...granted)}`,
    sessionPresent ? 'session taken up again' : 'new session',
  ];
  if (properties?.sessionExpiryInterval !== undefined) parts.push(`session kept ${duration(properties.sessionExpiryInterval)}`);
  if (properties?.receiveMaximum !== undefined) parts.push(`receive maximum ${properties.receiveMaximum}`);
  if (properties?.maximumPacketSize !== undefined) parts.push(`packets of at most ${properties.maximumPacketSize} bytes`);
  if (properties?.maximumQoS !== undefined) parts.push(`QoS ${properties.maximumQoS} at most`);
  if (properties?.retainAvailable === false) parts.push('no retained messages');
  if (properties?.sharedSubscriptionAvailable === false) parts.push('no shared subscriptions');
  return `Connected to ${broker}: ${parts.join('; ')}.`;
}

/** @param seconds as MQTT 5 counts the expiry of a session. */
function duration(seconds: number): string {
  if (seconds >= FOR_EVER) return 'for ever';
  const [size, unit] = seconds >= 172_800 ? [86_400, 'days'] : seconds >= 7_200 ? [3_600, 'hours'] : seconds >= 120 ? [60, 'minutes'] : [1, 'seconds'];
  return `${Math.round((10 * seconds) / size) / 10} ${unit}`;
}
