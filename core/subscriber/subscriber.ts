import type { IConnackPacket, IPublishPacket } from 'mqtt';
import type { Clock, Timer } from '../clock/clock.ts';
import type { PayloadFormat } from '../decode/format.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Intake } from '../intake/delivery.ts';
import type { Refusal } from '../intake/refusal.ts';
import { BackOff } from './back-off.ts';
import { BrokerConnection } from './broker-connection.ts';
import type { ConnectionEnd, ConnectionOptions, Verdict } from './broker-connection.ts';
import { describeGrants, shortfalls } from './broker-grants.ts';
import type { Shortfall } from './broker-grants.ts';
import { connectionProblem, isVersionRefused } from './connection-problem.ts';
import { readBrokerMessage } from './broker-message.ts';
import type { TopicTemplate } from './topic-template.ts';
import { WithheldMessages } from './withheld-messages.ts';

/** What is remembered of the session at the broker, over restarts. */
export interface BrokerSession {
  broker: string;
  clientId: string;
  filters: readonly string[];
  qos: number;
}

export interface SubscriberOptions extends Omit<ConnectionOptions, 'protocolVersion'> {
  /** `auto`: MQTT 5, or 3.1.1 where the broker does not speak 5. */
  protocolVersion: 'auto' | '3.1.1' | '5';
  template: TopicTemplate;
  /** The group of a shared subscription; empty: none. */
  group: string;
  qos: 0 | 1;
  format: PayloadFormat;
  /** Whether messages that the broker had retained are readings too. */
  takeRetained: boolean;
  /** Largest payload, in bytes. */
  maximumPayload: number;
  intake: Intake;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
  session: { load(): BrokerSession | undefined; save(session: BrokerSession): void };
  /** What a person should know: a sentence each. */
  warn: (sentence: string) => void;
  /** What was turned away: a sentence each, and there may be thousands a second. */
  turnedAway: (sentence: string) => void;
  /** What the broker grants, at each connection. */
  info: (sentence: string) => void;
}

/** How the subscriber stands: `waiting` before it connects again; `refusing` while messages are left with the broker. */
export type SubscriberState = { kind: 'connecting' } | { kind: 'subscribed'; shortfalls: readonly Shortfall[] } | { kind: 'waiting' | 'refusing'; problem: string };

/** How many messages there were since the subscriber was started. Of those refused, `withheld` were left with the broker. */
export interface SubscriberCounts {
  accepted: number;
  refused: number;
  withheld: number;
  /** Retained messages that were passed over. */
  retained: number;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** A connection that held for so long was a good one. */
const STABLE = 30_000;
const DRAIN_LIMIT = 3_000;

/**
 * Takes messages from somebody else's broker through the intake. A message is acknowledged when it is on disk, however many of them
 * pipelined; one that the intake refuses for the time being is not acknowledged, and the broker sends it again over the next connection.
 * Comes back for ever when the connection breaks.
 */
export class Subscriber {
  readonly counts: SubscriberCounts = { accepted: 0, refused: 0, withheld: 0, retained: 0 };
  readonly #options: SubscriberOptions;
  readonly #clock: Clock;
  readonly #filters: readonly string[];
  readonly #backOff: BackOff;
  readonly #withheld: WithheldMessages;
  #version: 4 | 5;
  #isVersionKnown: boolean;
  #connection: BrokerConnection | undefined;
  #state: SubscriberState = { kind: 'connecting' };
  #subscribedAt: number | undefined;
  /** Why this side ends the present connection. */
  #reason: { problem: string; soon: boolean } | undefined;
  #said = '';
  #timer: Timer | undefined;
  #closed = false;
  #whenClosed: (() => void) | undefined;

