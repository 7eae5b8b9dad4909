import { connect } from 'mqtt';
import type { IClientOptions, IConnackPacket, IPublishPacket, MqttClient } from 'mqtt';
import type { Clock, Timer } from '../clock/clock.ts';
import { loginOptions } from './client-options.ts';
import type { BrokerLogin } from './client-options.ts';
import { keepQos2 } from './qos2-store.ts';
import { Pubacks } from './pubacks.ts';

export interface ConnectionOptions extends BrokerLogin {
  /** How many messages the broker may send before it gets an acknowledgement; MQTT 5 only. */
  receiveMaximum: number;
  /** How long the broker is to keep the session of an absent client, in seconds; MQTT 5 only. */
  sessionExpiry: number;
  clock: Clock;
}

/** How a message ended: `withhold` leaves it with the broker, which sends it again over the next connection. */
export type Verdict = 'acknowledge' | 'withhold';

export interface ConnectionEvents {
  connected(connack: IConnackPacket): void;
  /** Answers once, now or later; of a message with QoS 0 the verdict is without effect. */
  message(packet: IPublishPacket, answer: (verdict: Verdict) => void): void;
  /** Called once. With an error, or the reason code of the broker's DISCONNECT, where there is one. */
  closed(end: ConnectionEnd): void;
}

export interface ConnectionEnd {
  error?: unknown;
  reasonCode?: number;
  /** Something listens there. */
  reached: boolean;
  /** The broker accepted the CONNECT. */
  wasConnected: boolean;
}

const KEEPALIVE = 60;
const END_TIMEOUT = 1_000;
/** What waits for an answer is in memory. Beyond this the stream stands still until some of it is answered. */
const UNANSWERED_MESSAGES = 10_000;
const UNANSWERED_BYTES = 32 * 1024 * 1024;
/** A packet of more than this is never parsed: the parser would gather all of it (up to 256 MB) first. */
const LONGEST_PACKET = 17 * 1024 * 1024;

/**
 * MQTT.js 5.16 sends the PUBACK of a QoS 1 message when `handleMessage` calls back, and takes the next message only then. Called back
 * with an error it takes the next message and sends nothing (lib/handlers/publish.js); the PUBACK is written here, when it is due.
 */
const NO_PUBACK_YET = new Error('The message is acknowledged later');

