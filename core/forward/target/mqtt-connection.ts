import { connect } from 'mqtt';
import type { IConnackPacket, MqttClient } from 'mqtt';
import type { ConnectionEnd } from '../../subscriber/broker-connection.ts';
import { loginOptions } from '../../subscriber/client-options.ts';
import type { BrokerLogin } from '../../subscriber/client-options.ts';

export interface Message {
  topic: string;
  payload: Buffer;
  /** It may have been sent before. */
  dup: boolean;
}

/** How a message with QoS 1 ended: acknowledged, refused with a reason code (MQTT 5, table 3-4), or lost with the connection. */
export type Published = { kind: 'acknowledged' | 'lost' | 'too-large' } | { kind: 'refused'; code: number };

const KEEPALIVE = 30;
/** MQTT 5, section 3.2.2.3.3: what a broker takes that says nothing. */
const RECEIVE_MAXIMUM = 65_535;
/** What a publish has beside topic and payload, or a little more. */
const HEADER_BYTES = 32;

/** One connection to a broker, from CONNECT to its end. Nothing that is sent outlives it: what was not acknowledged is lost, and sent again by whoever sent it. */
export class MqttConnection {
  readonly #client: MqttClient;
  /** Each open publish is told when the connection ends. */
  readonly #open = new Set<(published: Published) => void>();
  #waiting: (() => void)[] = [];
  #underWay = 0;
  #receiveMaximum = RECEIVE_MAXIMUM;
  #largest = Infinity;
  #end: ConnectionEnd = { reached: false, wasConnected: false };
  #closed = false;
  /** Resolves to undefined when the broker has taken the connection, else to how it ended. */
  readonly ready: Promise<ConnectionEnd | undefined>;
  readonly #whenClosed: (end: ConnectionEnd) => void;

  constructor(login: BrokerLogin, whenClosed: (end: ConnectionEnd) => void) {
    this.#whenClosed = whenClosed;
    const client = connect({ ...loginOptions(login), clean: true, keepalive: KEEPALIVE });
    this.#client = client;
    this.ready = new Promise((resolve) => {
      client.on('connect', (connack) => {
        this.#connected(connack);
        resolve(undefined);
      });
      client.on('close', () => {
        this.#close();
        resolve(this.#end);
      });
    });
    client.on('disconnect', ({ reasonCode }) => {
      if (reasonCode !== undefined) this.#end.reasonCode = reasonCode;
    });
    client.on('error', (error) => {
      this.#end.error ??= error;
      client.stream.destroy();
    });
    for (const event of ['connect', 'secureConnect', 'ready']) client.stream.once(event, () => (this.#end.reached = true));
  }

  get connected(): boolean {
    return !this.#closed && this.#end.wasConnected;
  }

  /** Sends a message with QoS 1, as soon as the broker has room for one more. */
  publish(message: Message): Promise<Published> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve({ kind: 'lost' });
      if (message.payload.length + message.topic.length + HEADER_BYTES > this.#largest) return resolve({ kind: 'too-large' });
      this.#open.add(resolve);
      const send = (): void => this.#send(message, resolve);
      if (this.#underWay < this.#receiveMaximum) send();
      else this.#waiting.push(send);
    });
  }

  /** Breaks the connection off. */
  destroy(error: Error): void {
    this.#end.error ??= error;
    this.#client.stream.destroy();
  }

  /** Says goodbye. */
  end(): Promise<void> {
    return new Promise((resolve) => this.#client.end(!this.#client.connected, {}, () => resolve()));
  }

  #send({ topic, payload, dup }: Message, resolve: (published: Published) => void): void {
    this.#underWay += 1;
    this.#client.publish(topic, payload, { qos: 1, dup }, (error, packet) => {
      if (!this.#open.delete(resolve)) return;
      this.#underWay -= 1;
      this.#waiting.shift()?.();
      const code = packet !== undefined && 'reasonCode' in packet ? (packet.reasonCode ?? 0) : 0;
      resolve(code >= 0x80 ? { kind: 'refused', code } : error ? { kind: 'lost' } : { kind: 'acknowledged' });
    });
  }

  #connected({ properties }: IConnackPacket): void {
    this.#end.wasConnected = true;
    this.#receiveMaximum = properties?.receiveMaximum ?? RECEIVE_MAXIMUM;
    this.#largest = properties?.maximumPacketSize ?? Infinity;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#client.end(true);
    for (const resolve of this.#open) resolve({ kind: 'lost' });
    this.#open.clear();
    this.#whenClosed(this.#end);
  }
}
