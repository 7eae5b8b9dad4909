import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import type { Random } from '../../core/simulator/random.ts';

/** How likely a datagram is to meet with each, in [0, 1]. */
export interface UdpTrouble {
  lost: number;
  duplicated: number;
  /** Held back, so that later ones overtake it. */
  delayed: number;
}

const NO_TROUBLE: UdpTrouble = { lost: 0, duplicated: 0, delayed: 0 };
const LONGEST_DELAY = 300;

/** A UDP proxy on 127.0.0.1 that loses, duplicates and reorders datagrams in both directions. Each client gets a port of its own towards the target. */
export class UdpProxy {
  readonly #socket = createSocket('udp4');
  readonly #upstream = new Map<number, Socket>();
  readonly #target: number;
  readonly #random: Random;
  trouble: UdpTrouble = NO_TROUBLE;
  counts = { passed: 0, lost: 0, duplicated: 0, delayed: 0 };
  #closed = false;

  private constructor(target: number, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (datagram, { port }) => {
      const upstream = this.#upstreamOf(port);
      this.#pass(() => upstream.send(datagram, this.#target, '127.0.0.1'));
    });
  }

  static async open(target: number, random: Random): Promise<UdpProxy> {
    const proxy = new UdpProxy(target, random);
    await new Promise<void>((resolve) => proxy.#socket.bind(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
    for (const socket of this.#upstream.values()) socket.close();
  }

  #upstreamOf(clientPort: number): Socket {
    const known = this.#upstream.get(clientPort);
    if (known) return known;
    const socket = createSocket('udp4');
    // A port that nobody listens on answers with ICMP; to a device that is a lost datagram.
    socket.on('error', () => undefined);
    socket.on('message', (datagram) => this.#pass(() => this.#socket.send(datagram, clientPort, '127.0.0.1')));
    this.#upstream.set(clientPort, socket);
    return socket;
  }

  #pass(send: () => void): void {
    const { lost, duplicated, delayed } = this.trouble;
    if (this.#random.uniform() < lost) {
      this.counts.lost += 1;
      return;
    }
    const copies = this.#random.uniform() < duplicated ? 2 : 1;
    this.counts.duplicated += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random.uniform() < delayed) {
        this.counts.delayed += 1;
        setTimeout(() => {
          if (!this.#closed) send();
        }, this.#random.uniform(1, LONGEST_DELAY));
      } else send();
    }
    this.counts.passed += 1;
  }
}