  constructor(options: SubscriberOptions) {
    const { clock, random, template, group, protocolVersion, receiveMaximum } = options;
    this.#options = options;
    this.#clock = clock;
    this.#filters = group === '' ? template.filters : template.filters.map((filter) => `$share/${group}/${filter}`);
    this.#backOff = new BackOff({ minimum: FIRST_PAUSE, maximum: LONGEST_PAUSE, random });
    this.#withheld = new WithheldMessages({ clock, random, window: () => (this.#version === 5 ? receiveMaximum : undefined), again: (problem, soon) => void this.#reconnect(problem, soon) });
    this.#version = protocolVersion === '3.1.1' ? 4 : 5;
    this.#isVersionKnown = protocolVersion !== 'auto';
    this.#connect();
  }

  get state(): SubscriberState {
    const { problem } = this.#withheld;
    return this.#state.kind === 'subscribed' && problem !== undefined ? { kind: 'refusing', problem } : this.#state;
  }

  /** Sends a command to whoever has subscribed to it at the broker, at most once. */
  publish(topic: string, payload: Uint8Array): void {
    this.#connection?.publish(topic, payload);
  }

  /**
   * Takes no more, acknowledges what is on disk by then, and leaves.
   *
   * @param forGood ends the subscription, so that the broker keeps nothing more for this client.
   */
  async close(forGood: boolean): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#withheld.forget();
    const connection = this.#connection;
    if (!connection) return;
    const gone = new Promise<void>((resolve) => {
      this.#whenClosed = resolve;
    });
    await this.#atMost(DRAIN_LIMIT, connection.drain());
    if (forGood && this.#subscribedAt !== undefined) {
      this.#options.info(`The subscription of ${this.#options.clientId} to ${this.#filters.join(', ')} is ended: ${this.#options.address.text} keeps nothing more for it.`);
      await this.#atMost(DRAIN_LIMIT, connection.unsubscribe(this.#filters).catch(() => undefined));
    }
    connection.end(forGood);
    await gone;
  }

