import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { AuthenticateError, Client, PublishPacket, Subscription } from 'aedes';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import { guardPackets } from './packet-guard.ts';
import { ReceptionTimes } from './reception-times.ts';
import { classifyPublish, maySubscribe } from './telemetry-topic.ts';

export interface MqttListenerOptions {
  host: string;
  port: number;
  /** The name under which records are kept and delivered: the id of the gateway node. */
  channel: string;
  inbox: Inbox;
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
  readonly counts: ListenerCounts = { connected: 0, acknowledged: 0, refused: 0 };

  private constructor(options: MqttListenerOptions) {
    this.#options = options;
    this.#times = new ReceptionTimes(options.clock);
    this.#broker = new Aedes({
      connectTimeout: CONNECT_TIMEOUT,
      maxClientsIdLength: CLIENT_ID_LENGTH,
      authenticate: (client, username, password, done) => this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#mayHave(client, subscription) ? subscription : null),
    });
    this.#broker.on('clientError', (client, error) => options.problem(`The connection of ${this.#nameOf(client)} was closed: ${error.message}.`));
    this.#broker.on('clientReady', () => void (this.counts.connected += 1));
    this.#broker.on('clientDisconnect', () => void (this.counts.connected -= 1));
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
    const principal = username === undefined || password === undefined ? undefined : this.#options.registry.authenticate(username, password);
    if (!principal || this.#wouldTakeOver(client, principal)) {
      this.counts.refused += 1;
      this.#options.problem(`A client that calls itself "${String(username ?? '').slice(0, 64)}" was refused: ${principal ? 'its client id is in use by another principal' : 'unknown, or a wrong secret'}.`);
      done(Object.assign(new Error('Bad username or password'), { returnCode: 4 }), false);
      return;
    }
    this.#principals.set(client, principal);
    this.#guards.get(client.conn)?.loggedIn();
    done(null, true);
  }

  /** A client id in use belongs to whoever holds it: only the same principal may take its session over. */
  #wouldTakeOver(client: Client, principal: Principal): boolean {
    const holder = (this.#broker as Aedes & { clients: Record<string, Client> }).clients[client.id];
    return holder !== undefined && this.#principals.get(holder)?.id !== principal.id;
  }

  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const principal = client && this.#principals.get(client);
    if (!principal) return done(client ? new Error('not logged in') : null);
    const { inbox, registry, channel } = this.#options;
    const publish = classifyPublish(principal, packet.topic, (device) => registry.isChild(principal.id, device));
    if (publish.kind === 'forbidden') {
      this.counts.refused += 1;
      return done(new Error(publish.reason));
    }
    if (publish.kind === 'relay') return done();
    // Telemetry is not retained: the broker would keep it in memory and hand an old reading to whoever subscribes.
    packet.retain = false;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const record = { via: 'mqtt', received: this.#times.next(publish.device), device: publish.device, principal: principal.id, topic: packet.topic, payload } as const;
    inbox.append(channel, record, (error) => {
      if (error) this.counts.refused += 1;
      else this.counts.acknowledged += 1;
      done(error ?? null);
    });
  }

  #mayHave(client: Client, subscription: Subscription): boolean {
    const principal = this.#principals.get(client);
    return principal !== undefined && maySubscribe(principal, subscription.topic);
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
