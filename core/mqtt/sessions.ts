import type { Clock, Timer } from '../clock/clock.ts';
import type { Change, SessionFile } from './session-file.ts';
import { readSessions, Session } from './session.ts';
import type { Content, QoS, Queued } from './session.ts';
import { FilterTree, matchesFilter } from './topic-filter.ts';

export interface SessionsOptions {
  file: SessionFile;
  clock: Clock;
  /** Whether the owner of this session may have messages on this topic; undefined: whether there is such an owner at all. */
  mayHave(session: string, topic?: string): boolean;
  /** Told of each message that no longer waits, and why: a sentence. */
  dropped(messages: number, sentence: string): void;
}

/** What may wait for one client that is away. */
export const QUEUED_MESSAGES = 1_000;
export const QUEUED_BYTES = 1024 * 1024;
/** What may wait for all of them together; beyond that the longest queue gives way. */
const ALL_MESSAGES = 100_000;
const ALL_BYTES = 256 * 1024 * 1024;
const SESSIONS_PER_PRINCIPAL = 50;
export const SESSION_EXPIRY = 7 * 24 * 60 * 60 * 1000;
const SWEEP_INTERVAL = 60 * 60 * 1000;

/** A message on its way into queues: written with `changes`, and then either told `committed` or `failed`. */
export interface Enqueued {
  number: number;
  changes: Change[];
  committed(): void;
  failed(): void;
}