  #connect(): void {
    this.#timer = undefined;
    this.#reason = undefined;
    this.#subscribedAt = undefined;
    this.#withheld.forget();
    if (this.#state.kind !== 'waiting') this.#state = { kind: 'connecting' };
    try {
      const connection: BrokerConnection = new BrokerConnection(
        { ...this.#options, protocolVersion: this.#version },
        {
          connected: (connack) => void this.#subscribe(connection, connack),
          message: (packet, answer) => this.#message(connection, packet, answer),
          closed: (end) => void this.#ended(connection, end),
        },
      );
      this.#connection = connection;
    } catch (error) {
      this.#wait(`The connection to the broker ${this.#options.address.text} cannot be made: ${messageOf(error)}.`, this.#backOff.next());
    }
  }

  async #subscribe(connection: BrokerConnection, connack: IConnackPacket): Promise<void> {
    const { address, clientId, qos, group, sessionExpiry, takeRetained, session, warn, info } = this.#options;
    this.#isVersionKnown = true;
    try {
      const known = session.load();
      const hadSession = known?.broker === address.text && known.clientId === clientId;
      const before = hadSession && connack.sessionPresent ? known.filters : [];
      const obsolete = before.filter((filter) => !this.#filters.includes(filter));
      if (obsolete.length > 0) await connection.unsubscribe(obsolete);
      // A subscription that is made again brings retained messages again; MQTT 5 can be told not to.
      const isKept = this.#version === 4 && takeRetained && known?.qos === qos && this.#filters.every((filter) => before.includes(filter));
      const granted = isKept ? [] : await connection.subscribe(this.#filters, qos, takeRetained ? 1 : 2);
      const asked = { broker: address.text, protocolVersion: this.#version, clientId, filters: this.#filters, qos, group, sessionExpiry, takeRetained, hadSession };
      const found = shortfalls(asked, connack, granted);
      info(describeGrants(asked, connack, granted));
      const sentences = found.map(({ sentence }) => sentence).join('\n');
      if (this.#said !== sentences) for (const { sentence } of found) warn(sentence);
      this.#said = sentences;
      if (!isKept) session.save({ broker: address.text, clientId, filters: this.#filters, qos });
      this.#subscribedAt = this.#clock.now();
      this.#state = { kind: 'subscribed', shortfalls: found };
    } catch (error) {
      // Of a connection that broke meanwhile its end tells more.
      if (this.#connection === connection) await this.#reconnect(messageOf(error), false);
    }
  }

  #message(connection: BrokerConnection, packet: IPublishPacket, answer: (verdict: Verdict) => void): void {
    const { intake, clientId, turnedAway } = this.#options;
    const { topic, qos } = packet;
    if (packet.retain && !this.#options.takeRetained) {
      this.counts.retained += 1;
      return answer('acknowledge');
    }
    const read = readBrokerMessage(packet, this.#options);
    if ('reason' in read) {
      // It will never be more valid than now: withheld, it would stand in the way of all others.
      this.counts.refused += 1;
      intake.refused('subscriber', read.device, read.reason);
      turnedAway(read.message);
      return answer('acknowledge');
    }
    intake.offer(read.delivery, (refusal) => {
      if (!refusal) {
        this.counts.accepted += 1;
        return answer('acknowledge');
      }
      this.counts.refused += 1;
      const isLeft = qos > 0 && mayBeTakenLater(refusal);
      const fate = isLeft ? `It was not acknowledged, so the broker sends it to ${clientId} again.` : qos > 0 ? 'It was acknowledged, so the broker does not send it again.' : 'It came with QoS 0, so the broker does not send it again.';
      turnedAway(`A message on ${topic} was refused. ${refusal.message} ${fate}`);
      if (isLeft) this.counts.withheld += 1;
      answer(isLeft ? 'withhold' : 'acknowledge');
      if (!isLeft || this.#connection !== connection) return;
      this.#withheld.add(refusal, qos === 2);
    });
  }

  /** Ends the connection, with everything that is on disk acknowledged, for another one. */
  async #reconnect(problem: string, soon: boolean): Promise<void> {
    const connection = this.#connection;
    if (!connection || this.#closed || this.#reason) return;
    this.#reason = { problem, soon };
    await this.#atMost(DRAIN_LIMIT, connection.drain());
    if (this.#connection === connection && !this.#closed) connection.end();
  }

  async #ended(connection: BrokerConnection, end: ConnectionEnd): Promise<void> {
    this.#connection = undefined;
    if (this.#closed) return this.#whenClosed?.();
    const { address, clientId, protocolVersion, random } = this.#options;
    const problem = this.#reason?.problem ?? connectionProblem(end, { broker: address.text, clientId });
    const { soon = false } = this.#reason ?? {};
    this.#withheld.forget();
    const isOtherVersion = protocolVersion === 'auto' && !this.#isVersionKnown && (isVersionRefused(end) || (end.reached && end.error === undefined));
    if (isOtherVersion) this.#version = this.#version === 5 ? 4 : 5;
    if (this.#subscribedAt !== undefined && this.#clock.now() - this.#subscribedAt >= STABLE) this.#backOff.reset();
    this.#state = { kind: 'waiting', problem };
    // What waits for an answer is in memory, and better recognised as a repetition once it is on disk.
    await this.#atMost(DRAIN_LIMIT, connection.drain());
    this.#wait(problem, soon || (isOtherVersion && this.#version === 4) ? FIRST_PAUSE * random() : this.#backOff.next());
  }

  #wait(problem: string, pause: number): void {
    if (this.#closed) return;
    if (this.#said !== problem) this.#options.warn(problem);
    this.#said = problem;
    this.#state = { kind: 'waiting', problem };
    this.#timer = this.#clock.setTimeout(() => this.#connect(), pause);
  }

  #atMost(milliseconds: number, work: Promise<unknown>): Promise<unknown> {
    let timer: Timer | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, milliseconds, true);
    });
    return Promise.race([work, limit]).finally(() => timer?.cancel());
  }
}

/** Whether the intake may take the same message later; the others it refuses for what they are. */
function mayBeTakenLater({ reason, retryAfter }: Refusal): boolean {
  return retryAfter !== undefined || reason === 'disk' || reason === 'stopping' || reason === 'inbox-full' || reason === 'fair-share' || reason === 'rate';
}
