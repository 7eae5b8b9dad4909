import type { Clock } from '../clock/clock.ts';
import { EXCHANGE_LIFETIME } from './transmission.ts';

/** An address and port that datagrams come from and go to. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** One text for one endpoint. */
export function remoteKey({ address, port }: Remote): string {
  return `${address} ${port}`;
}

interface Endpoint {
  seen: number;
  nextMessageId: number;
}

/** In milliseconds. */
const ORDER = 1_000;

/** The endpoints that have authenticated lately, a bounded number of them; each has message ids of its own (RFC 7252 section 4.4). */
export class Endpoints {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #maximum: number;
  /** In the order in which they were last seen. */
  readonly #known = new Map<string, Endpoint>();

  /** @param random uniform in [0, 1) */
  constructor(clock: Clock, random: () => number, maximum: number) {
    this.#clock = clock;
    this.#random = random;
    this.#maximum = maximum;
  }

  /** How many were seen within the lifetime of an exchange. */
  get recent(): number {
    const oldest = this.#clock.now() - EXCHANGE_LIFETIME;
    for (const [key, { seen }] of this.#known) {
      if (seen > oldest) break;
      this.#known.delete(key);
    }
    return this.#known.size;
  }

  seen(key: string): void {
    this.#touch(key);
  }

  /** A message id that this endpoint has not been sent for as long as possible. */
  nextMessageId(key: string): number {
    const endpoint = this.#touch(key);
    const messageId = endpoint.nextMessageId;
    endpoint.nextMessageId = (messageId + 1) & 0xffff;
    return messageId;
  }

  #touch(key: string): Endpoint {
    const now = this.#clock.now();
    const before = this.#known.get(key);
    // The order need be no finer than this.
    if (before && Math.abs(now - before.seen) < ORDER) return before;
    const endpoint = before ?? { seen: 0, nextMessageId: Math.floor(this.#random() * 65_536) };
    endpoint.seen = now;
    this.#known.delete(key);
    this.#known.set(key, endpoint);
    if (this.#known.size > this.#maximum) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return endpoint;
  }
}
