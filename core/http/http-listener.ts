import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { prepareFormats } from '../decode/index.ts';
import { listenError } from '../errors/listen-error.ts';
import type { Place } from '../errors/listen-error.ts';
import type { Intake } from '../intake/delivery.ts';
import { Turns } from '../intake/turns.ts';
import { MemoryBudget } from '../network/memory-budget.ts';
import { listen, portOf, tlsOptions } from '../network/tcp.ts';
import type { Tls } from '../network/tcp.ts';
import type { Profile } from '../profile/profile.ts';
import type { Registry } from '../registry/registry.ts';
import { Connection } from './connection.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeContext } from './exchange.ts';
import { Logins } from './logins.ts';
import { accountOf, faulty, refused, responseOf } from './rejection.ts';
import type { Rejection } from './rejection.ts';

export interface HttpListenerOptions extends Place {
  /** Absent: HTTP in the clear. */
  tls?: Tls;
  intake: Intake;
  registry: Pick<Registry, 'authenticate' | 'find' | 'isChild'>;
  clock: Clock;
  /** Largest body that is taken, before and after inflating, in bytes. */
  maximumBodySize: number;
  maximumConnections: number;
  /** What was turned away or went wrong: a sentence each. */
  problem: (sentence: string) => void;
  /** The profile of a device: says how to read a body without a Content-Type. */
  profileOf?: (device: string) => Profile | undefined;
  /** So many failed logins of an address within a minute are too many; default 10. */
  failedLogins?: number;
  /** How many bytes of bodies may be held at once, over all connections; default 64 MiB. */
  maximumHeldBytes?: number;
  timeouts?: Partial<HttpTimeouts>;
}

/** All in milliseconds. */
export interface HttpTimeouts {
  /** For the header of a request, from the opening of the connection or its first byte. Default 10 s. */
  header: number;
  /** For the whole request. Default 60 s. */
  request: number;
  /** Between two requests. Default 75 s. */
  idle: number;
  /** How long `close` waits for requests under way to be answered. Default 2 s. */
  close: number;
}

/** How many connections are open, and how many requests were acknowledged and refused since the listener was opened. */
export interface HttpListenerCounts {
  connected: number;
  acknowledged: number;
  refused: number;
}

const LISTENER = 'HTTP listener';
const NOTHING = new Uint8Array();
const HEADER_BYTES = 8 * 1024;
const HELD_BYTES = 64 * 1024 * 1024;
const TIMEOUTS: HttpTimeouts = { header: 10_000, request: 60_000, idle: 75_000, close: 2_000 };
/** A connection on which nothing moves for so long, while answers are under way, is given up, in milliseconds. */
const STALLED = 120_000;

