import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, PublishPacket } from 'aedes';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { ListenError } from '../errors/listen-error.ts';
import type { Intake } from '../intake/delivery.ts';
import type { RefusalReason } from '../intake/refusal.ts';
import type { Tls } from '../network/tcp.ts';
import type { Registry } from '../registry/registry.ts';
import { Broker } from './broker.ts';
import { Clients } from './clients.ts';
import { openEndpoint } from './endpoint.ts';
import type { Endpoint, OpenEndpoint } from './endpoint.ts';
import { Logins } from './logins.ts';
import { guardPackets } from './packet-guard.ts';
import { Persistence, QUEUED } from './persistence.ts';
import { refuseVersion5 } from './protocol-version.ts';
import { Publishing } from './publishing.ts';
import { ReadGate } from './read-gate.ts';
import type { Reading } from './read-gate.ts';
import { SessionFile } from './session-file.ts';
import type { QoS } from './session.ts';
import { webSocketLoggedIn } from './web-socket.ts';

export type { Endpoint } from './endpoint.ts';

export interface MqttListenerOptions {
  /** All share one broker, and their clients see each other. */
  endpoints: readonly Endpoint[];
  /** Needed for `tls` and `wss`. */
  tls?: Tls;
  /** Of the file that keeps sessions, retained messages and wills; no other listener may use it. `:memory:` keeps nothing over a restart. */
  path: string;
  intake: Intake;
  registry: Registry;
  clock: Clock;
  /** Largest packet a logged-in client may send, in bytes. */
  maximumPacketSize: number;
  maximumConnections: number;
  /** So many failed logins of an address within a minute are too many; default 10. */
  failedLogins?: number;
  /** Told of each endpoint that cannot be opened while others can: the listener is there without it. Absent: all of them, or none. */
  failed?: (error: ListenError) => void;
  /** What was turned away or went wrong: a sentence each. */
  problem: (sentence: string) => void;
}

/** How many connections and messages the listener has seen since it was opened. */
export interface ListenerCounts {
  connected: number;
  acknowledged: number;
  refused: number;
  /** Messages for clients that were away which were given up: too many, or nobody came back. */
  dropped: number;
}

const BYTES_BEFORE_LOGIN = 16 * 1024;
const CONNECT_TIMEOUT = 10_000;
const CLIENT_ID_LENGTH = 256;
const TCP_KEEPALIVE = 60_000;

/** One connection of a client, from its socket to its login. */
interface Connection {
  socket: Socket;
  reading: Reading;
  address: string | undefined;
  loggedIn(): void;
}

/**
 * The MQTT 3.1.1 door: a broker in this process whose PUBACK waits for the intake. aedes acknowledges a publish after
 * `authorizePublish` has called back, and that is where the commit is awaited; when the commit fails, the connection is
 * closed without an acknowledgement, so that the device sends again.
 */
export class MqttListener {
  readonly #options: MqttListenerOptions;
  readonly #persistence: Persistence;
  readonly #broker: Broker;
  readonly #publishing: Publishing;
  readonly #logins: Logins;
  readonly #endpoints: OpenEndpoint[] = [];
  readonly #gate = new ReadGate();
  readonly #sockets = new Set<Socket>();
  readonly #connections = new WeakMap<object, Connection>();
  readonly #clients: Clients;
  readonly #connected = new Set<Client>();
  readonly counts: ListenerCounts = { connected: 0, acknowledged: 0, refused: 0, dropped: 0 };

