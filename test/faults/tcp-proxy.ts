import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../core/simulator/random.ts';
import type { Break } from './plan.ts';

interface Link {
  client: Socket;
  server: Socket;
}

/**
 * A TCP proxy on 127.0.0.1 that passes everything on until it is told to break connections:
 *
 * - `cut`: both ends are reset, and what was on the way is lost;
 * - `stall`: nothing passes in either direction for a while, then everything that had gathered;
 * - `half-close`: the client is told that the server has nothing more to say, while what it says still goes on;
 * - `swallow`: what the server answers disappears for a while, then the connection is cut: acknowledgements are lost.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #target: number;
  readonly #random: Random;
  #down = false;

  private constructor(target: number, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Opens a proxy for a port of 127.0.0.1. The target need not listen yet, and may come and go. */
  static async open(target: number, random: Random): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, random);
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Breaks a share of the open connections, at least one of them. @returns how many. */
  break(how: Break, share: number, milliseconds: number): number {
    const links = [...this.#links];
    const chosen = links.filter(() => this.#random.uniform() < share);
    if (chosen.length === 0) chosen.push(...links.slice(0, 1));
    for (const link of chosen) this.#break(link, how, milliseconds);
    return chosen.length;
  }

  /** Cuts all connections and lets nobody through for a while. @returns how many were cut, once the link is restored. */
  async outage(milliseconds: number): Promise<number> {
    const links = [...this.#links];
    this.#down = true;
    for (const link of links) cut(link);
    await wait(milliseconds);
    this.#down = false;
    return links.length;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const link of this.#links) cut(link);
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#down) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const link = { client, server };
    this.#links.add(link);
    for (const socket of [client, server]) {
      // Whatever goes wrong with one end is passed on to the other as a cut connection.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        cut(link);
        this.#links.delete(link);
      });
    }
    client.pipe(server);
    server.pipe(client);
  }

  #break(link: Link, how: Break, milliseconds: number): void {
    const { client, server } = link;
    switch (how) {
      case 'cut':
        return cut(link);
      case 'half-close':
        server.unpipe(client);
        // It has to be read on, or the end of it is never seen.
        server.resume();
        client.end();
        return;
      case 'stall':
        client.unpipe(server).pause();
        server.unpipe(client).pause();
        setTimeout(() => {
          if (this.#links.has(link)) {
            client.pipe(server);
            server.pipe(client);
          }
        }, milliseconds);
        return;
      case 'swallow':
        server.unpipe(client).resume();
        setTimeout(() => cut(link), milliseconds);
    }
  }
}

/** With a reset where the system has one, so that neither end takes it for a goodbye. */
function cut({ client, server }: Link): void {
  for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy();
}
