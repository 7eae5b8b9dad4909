import { Readable } from 'node:stream';
import { Receipts } from './receipts.ts';
import { Retained } from './retained.ts';
import type { RetainedMessage } from './retained.ts';
import type { QoS, Queued, Session } from './session.ts';
import type { SessionFile } from './session-file.ts';
import { Sessions } from './sessions.ts';
import type { SessionsOptions } from './sessions.ts';
import { Wills } from './wills.ts';
import type { Will } from './wills.ts';

/** What the persistence sees of a client of the broker. */
export interface PersistenceClient {
  readonly id: string;
  readonly clean?: boolean;
  readonly closed?: boolean;
}

/** What it sees of a packet. The broker sends what is left in it. */
export interface PersistencePacket {
  cmd?: string;
  messageId?: number;
  brokerId?: string;
  brokerCounter?: number;
  qos?: QoS;
}

interface Subscribed {
  topic: string;
  qos: QoS;
}

/** A promise that has been kept. The broker asks two of each publish: as real ones they would cost each a turn of the queue. */
interface Settled<Value> {
  then(resolve: (value: Value) => void): void;
}

// oxlint-disable-next-line unicorn/no-thenable -- it is one on purpose
const NOBODY: Settled<never[]> = { then: (resolve) => resolve([]) };
// oxlint-disable-next-line unicorn/no-thenable -- it is one on purpose
const DONE: Settled<void> = { then: (resolve) => resolve() };

/** The `brokerId` of packets that are in a queue, with their number there as `brokerCounter`: as they are published, and as they are sent later. */
export const QUEUED = 'queued';
export const RESUMED = 'resumed';
/** The broker says "session present" when there are subscriptions: this one stands for a session that has none, and is never granted. */
const NO_SUBSCRIPTIONS: Subscribed = { topic: '$session', qos: 0 };

/**
 * The persistence of the broker (the interface of aedes-persistence 11), kept in one SQLite file. Queues and retained messages are not
 * filled through it but before the broker knows of a message, so that they are on disk when it acknowledges.
 */
export class Persistence {
  readonly file: SessionFile;
  readonly sessions: Sessions;
  readonly retained: Retained;
  readonly receipts: Receipts;
  readonly wills: Wills;
  readonly #granted: (client: object, filter: string) => boolean;
  /** How far the filters of a SUBSCRIBE have been stored; the broker hands all of them over again for each that is granted. */
  readonly #stored = new WeakMap<readonly Subscribed[], number>();

  /** @throws StorageError when the file cannot be opened or read. */
  constructor(file: SessionFile, options: Omit<SessionsOptions, 'file'>, granted: (client: object, filter: string) => boolean) {
    this.file = file;
    this.sessions = new Sessions({ ...options, file });
    this.retained = new Retained(file);
    this.receipts = new Receipts(file);
    this.wills = new Wills(file);
    this.#granted = granted;
  }

  /** Its session, when it has one that outlives the connection. */
  session(client: PersistenceClient): Session | undefined {
    return client.clean === false ? this.sessions.find(client.id) : undefined;
  }

  close(): void {
    this.sessions.close();
    this.file.close();
  }

  async setup(): Promise<void> {}

