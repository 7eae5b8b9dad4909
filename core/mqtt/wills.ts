import { randomUUID } from 'node:crypto';
import { qosOf } from './session.ts';
import type { QoS } from './session.ts';
import type { Change, SessionFile } from './session-file.ts';

/** What is to be published in the name of a client when its connection ends without a DISCONNECT (MQTT 3.1.1 section 3.1.2.5). */
export interface Will {
  topic: string;
  payload: Uint8Array;
  qos: QoS;
  retain: boolean;
}

/** A will of a client whose connection ended with the process that held it. */
export interface Orphan extends Will {
  /** The client's session, `<principal>/<client id>`. */
  session: string;
  id: string;
}

/** The wills of all connected clients, on disk: after a kill they are published by the next process. */
export class Wills {
  readonly #file: SessionFile;
  readonly #ids = new WeakMap<object, string>();
  readonly #owners = new Map<string, { closed: boolean }>();
  #deferred = false;

  constructor(file: SessionFile) {
    this.#file = file;
  }

  /** Those that an earlier process left behind. Each is to be `forgotten` once it is published. */
  orphans(): Orphan[] {
    return this.#file.read('SELECT session, id, topic, payload, qos, retain FROM will').map((row) => ({
      session: String(row['session']),
      id: String(row['id']),
      topic: String(row['topic']),
      payload: row['payload'] instanceof Uint8Array ? row['payload'] : new Uint8Array(),
      qos: qosOf(row['qos']),
      retain: row['retain'] === 1,
    }));
  }

  forgotten(orphan: Orphan): void {
    this.#file.write(this.published(orphan));
  }

  /** What takes a will away, to be written with what it becomes: after a kill it is there or has been published, and not both. */
  published({ session, id }: Pick<Orphan, 'session' | 'id'>): Change[] {
    return [['DELETE FROM will WHERE session = ? AND id = ?', session, id]];
  }

  /** Keeps the will of a client that connects; resolves once it is on disk. */
  async put(session: string, owner: { closed: boolean }, packet: Will): Promise<void> {
    const id = randomUUID();
    this.#ids.set(packet, id);
    this.#owners.set(session, owner);
    await this.#file.written(['INSERT OR REPLACE INTO will VALUES (?, ?, ?, ?, ?, ?)', session, id, packet.topic, packet.payload, packet.qos, packet.retain ? 1 : 0]);
  }

  /**
   * Forgets the will of a client that has gone, unless another connection has put its own in its place: the broker takes away the
   * will of the connection that was taken over after it has kept the one of its successor.
   */
  take(session: string): void {
    if (this.#deferred || this.#owners.get(session)?.closed === false) return;
    if (this.#owners.delete(session)) this.#file.write([['DELETE FROM will WHERE session = ?', session]]);
  }

  /** The id of the will that this packet is, the same in every attempt to publish it; undefined for what is no will. */
  idOf(packet: object): string | undefined {
    return this.#ids.get(packet);
  }

  /** From now on connections end because the listener closes: their wills stay for its next start (MQTT 3.1.1 section 3.1.2.5). */
  defer(): void {
    this.#deferred = true;
  }

  get deferred(): boolean {
    return this.#deferred;
  }
}
