import type { Client, PublishPacket } from 'aedes';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Answer, Delivery, Intake } from '../intake/delivery.ts';
import { Turns } from '../intake/turns.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import type { Broker } from './broker.ts';
import type { Clients } from './clients.ts';
import type { Persistence } from './persistence.ts';
import { offerForwardedPublish } from './forwarding.ts';
import { principalOf } from './sessions.ts';
import { classifyPublish } from './telemetry-topic.ts';
import type { Publish } from './telemetry-topic.ts';
import type { Orphan, Will } from './wills.ts';

export interface PublishingOptions {
  intake: Intake;
  registry: Pick<Registry, 'find' | 'isChild'>;
  broker: Broker;
  persistence: Persistence;
  clients: Clients;
  counts: { acknowledged: number; refused: number };
  problem(sentence: string): void;
}

/** What a door takes, and is not for other clients. */
type Offered = Extract<Publish, { kind: 'telemetry' | 'forward' }>;

type Done = (error?: Error | null) => void;

/** How long a publisher may wait for room under its limit before it is refused, in milliseconds. */
const PATIENCE = 2_000;
/** So much of one gateway waits for what it forwarded before, in bytes; another Holdfast has a seventh of that under way at most. */
const FORWARDS_WAITING = 16 * 1024 * 1024;
/** What a message takes beside its payload. */
const OVERHEAD = 1_024;

/** What becomes of a publish: readings go to the intake, everything else to subscribers. Both are on disk before it is acknowledged. */
export class Publishing {
  readonly #options: PublishingOptions;
  readonly #turns = new Turns();

  constructor(options: PublishingOptions) {
    this.#options = options;
  }

  /** Called by the broker before it acknowledges; with an error it closes the connection instead. */
  authorize(client: Client, packet: PublishPacket, done: Done): void {
    const { wills } = this.#options.persistence;
    // Without a command it is no packet that came in, but the will of a connection that ended.
    if (packet.cmd === 'publish') return this.#publish(client, packet, done);
    if (wills.deferred) return done(new Error('it waits for the next start'));
    this.#will({ session: client.id, id: wills.idOf(packet) ?? '', ...willOf(packet) }, packet, (error) => done(error ?? null));
  }