/** One connection to a broker, from CONNECT to its end. PUBACKs go over the connection on which the message came, or nowhere. */
export class BrokerConnection {
  readonly #client: MqttClient;
  readonly #events: ConnectionEvents;
  readonly #clock: Clock;
  readonly #pubacks: Pubacks;
  #end: ConnectionEnd = { reached: false, wasConnected: false };
  #unanswered = 0;
  #unansweredBytes = 0;
  #unparsed = 0;
  #held: Array<() => void> = [];
  #whenAnswered: (() => void) | undefined;
  #takes = true;
  #closed = false;
  #ending: Timer | undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#events = events;
    this.#clock = options.clock;
    const client = connect({
      ...clientOptions(options),
      incomingStore: keepQos2((packet, kept) => this.#offer(packet, (verdict) => (verdict === 'acknowledge' ? kept() : undefined))),
    });
    this.#client = client;
    this.#pubacks = new Pubacks(() => client.stream);
    client.handleMessage = (packet, done) => this.#handle(packet, done);
    client.on('connect', (connack) => {
      this.#end.wasConnected = true;
      events.connected(connack);
    });
    client.on('disconnect', ({ reasonCode }) => {
      if (reasonCode !== undefined) this.#end.reasonCode = reasonCode;
    });
    client.on('error', (error) => {
      this.#end.error ??= error;
      // A parser that has lost its place in the stream does not find it again.
      client.stream.destroy();
    });
    client.on('close', () => this.#close());
    client.on('packetreceive', () => {
      this.#unparsed = 0;
    });
    for (const event of ['connect', 'secureConnect', 'ready']) client.stream.once(event, () => (this.#end.reached = true));
    client.stream.on('data', (chunk: Uint8Array) => {
      this.#unparsed += chunk.length;
      if (this.#unparsed <= LONGEST_PACKET) return;
      this.#end.error ??= new Error(`it sends a packet of more than ${LONGEST_PACKET} bytes, which is never taken`);
      client.stream.destroy();
    });
  }

  /** How many PUBACKs were written. */
  get acknowledged(): number {
    return this.#pubacks.sent;
  }

  /** Resolves to the reason codes that the broker granted or refused each filter with; rejects when the connection ends before. */
  subscribe(filters: readonly string[], qos: 0 | 1, retainHandling: 0 | 1 | 2): Promise<readonly number[]> {
    const subscriptions = Object.fromEntries(filters.map((filter) => [filter, { qos, rh: retainHandling, nl: false, rap: false }] as const));
    return new Promise((resolve, reject) => {
      this.#client.subscribe(subscriptions, (error, _granted, packet) => {
        if (packet) resolve(packet.granted.map(Number));
        else reject(error ?? new Error('the broker did not answer'));
      });
    });
  }

  /** Resolves when the broker has answered; rejects when the connection ends before. */
  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.#client.unsubscribeAsync([...filters]);
  }

  /** Takes no more messages; resolves when all that were taken are answered. */
  drain(): Promise<void> {
    this.#takes = false;
    return new Promise((resolve) => {
      if (this.#unanswered === 0) resolve();
      else this.#whenAnswered = resolve;
    });
  }

  /**
   * Says goodbye and closes; what has not been acknowledged stays with the broker.
   *
   * @param forget the broker is not to keep the session; MQTT 5 only.
   */
  end(forget = false): void {
    this.#takes = false;
    this.#pubacks.flush();
    this.#ending ??= this.#clock.setTimeout(() => this.#client.stream.destroy(), END_TIMEOUT, true);
    this.#client.end(!this.#client.connected, forget && this.#client.options.protocolVersion === 5 ? { properties: { sessionExpiryInterval: 0 } } : {});
  }

  /** Sends a command, where the connection stands; nobody is told when it is lost. */
  publish(topic: string, payload: Uint8Array): void {
    if (this.#client.connected) this.#client.publish(topic, Buffer.from(payload), { qos: 0 });
  }

  #handle(packet: IPublishPacket, done: (error?: Error) => void): void {
    // A message with QoS 2 was kept when it came (see keepQos2); this is its PUBREL.
    if (packet.qos === 2) return done();
    const { messageId, qos } = packet;
    this.#offer(packet, (verdict) => {
      if (verdict === 'acknowledge' && qos === 1 && messageId !== undefined) this.#pubacks.add(messageId);
    });
    const next = (): void => done(NO_PUBACK_YET);
    if (this.#isFull()) this.#held.push(next);
    else next();
  }

  #offer(packet: IPublishPacket, answered: (verdict: Verdict) => void): void {
    if (!this.#takes) return;
    const { length } = packet.payload;
    this.#unanswered += 1;
    this.#unansweredBytes += length;
    this.#events.message(packet, (verdict) => {
      this.#unanswered -= 1;
      this.#unansweredBytes -= length;
      answered(verdict);
      if (this.#held.length > 0 && !this.#isFull()) for (const next of this.#held.splice(0)) next();
      if (this.#unanswered > 0) return;
      this.#whenAnswered?.();
      this.#whenAnswered = undefined;
    });
  }

  #isFull(): boolean {
    return this.#unanswered >= UNANSWERED_MESSAGES || this.#unansweredBytes >= UNANSWERED_BYTES;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#takes = false;
    this.#held = [];
    this.#ending?.cancel();
    this.#client.end(true);
    this.#events.closed(this.#end);
  }
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  const { protocolVersion, receiveMaximum, sessionExpiry } = options;
  return {
    ...loginOptions(options),
    ...(protocolVersion === 5 ? { properties: { receiveMaximum, sessionExpiryInterval: sessionExpiry } } : {}),
    clean: false,
    keepalive: KEEPALIVE,
    // MQTT.js does not subscribe by itself.
    resubscribe: false,
  };
}
