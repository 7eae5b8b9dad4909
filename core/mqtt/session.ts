import type { Committed } from '../sqlite/group-commit.ts';
import type { SessionFile } from './session-file.ts';

/** The quality of service of MQTT 3.1.1 section 4.3. */
export type QoS = 0 | 1 | 2;

/** A message that waits for one client, or is on its way to it. */
export interface Queued {
  /** Rises with time over all sessions. */
  readonly number: number;
  readonly bytes: number;
  qos: QoS;
  /** The packet identifier it was sent with. */
  packet?: number;
  /** Whether the client has said PUBREC: from then on PUBREL is what it gets. */
  released: boolean;
  /** The connection on which it was sent last. */
  sentOn?: object;
  /** Until it is on disk. */
  content?: Content;
}

export interface Content {
  topic: string;
  payload: Uint8Array;
}

/**
 * A QoS 2 message between its PUBLISH and its PUBREL. `offered`: whether it was kept is for the intake to say, which recognises it;
 * `kept`: it is on disk; `received`: the broker knows of it, and PUBREC is all that a repetition gets.
 */
export interface Receipt {
  /** Of topic and payload: with the same packet identifier, another message than the one it was is no repetition. */
  digest: string;
  state: 'offered' | 'kept' | 'received';
  /** Told how the attempt that is under way ends; undefined when none is. */
  waiting?: Committed[];
}

/** What is kept for a client that connected with clean session 0, also while it is away (MQTT 3.1.1 section 3.1.2.4). */
export class Session {
  readonly id: string;
  /** When the client was last connected, ms since the epoch. */
  seen: number;
  readonly subscriptions = new Map<string, QoS>();
  readonly queue = new Map<number, Queued>();
  /** By packet identifier, the QoS 2 messages that the client sent and has not released. */
  readonly incoming = new Map<number, Receipt>();
  readonly inFlight = new Map<number, Queued>();
  bytes = 0;
  /** The connection it has at present. */
  connection: object | undefined;
  /** Whether what waited is being sent, and what comes has to wait behind it. */
  resuming = false;

  constructor(id: string, seen: number) {
    this.id = id;
    this.seen = seen;
  }

  add(message: Queued): void {
    this.queue.set(message.number, message);
    this.bytes += message.bytes;
    if (message.packet !== undefined) this.inFlight.set(message.packet, message);
  }

  delete(message: Queued): void {
    if (!this.queue.delete(message.number)) return;
    this.bytes -= message.bytes;
    if (message.packet !== undefined && this.inFlight.get(message.packet) === message) this.inFlight.delete(message.packet);
  }

  /** Notes with which packet identifier a message is sent: the one proposed, or the next one that is free. */
  assign(message: Queued, proposed: number): number {
    const packet = this.freePacket(proposed, message);
    if (message.packet !== undefined) this.inFlight.delete(message.packet);
    message.packet = packet;
    this.inFlight.set(packet, message);
    return packet;
  }

  freePacket(proposed: number, except?: Queued): number {
    let packet = proposed;
    while (this.inFlight.has(packet) && this.inFlight.get(packet) !== except) packet = packet >= 65_535 ? 1 : packet + 1;
    return packet;
  }

  /** The one that gives way when there is no room: the oldest that has not been sent, or else the oldest. */
  oldest(): Queued | undefined {
    let first: Queued | undefined;
    for (const message of this.queue.values()) {
      if (message.packet === undefined) return message;
      first ??= message;
    }
    return first;
  }
}

/** The sessions of a file, as they were when it was closed or its process was killed. */
export function readSessions(file: SessionFile): Map<string, Session> {
  const sessions = new Map<string, Session>();
  for (const row of file.read('SELECT id, seen FROM session')) sessions.set(String(row['id']), new Session(String(row['id']), Number(row['seen'])));
  for (const row of file.read('SELECT session, filter, qos FROM subscription')) sessions.get(String(row['session']))?.subscriptions.set(String(row['filter']), qosOf(row['qos']));
  for (const row of file.read('SELECT session, packet, digest, kept FROM incoming')) sessions.get(String(row['session']))?.incoming.set(Number(row['packet']), { digest: String(row['digest']), state: row['kept'] === 1 ? 'received' : 'offered' });
  for (const row of file.read('SELECT session, number, length(payload) + length(CAST(topic AS BLOB)) AS bytes, qos, packet, released FROM queued ORDER BY number')) {
    const message: Queued = { number: Number(row['number']), bytes: Number(row['bytes']), qos: qosOf(row['qos']), released: row['released'] === 1 };
    if (row['packet'] !== null) message.packet = Number(row['packet']);
    sessions.get(String(row['session']))?.add(message);
  }
  return sessions;
}

export function qosOf(value: unknown): QoS {
  return value === 1 || value === 2 ? value : 0;
}
