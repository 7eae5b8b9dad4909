import { Aedes } from 'aedes';
import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { Committed } from '../sqlite/group-commit.ts';
import { QUEUED } from './persistence.ts';
import type { Persistence } from './persistence.ts';
import { RETAINED_BYTES, RETAINED_TOPICS } from './retained.ts';
import type { QoS, Session } from './session.ts';
import type { Change } from './session-file.ts';

/** A message for subscribers. */
export interface Relayed {
  topic: string;
  payload: Buffer;
  qos: QoS;
  retain: boolean;
}

/** What aedes has and its types do not tell of. */
interface Registering {
  unregisterClient(client: Client): void;
}

type Done = (error?: Error) => void;
type Publish = (this: Aedes, packet: PublishPacket, client: Client | Done | null, done?: Done) => void;

/** A publish that has been made already, or is not to be made: what is left of it, and who waits for its end. */
interface Made {
  finished: boolean;
  done?: Done;
}

/**
 * aedes acknowledges a publish and only then puts it into queues and among the retained messages. Here that comes first: `relay` is
 * called from `authorizePublish`, and what aedes does with the packet after that has been done by then.
 */
export class Broker extends Aedes {
  readonly #persistence: Persistence;
  readonly #problem: (sentence: string) => void;
  readonly #made = new WeakMap<PublishPacket, Made>();

  constructor(options: AedesOptions, persistence: Persistence, problem: (sentence: string) => void) {
    super({ ...options, persistence });
    this.#persistence = persistence;
    this.#problem = problem;
  }

  override publish(packet: PublishPacket, client: Client | Done | null, done?: Done): void {
    const made = this.#made.get(packet);
    if (!made) return (super.publish as Publish).call(this, packet, client, done);
    const finished = typeof client === 'function' ? client : done;
    if (made.finished) finished?.();
    else if (finished) made.done = finished;
  }

  /** Lets go of a client that aedes has registered although its connection ended while it was being logged in: aedes would keep it for good. */
  forget(client: Client): void {
    (this as unknown as Registering).unregisterClient(client);
  }

  /** Keeps aedes from passing a packet on. */
  withhold(packet: PublishPacket): void {
    this.#made.set(packet, { finished: true });
  }

  /**
   * Puts a message into the queues of clients that may be away and among the retained messages, and passes it on once that is on
   * disk. A message that nobody is away for is left to aedes.
   *
   * @param packet that aedes will come with later, when it came from a client.
   * @param others what is to be written with it, all or nothing.
   * @param done told when it is on disk, or why it is not.
   */
  relay(message: Relayed, packet: PublishPacket | undefined, others: readonly Change[], done: Committed): void {
    const { sessions, retained, file } = this.#persistence;
    const { topic, payload, qos } = message;
    const retain = message.retain && this.#hasRoom(message);
    if (packet) packet.retain = retain;
    const queued = sessions.enqueue(message, qos);
    const changes = [...others, ...(queued?.changes ?? []), ...(retain ? retained.changes(message) : [])];
    const live = { cmd: 'publish', topic, payload, qos, retain, dup: false, ...(queued ? { brokerId: QUEUED, brokerCounter: queued.number } : {}) } as const;
    if (changes.length === 0 && packet && !retain) return done();
    file.write(changes, (error) => {
      if (error) queued?.failed();
      else {
        queued?.committed();
        if (retain) retained.keep(message);
        if (queued || retain || !packet) this.#pass(live, packet);
      }
      done(error);
    });
  }

  /** What waited for a client and came in while it was being sent: the rest, in order. */
  resumed(client: Client, session: Session): void {
    session.resuming = false;
    for (const queued of session.queue.values()) {
      if (queued.sentOn === client || queued.content) continue;
      const packet = this.#persistence.packet(session, queued);
      if (packet) client.publish(packet, () => undefined);
    }
  }

  #pass(live: PublishPacket, packet: PublishPacket | undefined): void {
    const made: Made = { finished: false };
    if (packet) this.#made.set(packet, made);
    this.publish(live, (error) => {
      made.finished = true;
      if (error) this.#problem(`A message on ${live.topic} was not passed on: ${error.message}.`);
      made.done?.();
    });
  }

  #hasRoom(message: Relayed): boolean {
    if (this.#persistence.retained.hasRoomFor(message)) return true;
    this.#problem(`A message on ${message.topic} was passed on but not retained: the gateway retains at most ${RETAINED_TOPICS} topics of ${RETAINED_BYTES} bytes each.`);
    return false;
  }
}