  private constructor(options: MqttListenerOptions) {
    this.#options = options;
    const { clock, registry, intake, problem, counts } = { ...options, counts: this.counts };
    const file = new SessionFile(options.path, clock, (error) => problem(messageOf(error)));
    this.#clients = new Clients(registry);
    const mayHave = (session: string, topic?: string): boolean => this.#clients.sessionMayHave(session, topic);
    const dropped = (messages: number, sentence: string): void => {
      counts.dropped += messages;
      problem(sentence);
    };
    this.#persistence = new Persistence(file, { clock, mayHave, dropped }, (client, filter) => this.#clients.isGranted(client, filter));
    const refused = (reason: RefusalReason): void => {
      counts.refused += 1;
      intake.refused('mqtt', '', reason);
    };
    this.#logins = new Logins({ ...options, refused });
    this.#broker = new Broker({
      connectTimeout: CONNECT_TIMEOUT,
      maxClientsIdLength: CLIENT_ID_LENGTH,
      preConnect: (client, packet, done) => {
        if (packet.protocolVersion !== 5) return done(null, true);
        counts.refused += 1;
        problem(`A client at ${this.#addressOf(client)} speaks MQTT 5 and was refused. Set it to MQTT 3.1.1 (version 4).`);
        refuseVersion5(client, clock);
      },
      authenticate: (client, username, password, done) => this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => (client ? this.#authorizePublish(client, packet, done) : done()),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#clients.grant(client, subscription.topic) ? subscription : null),
      authorizeForward: (client, packet) => (this.#clients.mayHave(client, packet.topic) && !this.#waits(client, packet) ? packet : null),
    }, this.#persistence, problem);
    this.#publishing = new Publishing({ intake, registry, broker: this.#broker, persistence: this.#persistence, clients: this.#clients, counts, problem });
    this.#listenToBroker();
  }

  /**
   * Opens the listener.
   *
   * @throws ListenError when a port is taken or may not be used, and when TLS or WebSockets cannot be had: of each endpoint, or of all where
   *   `failed` is told of single ones; StorageError when its file cannot be used.
   */
  static async open(options: MqttListenerOptions): Promise<MqttListener> {
    const listener = new MqttListener(options);
    try {
      await listener.#broker.listen();
      await listener.#publishing.publishOrphans();
      await listener.#openEndpoints();
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  /** The ports of the endpoints, in their order. */
  get ports(): number[] {
    return this.#endpoints.map(({ port }) => port);
  }

  /** Publishes a message of the server's own, such as a command: to who is connected, and to the queues of who is away. Resolves once those are on disk. */
  publish(topic: string, payload: Uint8Array | string, qos: QoS = 1): Promise<void> {
    const message = { topic, payload: Buffer.from(payload), qos, retain: false };
    return new Promise((resolve, reject) => this.#broker.relay(message, undefined, [], (error) => (error ? reject(error) : resolve())));
  }

  /** Closes every connection and the ports. What was not acknowledged by now will be sent again; wills are published at the next start. */
  async close(): Promise<void> {
    this.#persistence.wills.defer();
    const closed = this.#endpoints.map((endpoint) => endpoint.close());
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    await new Promise<void>((resolve) => this.#broker.close(resolve));
    this.#persistence.close();
  }

  async #openEndpoints(): Promise<void> {
    const { endpoints, failed } = this.#options;
    const failures: ListenError[] = [];
    for (const endpoint of endpoints) {
      try {
        this.#endpoints.push(await openEndpoint(endpoint, this.#context()));
      } catch (error) {
        if (!failed || !(error instanceof ListenError)) throw error;
        failures.push(error);
      }
    }
    const [first] = failures;
    if (first && this.#endpoints.length === 0) throw first;
    for (const error of failures) failed?.(error);
  }

  #listenToBroker(): void {
    const { problem } = this.#options;
    // An error that nobody listens to would end the process.
    const events: EventEmitter = this.#broker;
    events.on('error', (error: Error) => problem(`The gateway's broker reports: ${error.message}.`));
    this.#broker.on('clientError', (client, error) => problem(`The connection of ${this.#clients.idOf(client) ?? 'a client that had not logged in'} was closed: ${error.message}.`));
    this.#broker.on('client', (client) => {
      if (client.closed) this.#broker.forget(client);
    });
    this.#broker.on('clientReady', (client) => this.#ready(client));
    this.#broker.on('clientDisconnect', (client) => this.#gone(client));
    this.#broker.on('unsubscribe', (filters, client) => this.#clients.unsubscribed(client, filters));
  }

  #context(): Parameters<typeof openEndpoint>[1] {
    const { tls, maximumPacketSize, problem } = this.#options;
    return { tls, problem, connectTimeout: CONNECT_TIMEOUT, maximumMessageSize: maximumPacketSize + 5, connected: (socket) => this.#admit(socket), ready: (stream, socket) => this.#accept(stream, socket) };
  }

  /** Before a byte is read: there may be too many connections. */
  #admit(socket: Socket): void {
    const { maximumConnections, problem } = this.#options;
    if (this.#sockets.size < maximumConnections) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEPALIVE);
      return;
    }
    problem(`A connection was turned away: ${maximumConnections} are open, which is the limit of this gateway.`);
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #accept(stream: Duplex, socket: Socket): void {
    if (socket.destroyed) return void stream.destroy();
    const address = socket.remoteAddress;
    const limits = { beforeLogin: BYTES_BEFORE_LOGIN, afterLogin: this.#options.maximumPacketSize };
    const guard = guardPackets(stream, limits, (length) => {
      this.counts.refused += 1;
      this.#options.intake.refused('mqtt', this.#clients.idOf(client) ?? '', 'too-large');
      this.#options.problem(`A client at ${address ?? 'an unknown address'} announced a packet of ${length} bytes, which is more than it may send; it was disconnected.`);
    });
    this.#connections.set(stream, {
      socket,
      reading: this.#gate.guard(stream),
      address,
      loggedIn: () => {
        guard.loggedIn();
        webSocketLoggedIn(stream);
      },
    });
    const client = this.#broker.handle(stream);
    stream.once('close', () => this.#gone(client));
  }

  #authenticate(client: Client, username: string | undefined, password: Uint8Array | undefined, done: (error: AuthenticateError | null, success: boolean | null) => void): void {
    const connection = this.#connections.get(client.conn);
    const login = this.#logins.login(client, connection?.address, username, password);
    if ('cut' in login) return;
    if ('error' in login) return done(login.error, false);
    const { principal } = login;
    if (!client.clean && /^aedes_[0-9a-f-]{36}$/.test(client.id)) return done(Object.assign(new Error('A client that wants its session kept needs a client id'), { returnCode: 2 }), false);
    // A client id counts within its principal: nobody can end, take over or keep out the session of another by its name.
    client.id = `${principal.id}/${client.id}`;
    this.#clients.loggedIn(client, principal);
    connection?.loggedIn();
    done(null, true);
  }