/** The sessions of all clients that connected with clean session 0: bounded, and forgotten when nobody comes back. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions: Map<string, Session>;
  readonly #filters = new FilterTree<Session>();
  readonly #byPrincipal = new Map<string, Set<Session>>();
  #nextNumber = 1;
  #messages = 0;
  #bytes = 0;
  #sweepTimer: Timer | undefined;

  /** @throws StorageError when the file cannot be read. */
  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sessions = readSessions(options.file);
    for (const session of this.#sessions.values()) {
      this.#principal(session).add(session);
      for (const [filter, qos] of session.subscriptions) if (qos > 0) this.#filters.add(filter, session);
      for (const { number } of session.queue.values()) this.#nextNumber = Math.max(this.#nextNumber, number + 1);
      this.#messages += session.queue.size;
      this.#bytes += session.bytes;
    }
    this.sweep();
    for (const session of this.#sessions.values()) this.#trim(session);
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The session of a client that connects: the one that is kept, or a new one. */
  open(id: string): Session {
    let session = this.#sessions.get(id);
    if (!session) {
      this.#makeRoom(id);
      session = new Session(id, 0);
      this.#sessions.set(id, session);
      this.#principal(session).add(session);
    }
    this.touch(session);
    return session;
  }

  /** Notes that its client is or was connected just now. */
  touch(session: Session): void {
    session.seen = this.#options.clock.now();
    this.#options.file.write([['INSERT INTO session VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen', session.id, session.seen]]);
  }

  async end(session: Session): Promise<void> {
    this.#forget(session);
    await this.#options.file.written(...endChanges(session.id));
  }

  async subscribe(session: Session, filter: string, qos: QoS): Promise<void> {
    const former = session.subscriptions.get(filter);
    if (former === qos) return;
    session.subscriptions.set(filter, qos);
    if (qos > 0) this.#filters.add(filter, session);
    else this.#filters.remove(filter, session);
    await this.#options.file.written(['INSERT INTO subscription VALUES (?, ?, ?) ON CONFLICT (session, filter) DO UPDATE SET qos = excluded.qos', session.id, filter, qos]);
  }

  async unsubscribe(session: Session, filters: readonly string[]): Promise<void> {
    const changes = filters.filter((filter) => session.subscriptions.delete(filter)).map((filter): Change => {
      this.#filters.remove(filter, session);
      return ['DELETE FROM subscription WHERE session = ? AND filter = ?', session.id, filter];
    });
    await this.#options.file.written(...changes);
  }

  /** Puts a message into the queue of everyone who is to have it; undefined when that is nobody. */
  enqueue(content: Content, qos: QoS): Enqueued | undefined {
    const sessions = qos === 0 ? [] : [...this.#filters.match(content.topic)].filter((session) => this.#options.mayHave(session.id, content.topic));
    const bytes = content.payload.length + Buffer.byteLength(content.topic);
    if (sessions.length === 0) return undefined;
    if (bytes > QUEUED_BYTES) {
      this.#options.dropped(sessions.length, `A message on ${content.topic} has ${bytes} bytes; the gateway keeps up to ${QUEUED_BYTES} for a client that is away, so it only goes to who is connected.`);
      return undefined;
    }
    const number = this.#nextNumber++;
    const added = sessions.map((session) => {
      const message: Queued = { number, bytes, qos: Math.min(qos, highest(session, content.topic)) as QoS, released: false, content };
      this.#add(session, message);
      return { session, message };
    });
    return {
      number,
      changes: added.map(({ session, message }) => ['INSERT INTO queued VALUES (?, ?, ?, ?, ?, NULL, 0)', session.id, number, content.topic, content.payload, message.qos]),
      committed: () => {
        for (const { session, message } of added) {
          delete message.content;
          this.#trim(session);
        }
      },
      failed: () => {
        for (const { session, message } of added) this.#remove(session, message);
      },
    };
  }

  /** Takes a message out of a queue: its client has it. */
  remove(session: Session, message: Queued): void {
    this.#remove(session, message);
    this.#options.file.write([['DELETE FROM queued WHERE session = ? AND number = ?', session.id, message.number]]);
  }

  /** @throws StorageError when it cannot be read. */
  content(session: Session, message: Queued): Content | undefined {
    if (message.content) return message.content;
    const [row] = this.#options.file.read('SELECT topic, payload FROM queued WHERE session = ? AND number = ?', session.id, message.number);
    return row && row['payload'] instanceof Uint8Array ? { topic: String(row['topic']), payload: row['payload'] } : undefined;
  }

  /** Ends the sessions of who has not been here for a week or is no longer registered; once an hour. */
  sweep(): void {
    const { clock, mayHave } = this.#options;
    this.#sweepTimer?.cancel();
    this.#sweepTimer = clock.setTimeout(() => this.sweep(), SWEEP_INTERVAL);
    for (const session of this.#sessions.values()) {
      if (!mayHave(session.id)) this.#expel(session, 'its principal is no longer registered');
      else if (session.connection) this.touch(session);
      else if (session.seen + SESSION_EXPIRY <= clock.now()) this.#expel(session, `it has not been connected for ${SESSION_EXPIRY / 86_400_000} days`);
    }
  }

  close(): void {
    this.#sweepTimer?.cancel();
    for (const session of this.#sessions.values()) if (session.connection) this.touch(session);
  }

  /** A principal that makes up a new client id for each connection must not fill the disk with sessions that nobody comes back to. */
  #makeRoom(id: string): void {
    const sessions = this.#byPrincipal.get(principalOf(id));
    if (!sessions || sessions.size < SESSIONS_PER_PRINCIPAL) return;
    let oldest: Session | undefined;
    for (const session of sessions) if (!session.connection && (!oldest || session.seen < oldest.seen)) oldest = session;
    if (oldest) this.#expel(oldest, `${principalOf(id)} has ${SESSIONS_PER_PRINCIPAL} other sessions, and a new one needs room`);
  }

  #expel(session: Session, why: string): void {
    if (session.queue.size > 0) this.#options.dropped(session.queue.size, `The session of ${session.id} was ended with ${session.queue.size} messages that waited for it: ${why}.`);
    this.#forget(session);
    this.#options.file.write(endChanges(session.id));
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.id);
    const sessions = this.#principal(session);
    sessions.delete(session);
    if (sessions.size === 0) this.#byPrincipal.delete(principalOf(session.id));
    for (const filter of session.subscriptions.keys()) this.#filters.remove(filter, session);
    this.#messages -= session.queue.size;
    this.#bytes -= session.bytes;
  }

  #trim(session: Session): void {
    while (session.queue.size > QUEUED_MESSAGES || session.bytes > QUEUED_BYTES) {
      if (!this.#dropOldest(session, `${QUEUED_MESSAGES} messages or ${QUEUED_BYTES} bytes are what the gateway keeps for one client`)) return;
    }
    while (this.#messages > ALL_MESSAGES || this.#bytes > ALL_BYTES) {
      let longest = session;
      for (const other of this.#sessions.values()) if (other.bytes > longest.bytes) longest = other;
      if (!this.#dropOldest(longest, `${ALL_MESSAGES} messages or ${ALL_BYTES} bytes are what the gateway keeps for all clients together`)) return;
    }
  }

  #dropOldest(session: Session, why: string): boolean {
    const oldest = session.oldest();
    if (!oldest) return false;
    this.remove(session, oldest);
    this.#options.dropped(1, `The oldest message that waited for ${session.id} was dropped: ${why}.`);
    return true;
  }

  #add(session: Session, message: Queued): void {
    session.add(message);
    this.#messages += 1;
    this.#bytes += message.bytes;
  }

  #remove(session: Session, message: Queued): void {
    if (session.queue.get(message.number) !== message) return;
    session.delete(message);
    if (this.#sessions.get(session.id) !== session) return;
    this.#messages -= 1;
    this.#bytes -= message.bytes;
  }

  #principal(session: Session): Set<Session> {
    const id = principalOf(session.id);
    let sessions = this.#byPrincipal.get(id);
    if (!sessions) this.#byPrincipal.set(id, (sessions = new Set()));
    return sessions;
  }
}

/** A client id counts within its principal: `<principal>/<client id>`. */
export function principalOf(session: string): string {
  return session.slice(0, session.indexOf('/'));
}

/** The quality of service that was granted for a topic, over all filters that match it (MQTT 3.1.1 section 3.3.5). */
function highest({ subscriptions }: Session, topic: string): QoS {
  let granted: QoS = 0;
  for (const [filter, qos] of subscriptions) if (qos > granted && matchesFilter(filter, topic)) granted = qos;
  return granted;
}

function endChanges(id: string): Change[] {
  return [
    ['DELETE FROM session WHERE id = ?', id],
    ['DELETE FROM subscription WHERE session = ?', id],
    ['DELETE FROM queued WHERE session = ?', id],
    ['DELETE FROM incoming WHERE session = ?', id],
  ];
}