  async storeRetained(): Promise<void> {}

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(packets(this.retained.matching(filters)));
  }

  async addSubscriptions(client: PersistenceClient, subscriptions: readonly Subscribed[]): Promise<void> {
    const session = this.session(client);
    let at = this.#stored.get(subscriptions) ?? 0;
    while (at < subscriptions.length && !this.#granted(client, subscriptions[at]?.topic ?? '')) at += 1;
    this.#stored.set(subscriptions, at + 1);
    const subscription = subscriptions[at];
    if (session && subscription) await this.sessions.subscribe(session, subscription.topic, subscription.qos);
  }

  async removeSubscriptions(client: PersistenceClient, filters: readonly string[]): Promise<void> {
    const session = this.session(client);
    if (session) await this.sessions.unsubscribe(session, filters);
  }

  /** The broker asks this of each client that connects with clean session 0, and of no other. */
  async subscriptionsByClient({ id }: PersistenceClient): Promise<Subscribed[]> {
    const present = this.sessions.find(id) !== undefined;
    const { subscriptions } = this.sessions.open(id);
    if (present && subscriptions.size === 0) return [NO_SUBSCRIPTIONS];
    return Array.from(subscriptions, ([topic, qos]) => ({ topic, qos }));
  }

  subscriptionsByTopic(): Settled<never[]> {
    return NOBODY;
  }

  /** The broker says so of each client that connects with clean session 1: what was kept for it ends (MQTT 3.1.1 section 3.1.2.4). */
  async cleanSubscriptions({ id }: PersistenceClient): Promise<void> {
    const session = this.sessions.find(id);
    if (session) await this.sessions.end(session);
  }

  async outgoingEnqueue(): Promise<void> {}

  outgoingEnqueueCombi(): Settled<void> {
    return DONE;
  }

  /** Called before a PUBLISH or PUBREL is sent. A QoS 2 message must keep its packet identifier over a kill, or it could be taken for another. */
  async outgoingUpdate(client: PersistenceClient, packet: PersistencePacket): Promise<void> {
    const session = this.session(client);
    if (!session || packet.messageId === undefined) return;
    if (packet.cmd === 'pubrel') return this.#released(session, client, packet.messageId);
    const message = this.queued(session, packet);
    if (!message) {
      packet.messageId = session.freePacket(packet.messageId);
      return;
    }
    packet.messageId = session.assign(message, packet.messageId);
    packet.qos = message.qos;
    message.sentOn = client;
    if (message.qos === 2) await this.file.written(['UPDATE queued SET packet = ? WHERE session = ? AND number = ?', packet.messageId, session.id, message.number]);
  }

  /** Called on PUBACK and PUBCOMP. */
  async outgoingClearMessageId(client: PersistenceClient, { messageId }: PersistencePacket): Promise<void> {
    const session = this.session(client);
    const message = messageId === undefined ? undefined : session?.inFlight.get(messageId);
    if (session && message) this.sessions.remove(session, message);
  }

  /** Everything that waits for a client that has connected, in order. */
  outgoingStream(client: PersistenceClient): Readable {
    const session = this.session(client);
    if (!session) return Readable.from([]);
    session.connection = client;
    session.resuming = true;
    return Readable.from(this.#waiting(session, client));
  }

  async incomingStorePacket(client: PersistenceClient, packet: PersistencePacket): Promise<void> {
    const receipt = this.receipts.find(client, this.session(client), packet.messageId ?? 0);
    if (receipt) receipt.state = 'received';
  }

  /** Rejects for a message that is still to be published, as the broker expects. */
  async incomingGetPacket(client: PersistenceClient, packet: PersistencePacket): Promise<PersistencePacket> {
    const receipt = this.receipts.find(client, this.session(client), packet.messageId ?? 0);
    if (receipt && (packet.cmd === 'pubrel' || receipt.state === 'received')) return packet;
    throw new Error('It is not known.');
  }

  async incomingDelPacket(client: PersistenceClient & { conn?: { destroy(): void } }, packet: PersistencePacket): Promise<void> {
    try {
      await this.receipts.release(client, this.session(client), packet.messageId ?? 0);
    } catch (error) {
      // The broker would send PUBCOMP all the same, and the next message with this identifier be taken for a repetition after a restart.
      client.conn?.destroy();
      throw error;
    }
  }

  async cleanIncoming(): Promise<void> {}

  async putWill(client: PersistenceClient, will: Will): Promise<void> {
    await this.wills.put(client.id, { get closed() { return client.closed === true; } }, will);
  }

  async delWill({ id }: PersistenceClient): Promise<void> {
    this.wills.take(id);
  }

  streamWill(): Readable {
    return Readable.from([]);
  }

  /** The message of a queue that a packet is. */
  queued(session: Session, { brokerId, brokerCounter }: PersistencePacket): Queued | undefined {
    return (brokerId === QUEUED || brokerId === RESUMED) && brokerCounter !== undefined ? session.queue.get(brokerCounter) : undefined;
  }

  async #released(session: Session, client: object, packet: number): Promise<void> {
    const message = session.inFlight.get(packet);
    if (!message) return;
    message.sentOn = client;
    if (message.released) return;
    message.released = true;
    await this.file.written(['UPDATE queued SET packet = ?, released = 1 WHERE session = ? AND number = ?', packet, session.id, message.number]);
  }

  /** Goes on with what is added meanwhile: it waits behind what came before it. */
  *#waiting(session: Session, client: object): Generator<object> {
    for (const message of session.queue.values()) {
      if (message.sentOn === client) continue;
      if (message.released) yield { cmd: 'pubrel', messageId: message.packet, brokerId: RESUMED, brokerCounter: message.number };
      else {
        const packet = this.packet(session, message);
        if (packet) yield packet;
      }
    }
  }

  /** A message of a queue as the broker takes it. */
  packet(session: Session, message: Queued): (PersistencePacket & { cmd: 'publish'; topic: string; payload: Buffer; qos: QoS; retain: false; dup: boolean }) | undefined {
    const content = this.sessions.content(session, message);
    if (!content) return undefined;
    const { payload, topic } = content;
    const packet = { cmd: 'publish' as const, topic, payload: Buffer.from(payload.buffer, payload.byteOffset, payload.length), qos: message.qos, retain: false as const, dup: message.packet !== undefined, brokerId: RESUMED, brokerCounter: message.number };
    return message.packet === undefined ? packet : { ...packet, messageId: message.packet };
  }
}

async function* packets(messages: AsyncIterable<RetainedMessage>): AsyncGenerator<object> {
  for await (const { topic, payload, qos } of messages) yield { cmd: 'publish', topic, payload, qos, retain: true };
}
