import type { Clock } from '../clock/clock.ts';
import { Body } from '../network/body.ts';
import { MemoryBudget } from '../network/memory-budget.ts';
import { RESERVED_SIZE, type Block } from './block.ts';
import { EXCHANGE_LIFETIME } from './transmission.ts';

export interface BlockAssemblyOptions {
  clock: Clock;
  /** Largest body, in bytes. */
  maximumBodySize: number;
  /** Memory for all bodies that are being received, in bytes. */
  maximumBytes: number;
  /** Bodies that one principal may be sending at a time. */
  perPrincipal: number;
}

/** What a block led to. `diagnostic` says why it could not be taken. */
export type Progress =
  | { kind: 'continue' }
  | { kind: 'complete'; payload: Uint8Array }
  | { kind: 'bad' | 'incomplete' | 'too-large' | 'no-room'; diagnostic: string };

interface Incoming {
  body: Body;
  touched: number;
}

const SWEEP_EVERY = 10_000;

/**
 * Puts bodies together that come in blocks (RFC 7959 section 2.5), in their order; a block that came before is taken again when it
 * is the same. Only who has authenticated gets here. What a body costs is what has arrived of it, never what was announced.
 */
export class BlockAssembly {
  readonly #options: BlockAssemblyOptions;
  /** Of each principal, its bodies by nonce, in the order in which they began. */
  readonly #bodies = new Map<string, Map<string, Incoming>>();
  readonly #budget: MemoryBudget;
  #sweptAt: number;

  constructor(options: BlockAssemblyOptions) {
    this.#options = options;
    this.#budget = new MemoryBudget(options.maximumBytes);
    this.#sweptAt = options.clock.now();
  }

  /** Memory taken by all bodies, in bytes. */
  get bytes(): number {
    return this.#budget.held;
  }

  take(principal: string, nonce: string, { number, more, size }: Block, payload: Uint8Array): Progress {
    this.#sweep();
    if (size === RESERVED_SIZE || payload.length > size || (more && payload.length < size)) return { kind: 'bad', diagnostic: `A block of ${payload.length} bytes does not fit its Block1 option, which says ${size}.` };
    const { maximumBodySize } = this.#options;
    const from = number * size;
    const to = from + payload.length;
    if (to > maximumBodySize) {
      this.drop(principal, nonce);
      return { kind: 'too-large', diagnostic: `The body is larger than ${maximumBodySize} bytes.` };
    }
    let incoming = this.#bodies.get(principal)?.get(nonce);
    if (from === 0 && !more) {
      this.drop(principal, nonce);
      return { kind: 'complete', payload };
    }
    if (from === 0 && !incoming?.body.holds(from, payload)) {
      this.drop(principal, nonce);
      incoming = this.#begin(principal, nonce);
    }
    if (!incoming || from > incoming.body.length) return { kind: 'incomplete', diagnostic: 'A block is missing before this one. Send the body again from block 0.' };
    incoming.touched = this.#options.clock.now();
    const { body } = incoming;
    if (from < body.length) return this.#again(principal, nonce, body.holds(from, payload) && more);
    if (!this.#budget.take(body.heldWith(payload.length) - body.held)) {
      this.drop(principal, nonce);
      return { kind: 'no-room', diagnostic: 'Too many bodies are being received in blocks. Try again later.' };
    }
    // A copy of the first: it is kept as it is, and with it all of its datagram.
    body.add(from === 0 ? Uint8Array.from(payload) : payload);
    if (more) return { kind: 'continue' };
    this.drop(principal, nonce);
    return { kind: 'complete', payload: body.bytes };
  }

  /** Forgets a body. */
  drop(principal: string, nonce: string): void {
    const own = this.#bodies.get(principal);
    const incoming = own?.get(nonce);
    if (!own || !incoming) return;
    own.delete(nonce);
    if (own.size === 0) this.#bodies.delete(principal);
    this.#budget.giveBack(incoming.body.held);
  }

  #again(principal: string, nonce: string, isSame: boolean): Progress {
    if (isSame) return { kind: 'continue' };
    this.drop(principal, nonce);
    return { kind: 'incomplete', diagnostic: 'This block came before with other bytes. Send the body again from block 0.' };
  }

  #begin(principal: string, nonce: string): Incoming {
    const own = this.#bodies.get(principal) ?? new Map<string, Incoming>();
    const [oldest] = own.keys();
    if (oldest !== undefined && own.size >= this.#options.perPrincipal) this.drop(principal, oldest);
    const incoming = { body: new Body(), touched: this.#options.clock.now() };
    own.set(nonce, incoming);
    this.#bodies.set(principal, own);
    return incoming;
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    if (Math.abs(now - this.#sweptAt) < SWEEP_EVERY) return;
    this.#sweptAt = now;
    for (const [principal, own] of this.#bodies) {
      for (const [nonce, { touched }] of own) {
        if (now - touched >= EXCHANGE_LIFETIME) this.drop(principal, nonce);
      }
    }
  }
}