  #authorizePublish(client: Client, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const reading = this.#connections.get(client.conn)?.reading;
    reading?.began();
    this.#publishing.authorize(client, packet, (error) => {
      done(error);
      reading?.ended();
    });
  }

  /** Whether a message is not to be sent now because it has been already, or comes in its turn once what waited before it is sent. */
  #waits(client: Client, packet: { brokerId: string; brokerCounter: number; messageId?: number }): boolean {
    if (packet.brokerId !== QUEUED || packet.messageId !== undefined) return false;
    const session = this.#persistence.session(client);
    const message = session?.queue.get(packet.brokerCounter);
    return session !== undefined && message !== undefined && (session.resuming || message.sentOn === client);
  }

  #ready(client: Client): void {
    // The broker goes on logging in a client whose connection has ended meanwhile.
    if (client.closed) return this.#gone(client);
    this.#connected.add(client);
    this.counts.connected = this.#connected.size;
    const session = this.#persistence.session(client);
    if (session) this.#broker.resumed(client, session);
  }

  /** The broker announces the end also of clients whose beginning it never announced, and not that of every client; so this may be called twice. */
  #gone(client: Client): void {
    this.#connected.delete(client);
    this.counts.connected = this.#connected.size;
    const session = this.#persistence.session(client);
    if (session?.connection !== client) return;
    session.connection = undefined;
    this.#persistence.sessions.touch(session);
  }

  #addressOf(client: Client): string {
    return this.#connections.get(client.conn)?.address ?? 'an unknown address';
  }
}
