import type { Clock } from '../../clock/clock.ts';
import type { ConnectionEnd } from '../../subscriber/broker-connection.ts';
import type { BrokerLogin } from '../../subscriber/client-options.ts';
import { connectionProblem, isVersionRefused } from '../../subscriber/connection-problem.ts';
import { MqttConnection } from './mqtt-connection.ts';
import type { Message, Published } from './mqtt-connection.ts';
import type { Batch, Outcome, RefusedItem, Target } from './target.ts';

/** The messages of a batch: one an item, or one for all of them. */
export type MessagesOf = (batch: Batch) => Message[];

export interface MqttTargetOptions extends Omit<BrokerLogin, 'protocolVersion'> {
  /** `auto`: MQTT 5, and 3.1.1 where the broker does not speak that. */
  protocolVersion: 4 | 5 | 'auto';
  messagesOf: MessagesOf;
  /** Batches under way at a time in one lane. Messages of one connection arrive in order. */
  window: number;
  /** How long an acknowledgement may take, in milliseconds. */
  timeout: number;
  clock: Clock;
}

/** What MQTT 5 (table 3-4) says of the message itself: it is never taken as it is. */
const MESSAGE_AT_FAULT: Readonly<Record<number, string>> = {
  0x87: 'the user may not publish on this topic',
  0x90: 'the topic is not allowed',
  0x99: 'the payload is not in the format that was announced',
};
const QUOTA = 'a quota is used up';
const TOO_LARGE = 'it is larger than the broker takes';

/** Messages with QoS 1 to a broker; its PUBACK is the acknowledgement. */
export class MqttTarget implements Target {
  readonly window: number;
  readonly #options: MqttTargetOptions;
  #version: 4 | 5;
  #connection: MqttConnection | undefined;
  #lastEnd: ConnectionEnd | undefined;
  #closed = false;

  constructor(options: MqttTargetOptions) {
    this.#options = options;
    this.window = options.window;
    this.#version = options.protocolVersion === 'auto' ? 5 : options.protocolVersion;
  }

  get name(): string {
    return this.#options.address.text;
  }

  get connected(): boolean {
    return this.#connection?.connected ?? false;
  }

  async send(batch: Batch): Promise<Outcome> {
    if (this.#closed) return { kind: 'later', reason: 'the node is closing' };
    const connection = (this.#connection ??= this.#connect());
    const messages = this.#options.messagesOf(batch);
    if (!connection.connected) {
      const failed = await connection.ready;
      if (failed) return this.#failed(failed);
    }
    const limit = this.#options.clock.setTimeout(() => connection.destroy(new Error(`it did not acknowledge within ${this.#options.timeout / 1_000} seconds`)), this.#options.timeout);
    const published = await Promise.all(messages.map((message) => connection.publish(message)));
    limit.cancel();
    return this.#outcome(published, batch.items.length);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.end();
  }

  #connect(): MqttConnection {
    return new MqttConnection({ ...this.#options, protocolVersion: this.#version }, (end) => {
      this.#connection = undefined;
      this.#lastEnd = end;
    });
  }

  #failed(end: ConnectionEnd): Outcome {
    if (this.#options.protocolVersion === 'auto' && this.#version === 5 && isVersionRefused(end)) {
      this.#version = 4;
      return { kind: 'later', reason: 'the broker speaks MQTT 3.1.1' };
    }
    return { kind: 'later', reason: this.#sentence(end) };
  }

  #sentence(end: ConnectionEnd): string {
    return connectionProblem(end, { broker: this.name, clientId: this.#options.clientId });
  }

  #outcome(published: readonly Published[], items: number): Outcome {
    // One message for all: what it comes to, all of them come to.
    const isWhole = published.length === 1 && items > 1;
    const refused: RefusedItem[] = [];
    const delivered: number[] = [];
    let later: string | undefined;
    for (const [index, one] of published.entries()) {
      const fault = faultOf(one);
      if (one.kind === 'acknowledged') delivered.push(index);
      else if (fault !== undefined) refused.push({ index, reason: `The broker ${this.name} refuses the message: ${fault}.` });
      else later ??= one.kind === 'refused' ? `the broker answered with the reason code ${one.code}${one.code === 0x97 ? `, ${QUOTA}` : ''}` : this.#sentence(this.#lastEnd ?? { reached: true, wasConnected: true });
    }
    const [first] = refused;
    if (isWhole && first) return { kind: 'refused', reason: first.reason };
    if (later === undefined) return { kind: 'delivered', refused };
    return isWhole ? { kind: 'later', reason: later } : { kind: 'later', reason: later, delivered, refused };
  }
}

function faultOf(published: Published): string | undefined {
  if (published.kind === 'too-large') return TOO_LARGE;
  return published.kind === 'refused' ? MESSAGE_AT_FAULT[published.code] : undefined;
}
