import type { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { AuthenticateError, Client, PublishPacket } from 'aedes';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import { guardPackets } from './packet-guard.ts';
import { ReceptionTimes } from '../intake/reception-times.ts';
import { classifyPublish, maySubscribe } from './telemetry-topic.ts';

export interface MqttListenerOptions {
  host: string;
  port: number;
  /** The name under which records are kept and delivered: the id of the gateway node. */
  channel: string;
  inbox: Pick<Inbox, 'append'>;
  registry: Registry;
  clock: Clock;
  /** Largest packet a logged-in client may send, in bytes. */
  maximumPacketSize: number;
  maximumConnections: number;
  /** What was turned away or went wrong: a sentence each. */
  problem: (sentence: string) => void;
}

/** How many connections and samples the listener has seen since it was opened. */
export interface ListenerCounts {
  connected: number;
  acknowledged: number;
  refused: number;
}

/** The listener could not be opened. Code `HOLDFAST_LISTEN`. */
export class ListenError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_LISTEN', message, options);
  }
}

const BYTES_BEFORE_LOGIN = 16 * 1024;
const CONNECT_TIMEOUT = 10_000;
const CLIENT_ID_LENGTH = 256;
/** The broker keeps retained messages in memory: so many topics, and payloads of so many bytes. */
const RETAINED_TOPICS = 10_000;
const RETAINED_BYTES = 4_096;

/**
 * The MQTT 3.1.1 door: a broker in this process whose PUBACK waits for the inbox. aedes acknowledges a publish after
 * `authorizePublish` has called back, and that is where the commit is awaited; when the commit fails, the connection is
 * closed without an acknowledgement, so that the device sends again.
 */
export class MqttListener {
  readonly #options: MqttListenerOptions;
  readonly #broker: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #principals = new WeakMap<Client, Principal>();
  readonly #guards = new WeakMap<object, { loggedIn(): void }>();
  readonly #times: ReceptionTimes;
  readonly #connected = new Set<Client>();
  readonly #retained = new Set<string>();
  readonly counts: ListenerCounts = { connected: 0, acknowledged: 0, refused: 0 };

