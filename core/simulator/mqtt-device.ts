import { connect, type MqttClient } from 'mqtt';
import type { Clock, Timer } from '../clock/clock.ts';
import { ConfigError } from '../errors/holdfast-error.ts';
import type { DeviceCounts, SimulatedDevice } from './device.ts';
import { shown } from './kinds.ts';
import { createRandom } from './random.ts';

const QUEUE_LIMIT = 1000;
/** Samples under way at a time; the rest waits in the queue. */
const WINDOW = 20;
const SHORTEST_BACK_OFF = 1000;
const LONGEST_BACK_OFF = 30_000;
const CONNECT_TIMEOUT = 10_000;
const END_TIMEOUT = 1000;

/** Told once a change: an outage of an hour is one event and not a thousand. */
export interface ConnectionChange {
  id: string;
  connected: boolean;
  /** Why there is no connection, as a sentence with the cure. */
  reason?: string;
}

export interface MqttDeviceOptions {
  /** `mqtt://host:port` or `mqtts://host:port` */
  url: string;
  /** User name and client id. */
  id: string;
  /** Password. */
  secret: string;
  clock: Clock;
  /** Samples kept while there is no connection; the oldest is dropped and counted. Default 1,000. */
  queueLimit?: number;
  onConnectionChange?(change: ConnectionChange): void;
}

interface Outgoing {
  payload: Uint8Array;
  topic: string;
}

/**
 * A device that is one real MQTT 3.1.1 client (OASIS, 2014) with credentials of its own. It publishes with QoS 1 and a
 * clean session: what was not acknowledged when a connection broke is published again on the next, in order. It connects
 * again with exponential back-off and jitter, half a second to 30 seconds, the same for the same id. The back-off starts over
 * at an acknowledgement, not at a mere connection, so that a gateway that refuses samples is not hammered.
 * @throws ConfigError (field `url`) when the address cannot work
 */
export function createMqttDevice(options: MqttDeviceOptions): SimulatedDevice {
  const { id, secret, clock, queueLimit = QUEUE_LIMIT } = options;
  const url = readUrl(options.url);
  const random = createRandom('back-off', id);
  const underWay = new Set<Outgoing>();
  let queue: Outgoing[] = [];
  let client: MqttClient | undefined;
  let connected = false;
  let told: ConnectionChange | undefined;
  let retry: Timer | undefined;
  let attempts = 0;
  let sent = 0;
  let acknowledged = 0;
  let dropped = 0;
  let ending: Promise<void> | undefined;
  let onDrained = (): void => {};

  function open(): void {
    let reason = `The gateway at ${url.host} closed the connection of ${id}. It is being made again.`;
    // One client a connection, without its own reconnecting: its interval is fixed and its queue has no bound.
    const opened = connect(url.href, {
      clientId: id, username: id, password: secret, protocolVersion: 4, clean: true,
      reconnectPeriod: 0, connectTimeout: CONNECT_TIMEOUT,
    });
    client = opened;
    opened.on('connect', () => {
      connected = true;
      tell({ id, connected });
      sendMore();
    });
    opened.on('error', (error) => {
      reason = reasonOf(error, id, url.host);
    });
    opened.on('close', () => {
      if (client === opened) closed(reason);
    });
  }

  function closed(reason: string): void {
    client = undefined;
    connected = false;
    queue = [...underWay, ...queue];
    underWay.clear();
    while (queue.length > queueLimit) dropOldest();
    onDrained();
    if (ending) return;
    const wait = Math.min(LONGEST_BACK_OFF, SHORTEST_BACK_OFF * 2 ** attempts) * random.uniform(0.5, 1);
    attempts = Math.min(attempts + 1, 10);
    retry = clock.setTimeout(open, wait);
    tell({ id, connected, reason });
  }

  function tell(change: ConnectionChange): void {
    if (told?.connected === change.connected && told.reason === change.reason) return;
    told = change;
    options.onConnectionChange?.(change);
  }

  function dropOldest(): void {
    queue.shift();
    dropped++;
  }

  function sendMore(): void {
    while (client && connected && underWay.size < WINDOW) {
      const next = queue.shift();
      if (!next) break;
      send(client, next);
    }
    if (queue.length + underWay.size === 0) onDrained();
  }

  function send(through: MqttClient, next: Outgoing): void {
    underWay.add(next);
    through.publish(next.topic, Buffer.from(next.payload), { qos: 1 }, (error) => {
      if (client !== through) return;
      if (error) {
        // Nothing else would end a connection that cannot publish; its close puts the sample back.
        through.stream.destroy();
        return;
      }
      underWay.delete(next);
      acknowledged++;
      attempts = 0;
      sendMore();
    });
  }

  async function end(): Promise<void> {
    retry?.cancel();
    if (connected && queue.length + underWay.size > 0) {
      await withTimeout((done) => (onDrained = done));
    }
    const last = client;
    const graceful = connected && underWay.size === 0;
    client = undefined;
    connected = false;
    dropped += queue.length + underWay.size;
    queue = [];
    underWay.clear();
    if (!last) return;
    if (graceful) await withTimeout((done) => last.end(false, {}, done));
    // Frees what a gateway that no longer answers would keep open.
    last.end(true);
    last.stream.destroy();
  }

  function withTimeout(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, END_TIMEOUT);
      start(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  open();
  return {
    get connected() {
      return connected;
    },
    publish(payload, topic) {
      sent++;
      if (ending) {
        dropped++;
        return;
      }
      queue.push({ payload, topic });
      sendMore();
      if (queue.length > queueLimit) dropOldest();
    },
    counts: (): DeviceCounts => ({ sent, acknowledged, dropped, waiting: queue.length + underWay.size }),
    end() {
      ending ??= end();
      return ending;
    },
  };
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && url.hostname && (url.protocol === 'mqtt:' || url.protocol === 'mqtts:')) return url;
  throw new ConfigError('url', `The simulator cannot connect to ${shown(text)}. Give the address of an MQTT gateway, such as mqtt://127.0.0.1:1883.`);
}

function reasonOf(error: Error & { code?: unknown }, id: string, host: string): string {
  switch (error.code) {
    case 4:
    case 5:
      return `The gateway at ${host} refused the name or the secret of ${id}. Give the device the credentials that the gateway knows.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${host}, where ${id} wants to send. Start the gateway or correct the address.`;
    case 'ENOTFOUND':
      return `There is no host by the name in ${host}, where ${id} wants to send. Correct the address.`;
    default:
      return `The connection of ${id} to ${host} failed: ${error.message || 'no cause was given'}. It is being tried again.`;
  }
}