/**
 * The HTTP/1.1 door: `POST /telemetry` and `POST /devices/<device>/telemetry`, answered with 204 when the intake has the readings on disk.
 * The order of checks: address, method, login, right, header, length; only then a byte of the body is read, and only a body that can be
 * decoded is offered to the intake.
 */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #timeouts: HttpTimeouts;
  readonly #server: Server;
  readonly #context: ExchangeContext;
  readonly #connections = new Map<Socket, Connection>();
  #stopping = false;
  readonly counts: HttpListenerCounts = { connected: 0, acknowledged: 0, refused: 0 };

  private constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#context = this.#makeContext();
    this.#server = this.#makeServer();
  }

  /**
   * Opens the listener.
   *
   * @throws ListenError when the port is taken or may not be used, or the key or certificate is none.
   */
  static async open(options: HttpListenerOptions): Promise<HttpListener> {
    await prepareFormats();
    try {
      const listener = new HttpListener(options);
      await listen(listener.#server, options);
      return listener;
    } catch (error) {
      throw listenError(LISTENER, options, error);
    }
  }

  get port(): number {
    return portOf(this.#server, this.#options.port);
  }

  /** Takes no more requests, waits a moment for those under way, and closes every connection. What was not acknowledged will be sent again. */
  async close(): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections.values()) {
      if (connection.idle) connection.socket.destroy();
      else connection.breakOff(NOTHING);
    }
    const timer = this.#options.clock.setTimeout(() => this.#server.closeAllConnections(), this.#timeouts.close);
    await closed;
    timer.cancel();
  }

  #makeContext(): ExchangeContext {
    const { intake, clock, problem, profileOf, maximumBodySize } = this.#options;
    const stopping = (): boolean => this.#stopping;
    return {
      intake, clock, problem, maximumBodySize,
      logins: new Logins(this.#options),
      budget: new MemoryBudget(this.#options.maximumHeldBytes ?? HELD_BYTES),
      turns: new Turns(),
      get stopping() {
        return stopping();
      },
      profileOf: profileOf ?? (() => undefined),
      acknowledged: () => void (this.counts.acknowledged += 1),
      refused: (device, account) => {
        this.counts.refused += 1;
        if (account !== undefined) intake.refused('http', device, account);
      },
    };
  }

  #makeServer(): Server {
    const { header, request, idle } = this.#timeouts;
    const settings: ServerOptions = {
      maxHeaderSize: HEADER_BYTES, headersTimeout: header, requestTimeout: request, keepAliveTimeout: idle, noDelay: true,
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(Math.min(header, request) / 4)),
    };
    const server = this.#options.tls ? this.#makeTlsServer(this.#options.tls, settings) : createServer(settings);
    server.timeout = STALLED;
    server.maxConnections = this.#options.maximumConnections;
    server.on(this.#options.tls ? 'secureConnection' : 'connection', (socket: Socket) => void this.#connectionOf(socket));
    server.on('request', (incoming, response) => this.#exchange(incoming, response));
    server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) => this.#exchange(incoming, response, { expects: true }));
    server.on('checkExpectation', (incoming: IncomingMessage, response: ServerResponse) => this.#exchange(incoming, response, { expects: true, unknown: true }));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#clientError(error, socket as Socket));
    server.on('drop', () => this.#options.problem(`A connection was turned away: ${this.#options.maximumConnections} are open, which is the limit of this listener.`));
    server.on('error', (error) => this.#options.problem(`The ${LISTENER} reports: ${error.message}.`));
    return server;
  }

  #makeTlsServer(tls: Tls, settings: ServerOptions): Server {
    const server = createTlsServer({ ...settings, ...tlsOptions(tls, this.#timeouts.header) });
    server.on('tlsClientError', (error, socket) => this.#options.problem(`A client at ${socket.remoteAddress ?? 'an unknown address'} did not get through the TLS handshake: ${error.message}.`));
    return server;
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new Connection(socket, this.#options.clock);
    this.#connections.set(socket, connection);
    this.counts.connected += 1;
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.counts.connected -= 1;
      connection.closed();
    });
    return connection;
  }

  #exchange(request: IncomingMessage, response: ServerResponse, { expects = false, unknown = false } = {}): void {
    const connection = this.#connectionOf(request.socket);
    const exchange = new Exchange(this.#context, connection, request, response, expects);
    response.on('close', () => connection.ended(exchange));
    // A client that goes while it is being answered is no error of ours; without a listener it would end the process.
    response.on('error', () => undefined);
    if (unknown) exchange.reject(faulty('expectation', `The expectation ${JSON.stringify((request.headers.expect ?? '').slice(0, 80))} cannot be met. Send 100-continue or none.`));
    connection.begin(exchange);
  }

  /** What is no HTTP, or comes too slowly, or a connection that broke. */
  #clientError(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (!connection || !socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy();
    if (connection.lingering) return connection.lingering.finish();
    if (connection.broken) return;
    const rejection: Rejection = { ...this.#faultOf(error), close: true };
    const { reading } = connection;
    if (reading?.incomplete) {
      connection.breakOff(NOTHING);
      return reading.reject(rejection);
    }
    this.#context.refused('', accountOf(rejection));
    this.#options.problem(`A client at ${connection.address} was turned away: ${rejection.message}`);
    connection.breakOff(responseOf(rejection));
  }

  #faultOf(error: NodeJS.ErrnoException): Rejection {
    switch (error.code) {
      case 'ERR_HTTP_REQUEST_TIMEOUT':
        return faulty('timeout', `The request took too long: its header has ${this.#timeouts.header / 1_000} seconds, and all of it ${this.#timeouts.request / 1_000}.`);
      case 'HPE_HEADER_OVERFLOW':
        return faulty('header-too-large', `The header has more than ${HEADER_BYTES} bytes. Send fewer fields.`);
      case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
        return refused('too-large', 'The chunk extensions of the body are too large. Send none.');
      default:
        return faulty('bad-request', 'This is not HTTP/1.1 as RFC 9112 has it. Look at the request line, the header fields and the chunks of the body.');
    }
  }
}
