import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import type { Exchange } from './exchange.ts';

/** Requests of one connection that may be under way at a time; what a client sends beyond that waits. */
const PIPELINED = 128;
/** How long a connection stays after its last answer, in milliseconds: closed at once, the answer could be lost (RFC 9112, section 9.6). */
const LINGER = 2_000;

/** Who a connection's last request came from; with keep-alive the same login comes with each one. */
export interface KnownLogin {
  /** The Authorization header that was right. */
  header: string;
  id: string;
  /** When it has to be looked at again, ms since the epoch. */
  until: number;
}

/** The connection of one client: its requests in their order, with a bound on how many are under way. */
export class Connection {
  readonly socket: Socket;
  readonly #clock: Clock;
  login: KnownLogin | undefined;
  /** The exchange whose body is arriving. */
  reading: Exchange | undefined;
  /** The exchange that is answered, with the last answer of this connection, while the rest of its body is thrown away. */
  lingering: Exchange | undefined;
  readonly #underWay = new Set<Exchange>();
  #waiting: Exchange[] = [];
  #last: Uint8Array | undefined;
  #broken = false;

  constructor(socket: Socket, clock: Clock) {
    this.socket = socket;
    this.#clock = clock;
  }

  get address(): string {
    return this.socket.remoteAddress ?? 'an unknown address';
  }

  /** Whether there is no request that waits for an answer. */
  get idle(): boolean {
    return this.#underWay.size + this.#waiting.length === 0;
  }

  /** Starts an exchange, or has it wait until others have been answered. */
  begin(exchange: Exchange): void {
    if (this.#underWay.size >= PIPELINED) {
      this.#waiting.push(exchange);
      this.socket.pause();
      return;
    }
    this.#underWay.add(exchange);
    exchange.start();
  }

  /** The body of this exchange has arrived, or is of no interest any more. */
  read(exchange: Exchange): void {
    if (this.reading === exchange) this.reading = undefined;
  }

  /** The answer of an exchange has been sent. */
  ended(exchange: Exchange): void {
    exchange.over();
    if (!this.#underWay.delete(exchange)) return;
    const next = this.#waiting.shift();
    if (next) this.begin(next);
    else if (this.#underWay.size === PIPELINED - 1) this.socket.resume();
    if (this.idle && this.#last) this.#end(this.#last);
  }

  /** The socket is closed: what has not been answered will not be. */
  closed(): void {
    for (const exchange of [...this.#underWay, ...this.#waiting]) exchange.over();
    this.#underWay.clear();
    this.#waiting = [];
  }

  /**
   * Ends the connection of a client that does not speak HTTP, or too slowly: what it asked before is answered, then come these bytes.
   * Only the first call counts.
   */
  breakOff(last: Uint8Array): void {
    if (this.#broken) return;
    this.#broken = true;
    if (this.idle) this.#end(last);
    else this.#last = last;
  }

  get broken(): boolean {
    return this.#broken;
  }

  #end(last: Uint8Array): void {
    this.#last = undefined;
    const { socket } = this;
    if (!socket.writable) return void socket.destroy();
    socket.end(last);
    const timer = this.#clock.setTimeout(() => socket.destroy(), LINGER);
    socket.once('close', () => timer.cancel());
  }
}