  private constructor(options: MqttListenerOptions) {
    this.#options = options;
    this.#times = new ReceptionTimes(options.clock);
    this.#broker = new Aedes({
      connectTimeout: CONNECT_TIMEOUT,
      maxClientsIdLength: CLIENT_ID_LENGTH,
      preConnect: (_client, packet, done) => {
        // The broker would keep messages for an absent client in memory, without a bound, and lose them with the process.
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, username, password, done) => this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#mayHave(client, subscription.topic) ? subscription : null),
      authorizeForward: (client, packet) => (this.#mayHave(client, packet.topic) ? packet : null),
    });
    // An error that nobody listens to would end the process.
    const events: EventEmitter = this.#broker;
    events.on('error', (error: Error) => options.problem(`The gateway's broker reports: ${error.message}.`));
    this.#broker.on('clientError', (client, error) => options.problem(`The connection of ${this.#nameOf(client)} was closed: ${error.message}.`));
    this.#broker.on('clientReady', (client) => this.#count(client, true));
    this.#broker.on('clientDisconnect', (client) => this.#count(client, false));
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = options.maximumConnections;
    this.#server.on('drop', () => options.problem(`A connection was turned away: ${options.maximumConnections} are open, which is the limit of this gateway.`));
  }

  /**
   * Opens the listener.
   *
   * @throws ListenError when the port is taken or may not be used.
   */
  static async open(options: MqttListenerOptions): Promise<MqttListener> {
    const listener = new MqttListener(options);
    await listener.#broker.listen();
    try {
      await listener.#listen();
    } catch (error) {
      await listener.close();
      throw listenError(options, error);
    }
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  /** Closes every connection and the port. What was not acknowledged by now will be sent again. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => this.#broker.close(resolve));
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    const limits = { beforeLogin: BYTES_BEFORE_LOGIN, afterLogin: this.#options.maximumPacketSize };
    const guard = guardPackets(socket, limits, (length) => {
      this.counts.refused += 1;
      this.#options.problem(`A client at ${socket.remoteAddress ?? 'an unknown address'} announced a packet of ${length} bytes, which is more than it may send; it was disconnected.`);
    });
    this.#guards.set(socket, guard);
    this.#broker.handle(socket);
  }

  #authenticate(client: Client, username: string | undefined, password: Uint8Array | undefined, done: (error: AuthenticateError | null, success: boolean | null) => void): void {
    const principal = this.#login(username, password);
    if (!principal) {
      this.counts.refused += 1;
      const name = username ? `that calls itself ${JSON.stringify(username.slice(0, 64))}` : 'without a user name';
      this.#options.problem(`A client ${name} was refused: unknown, or a wrong secret.`);
      done(Object.assign(new Error('Bad username or password'), { returnCode: 4 }), false);
      return;
    }
    // A client id counts within its principal: nobody can end, take over or keep out the session of another by its name.
    client.id = `${principal.id}/${client.id}`;
    this.#principals.set(client, principal);
    this.#guards.get(client.conn)?.loggedIn();
    done(null, true);
  }

  #login(username: string | undefined, password: Uint8Array | undefined): Principal | undefined {
    if (username === undefined || password === undefined) return undefined;
    try {
      return this.#options.registry.authenticate(username, password);
    } catch (error) {
      this.#options.problem(messageOf(error));
      return undefined;
    }
  }

  /** Who a client logged in as, with the rights of now; undefined once the principal has been removed. */
  #principalOf(client: Client): Principal | undefined {
    const principal = this.#principals.get(client);
    return principal && this.#options.registry.find(principal.id);
  }

  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (!client) return done(null);
    const principal = this.#principalOf(client);
    if (!principal) return done(new Error('it is no longer registered'));
    const { inbox, registry, channel } = this.#options;
    const publish = classifyPublish(principal, packet.topic, (device) => registry.isChild(principal.id, device));
    if (publish.kind === 'forbidden') {
      this.counts.refused += 1;
      return done(new Error(publish.reason));
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    // Telemetry is not retained: the broker would keep it in memory and hand an old reading to whoever subscribes.
    packet.retain = packet.retain && publish.kind === 'relay' && publish.mayRetain && this.#retain(packet.topic, payload.length);
    if (publish.kind === 'relay') return done();
    const record = { via: 'mqtt', received: this.#times.next(publish.device), device: publish.device, principal: principal.id, topic: packet.topic, payload } as const;
    inbox.append(channel, record, (error) => {
      if (error) this.counts.refused += 1;
      else this.counts.acknowledged += 1;
      done(error ?? null);
    });
  }

  /** Whether there is room for a retained message; without it the message is passed on all the same. */
  #retain(topic: string, length: number): boolean {
    if (length === 0) this.#retained.delete(topic);
    else if (length > RETAINED_BYTES || (this.#retained.size >= RETAINED_TOPICS && !this.#retained.has(topic))) {
      this.#options.problem(`A message on ${topic} was passed on but not retained: the gateway retains at most ${RETAINED_TOPICS} topics of ${RETAINED_BYTES} bytes each.`);
      return false;
    } else this.#retained.add(topic);
    return true;
  }

  #mayHave(client: Client, topic: string): boolean {
    const principal = this.#principalOf(client);
    return principal !== undefined && maySubscribe(principal, topic);
  }

  /** The broker announces the end also of clients whose beginning it never announced. */
  #count(client: Client, connected: boolean): void {
    if (connected) this.#connected.add(client);
    else this.#connected.delete(client);
    this.counts.connected = this.#connected.size;
  }

  #nameOf(client: Client): string {
    return this.#principals.get(client)?.id ?? 'a client that had not logged in';
  }
}

function listenError({ host, port }: MqttListenerOptions, error: unknown): ListenError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const cure =
    code === 'EADDRINUSE'
      ? 'The port is taken by another program (a Mosquitto?). Stop that one or choose another port.'
      : code === 'EACCES'
        ? 'Ports below 1024 need special rights. Choose another port.'
        : code === 'EADDRNOTAVAIL'
          ? 'This machine has no such address. Use 127.0.0.1, 0.0.0.0 or an address of this machine.'
          : `The system says: ${error instanceof Error ? error.message : String(error)}.`;
  return new ListenError(`The gateway cannot listen on ${host}:${port}. ${cure}`, { cause: error });
}