  /** Publishes the wills of clients that were connected when an earlier process ended. Resolves once subscribers can be told of them; readings may take longer. */
  async publishOrphans(): Promise<void> {
    const { wills } = this.#options.persistence;
    const relayed = wills.orphans().map((orphan) => new Promise<void>((resolve) => {
      const taken = this.#will(orphan, undefined, () => {
        wills.forgotten(orphan);
        resolve();
      });
      if (taken === 'telemetry') resolve();
    }));
    await Promise.all(relayed);
  }

  #publish(client: Client, packet: PublishPacket, done: Done): void {
    const { broker, persistence } = this.#options;
    const principal = this.#options.clients.principalOf(client);
    const publish = this.#meaning(principal, packet.topic);
    if (publish.kind === 'forbidden') return done(new Error(withoutStop(publish.reason)));
    const content = { topic: packet.topic, payload: bytesOf(packet) };
    packet.retain = packet.retain && publish.kind === 'relay' && publish.mayRetain;
    const answer: Committed = (error) => done(error ?? null);
    if (packet.qos < 2 && publish.kind !== 'relay') return this.#offer(client, principal, publish, packet, content.payload, packet.dup, answer);
    if (packet.qos < 2) return broker.relay({ ...content, qos: packet.qos, retain: packet.retain }, packet, [], answer);
    const { receipts } = persistence;
    const session = persistence.session(client);
    const id = packet.messageId ?? 0;
    const take = (repeated: boolean, end: Committed): void => {
      if (publish.kind !== 'relay') this.#offer(client, principal, publish, packet, content.payload, packet.dup || repeated, end);
      else broker.relay({ ...content, qos: 2, retain: packet.retain }, packet, receipts.kept(session, id, content), end);
    };
    receipts.receive(client, session, id, content, take, answer);
  }

  #offer(client: Client, principal: Principal | undefined, publish: Offered, packet: PublishPacket, payload: Buffer, repeated: boolean, end: Committed): void {
    const { intake, counts, broker, registry } = this.#options;
    const answered: Answer = (refusal) => {
      if (!refusal) {
        counts.acknowledged += 1;
        return end();
      }
      counts.refused += 1;
      if (packet.qos > 0) return end(new Error(withoutStop(refusal.message)));
      // Nobody is told of the fate of a QoS 0 message, and its connection is none the worse for it.
      broker.withhold(packet);
      end();
    };
    if (publish.kind === 'telemetry') return intake.offer(delivery(client.id, principal, publish, packet, payload, repeated), answered);
    const gateway = principal?.id ?? '';
    // It is of use to a Holdfast alone.
    broker.withhold(packet);
    const bytes = payload.length + OVERHEAD;
    if ((this.#turns.held(gateway) ?? 0) + bytes > FORWARDS_WAITING) {
      intake.refused('mqtt', gateway, 'inbox-full');
      return answered({ reason: 'inbox-full', message: `As much as may wait of what ${gateway} forwards waits already. Wait for acknowledgements before more is sent.` });
    }
    const work = offerForwardedPublish(intake, { principal: gateway, payload, repeated }, (device) => registry.isChild(gateway, device), answered);
    this.#turns.do(gateway, { work, bytes, failed: (error) => end(new Error(`it could not be handled: ${messageOf(error)}`)) });
  }

  /** A will is published as its client's own message: by the same rules, and counted like it. */
  #will(will: Orphan, packet: PublishPacket | undefined, end: Committed): Publish['kind'] {
    const { broker, persistence, problem, registry, intake, counts } = this.#options;
    const principal = registry.find(principalOf(will.session));
    const publish = /[+#]/.test(will.topic) ? this.#forbidden(principal, `The topic ${will.topic} has a wildcard`) : this.#meaning(principal, will.topic);
    const ended = (error?: Error): void => {
      if (error) problem(`The will of ${principal?.id ?? 'a client that is no longer registered'} was not published: ${withoutStop(error.message)}.`);
      end(error);
    };
    if (publish.kind === 'forbidden' || publish.kind === 'forward') {
      ended(new Error(publish.kind === 'forbidden' ? publish.reason : 'A will cannot forward samples'));
      return publish.kind;
    }
    const message = { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain && publish.kind === 'relay' && publish.mayRetain };
    if (packet) packet.retain = message.retain;
    if (publish.kind === 'relay') {
      broker.relay(message, packet, persistence.wills.published(will), ended);
      return publish.kind;
    }
    // Its id never means another message, so a will that a kill interrupted is recognised when it is published again.
    const attempt = will.id === '' ? {} : { attempt: { session: `mqtt:${will.session}`, packet: `will:${will.id}`, repeated: true } };
    const { device, format } = publish;
    intake.offer({ via: 'mqtt', device, principal: principal?.id ?? device, topic: will.topic, payload: message.payload, format, ...attempt, patience: PATIENCE }, (refusal) => {
      counts[refusal ? 'refused' : 'acknowledged'] += 1;
      ended(refusal && new Error(refusal.message));
    });
    return publish.kind;
  }

  #meaning(principal: Principal | undefined, topic: string): Publish {
    const { registry, counts, intake } = this.#options;
    if (!principal) {
      counts.refused += 1;
      intake.refused('mqtt', '', 'login');
      return { kind: 'forbidden', reason: 'it is no longer registered' };
    }
    const publish = classifyPublish(principal, topic, (device) => registry.isChild(principal.id, device));
    return publish.kind === 'forbidden' ? this.#forbidden(principal, publish.reason) : publish;
  }

  #forbidden(principal: Principal | undefined, reason: string): Publish & { kind: 'forbidden' } {
    const { counts, intake } = this.#options;
    counts.refused += 1;
    intake.refused('mqtt', principal?.id ?? '', 'forbidden');
    return { kind: 'forbidden', reason };
  }
}

function delivery(session: string, principal: Principal | undefined, { device, format }: Publish & { kind: 'telemetry' }, { topic, qos, messageId }: PublishPacket, payload: Buffer, repeated: boolean): Delivery {
  const sender = principal?.id ?? device;
  if (qos === 0) return { via: 'mqtt', device, principal: sender, topic, payload, format, patience: 0 };
  return { via: 'mqtt', device, principal: sender, topic, payload, format, attempt: { session: `mqtt:${session}`, packet: String(messageId ?? 0), repeated }, patience: PATIENCE };
}

function willOf({ topic, qos, retain, ...packet }: PublishPacket): Will {
  return { topic, payload: bytesOf(packet), qos, retain };
}

function bytesOf({ payload }: Pick<PublishPacket, 'payload'>): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

/** The sentence that it is put into ends with one. */
function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
