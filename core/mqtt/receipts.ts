import { createHash } from 'node:crypto';
import type { Committed } from '../sqlite/group-commit.ts';
import type { Change, SessionFile } from './session-file.ts';
import type { Content, Receipt, Session } from './session.ts';

/** QoS 2 messages of one client that may be under way at a time. */
const UNRELEASED = 1_000;

/**
 * Receives each QoS 2 message once (MQTT 3.1.1 section 4.3.3). A packet identifier means one message from its PUBLISH to its
 * PUBREL, also over connections and restarts where the session is kept. It is noted before the message is offered to the intake: after a kill
 * between the two commits, the repetition is known to be one even if its client does not set DUP.
 */
export class Receipts {
  readonly #file: SessionFile;
  /** Those of clients whose session ends with the connection. */
  readonly #ofConnection = new WeakMap<object, Map<number, Receipt>>();

  constructor(file: SessionFile) {
    this.#file = file;
  }

  find(owner: object, session: Session | undefined, packet: number): Receipt | undefined {
    return this.#map(owner, session).get(packet);
  }

  /**
   * Receives a message.
   *
   * @param take called with a message that has to be kept, once its identifier is on disk; says through `end` how that went. Not called for one
   *   that is kept already, or on its way.
   * @param done told when the message is kept, or why it is not: then it may be sent again as if it had never come.
   */
  receive(owner: object, session: Session | undefined, packet: number, content: Content, take: (repeated: boolean, end: Committed) => void, done: Committed): void {
    const receipts = this.#map(owner, session);
    const digest = digestOf(content);
    const former = receipts.get(packet);
    if (former?.digest === digest) {
      if (former.waiting) former.waiting.push(done);
      else if (former.state !== 'offered') done();
      else {
        former.waiting = [done];
        take(true, (error) => this.#end(receipts, session, packet, former, error));
      }
      return;
    }
    if (!former && receipts.size >= UNRELEASED) return done(new Error(`it has ${UNRELEASED} messages of QoS 2 that it never released`));
    const receipt: Receipt = { digest, state: 'offered', waiting: [done] };
    receipts.set(packet, receipt);
    const end: Committed = (error) => this.#end(receipts, session, packet, receipt, error);
    if (!session) return take(false, end);
    this.#file.write([insertion(session, packet, digest, false)], (error) => (error ? end(error) : take(false, end)));
  }

  /** What makes a receipt stand for a message that is kept in the same file, written with it. */
  kept(session: Session | undefined, packet: number, content: Content): Change[] {
    return session ? [insertion(session, packet, digestOf(content), true)] : [];
  }

  /** Ends a packet identifier: its next message is another one. Resolves once that is on disk, and PUBCOMP may be sent. */
  async release(owner: object, session: Session | undefined, packet: number): Promise<void> {
    const receipts = this.#map(owner, session);
    const receipt = receipts.get(packet);
    if (!receipt || receipt.waiting) return;
    if (session) await this.#file.written(deletion(session, packet));
    receipts.delete(packet);
  }

  #end(receipts: Map<number, Receipt>, session: Session | undefined, packet: number, receipt: Receipt, error?: Error): void {
    const waiting = receipt.waiting ?? [];
    delete receipt.waiting;
    if (!error) receipt.state = 'kept';
    else if (receipts.get(packet) === receipt) {
      receipts.delete(packet);
      if (session) this.#file.write([deletion(session, packet)]);
    }
    for (const done of waiting) done(error);
  }

  #map(owner: object, session: Session | undefined): Map<number, Receipt> {
    if (session) return session.incoming;
    const known = this.#ofConnection.get(owner);
    if (known) return known;
    const receipts = new Map<number, Receipt>();
    this.#ofConnection.set(owner, receipts);
    return receipts;
  }
}

function digestOf({ topic, payload }: Content): string {
  return createHash('sha256').update(topic).update('\0').update(payload).digest('base64url').slice(0, 22);
}

function insertion(session: Session, packet: number, digest: string, kept: boolean): Change {
  return ['INSERT INTO incoming VALUES (?, ?, ?, ?) ON CONFLICT (session, packet) DO UPDATE SET digest = excluded.digest, kept = excluded.kept', session.id, packet, digest, kept ? 1 : 0];
}

function deletion(session: Session, packet: number): Change {
  return ['DELETE FROM incoming WHERE session = ? AND packet = ?', session.id, packet];
}
