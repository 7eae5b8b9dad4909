import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Answer, Delivery, Intake } from '../../../core/intake/delivery.ts';
import type { Refusal, RefusalReason } from '../../../core/intake/refusal.ts';
import { readBrokerAddress } from '../../../core/subscriber/broker-address.ts';
import { Subscriber } from '../../../core/subscriber/subscriber.ts';
import type { BrokerSession, SubscriberOptions } from '../../../core/subscriber/subscriber.ts';
import { readTopicTemplate } from '../../../core/subscriber/topic-template.ts';
import { ScriptedBroker } from './scripted-broker.ts';

/** An intake that commits when it is told to. */
export class HeldIntake implements Intake {
  readonly deliveries: Delivery[] = [];
  readonly answers: Answer[] = [];
  readonly refusals: Array<{ device: string; reason: RefusalReason }> = [];
  hold = false;
  /** What to refuse, and with what. */
  refuse: (delivery: Delivery) => Refusal | undefined = () => undefined;

  offer(delivery: Delivery, answer: Answer): void {
    this.deliveries.push(delivery);
    if (this.hold) this.answers.push(answer);
    else answer(this.refuse(delivery));
  }
  refused(_via: 'subscriber', device: string, reason: RefusalReason): void {
    this.refusals.push({ device, reason });
  }
  /** All of one commit. */
  commit(count = this.answers.length): void {
    for (const answer of this.answers.splice(0, count)) answer();
  }
  get texts(): string[] {
    return this.deliveries.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

export const REFUSED: Refusal = { reason: 'rate', message: 'press-7 sends more than it may.', retryAfter: 1_000 };

/** A scripted broker and what subscribes to it, anew for each test. */
export class Scene {
  broker!: ScriptedBroker;
  intake = new HeldIntake();
  clock = new ManualClock(1_000_000);
  sentences: string[] = [];
  turnedAway: string[] = [];
  infos: string[] = [];
  session: BrokerSession | undefined;
  readonly #subscribers: Subscriber[] = [];

  static each(): Scene {
    const scene = new Scene();
    beforeEach(() => scene.#start());
    afterEach(() => scene.#stop());
    return scene;
  }

  /** A subscriber; resolves when it has subscribed. */
  async subscribed(options: Partial<SubscriberOptions> = {}): Promise<Subscriber> {
    const subscriber = this.subscriber(options);
    await until(() => subscriber.state.kind === 'subscribed');
    return subscriber;
  }

  subscriber(options: Partial<SubscriberOptions> = {}): Subscriber {
    const subscriber = new Subscriber({
      address: readBrokerAddress(`mqtt://127.0.0.1:${this.broker.port}`), tls: {}, clientId: 'holdfast-1', username: '', password: '', protocolVersion: '3.1.1', receiveMaximum: 1_000, sessionExpiry: 3_600,
      template: readTopicTemplate('plant/{device}/telemetry'), group: '', qos: 1, format: 'auto', takeRetained: false, maximumPayload: 1_000,
      intake: this.intake, clock: this.clock, random: () => 0.5,
      session: { load: () => this.session, save: (session) => (this.session = session) },
      warn: (sentence) => void this.sentences.push(sentence), turnedAway: (sentence) => void this.turnedAway.push(sentence), info: (sentence) => void this.infos.push(sentence),
      ...options,
    });
    this.#subscribers.push(subscriber);
    return subscriber;
  }

  /** Lets time pass until there are so many connections. */
  async connections(count: number): Promise<void> {
    await until(() => {
      this.clock.advance(500);
      return this.broker.lines.length >= count;
    });
  }

  async #start(): Promise<void> {
    this.broker = await ScriptedBroker.open();
    Object.assign(this, { intake: new HeldIntake(), clock: new ManualClock(1_000_000), sentences: [], turnedAway: [], infos: [], session: undefined });
  }

  async #stop(): Promise<void> {
    this.intake.commit();
    const closing = Promise.all(this.#subscribers.splice(0).map((subscriber) => subscriber.close(false)));
    let closed = false;
    void closing.then(() => (closed = true));
    await until(() => {
      this.clock.advance(500);
      return closed;
    });
    await this.broker.close();
  }
}

export async function until(condition: () => boolean, limit = 5_000): Promise<void> {
  const end = performance.now() + limit;
  while (!condition()) {
    assert.ok(performance.now() < end, 'it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The broker has sent and heard everything that was under way. */
export async function meanwhile(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}
