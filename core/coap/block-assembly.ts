import type { Clock } from '../clock/clock.ts';
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

interface Body {
  bytes: Buffer;
  length: number;
  touched: number;
}

const FIRST_CAPACITY = 2_048;
const SWEEP_EVERY = 10_000;

/**
 * Puts bodies together that come in blocks (RFC 7959 section 2.5), in their order; a block that came before is taken again when it
 * is the same. Only who has authenticated gets here. What a body costs is what has arrived of it, never what was announced.
 */
export class BlockAssembly {
  readonly #options: BlockAssemblyOptions;
  /** Of each principal, its bodies by nonce, in the order in which they began. */
  readonly #bodies = new Map<string, Map<string, Body>>();
  #bytes = 0;
  #sweptAt: number;

  constructor(options: BlockAssemblyOptions) {
    this.#options = options;
    this.#sweptAt = options.clock.now();
  }

  /** Memory taken by all bodies, in bytes. */
  get bytes(): number {
    return this.#bytes;
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
    let body = this.#bodies.get(principal)?.get(nonce);
    if (from === 0 && !more) {
      this.drop(principal, nonce);
      return { kind: 'complete', payload };
    }
    if (from === 0 && !(body && holds(body, from, payload))) {
      this.drop(principal, nonce);
      body = this.#begin(principal, nonce);
    }
    if (!body || from > body.length) return { kind: 'incomplete', diagnostic: 'A block is missing before this one. Send the body again from block 0.' };
    body.touched = this.#options.clock.now();
    if (from < body.length) return this.#again(principal, nonce, body, from, payload, more);
    if (!this.#grow(body, to)) {
      this.drop(principal, nonce);
      return { kind: 'no-room', diagnostic: 'Too many bodies are being received in blocks. Try again later.' };
    }
    body.bytes.set(payload, from);
    body.length = to;
    if (more) return { kind: 'continue' };
    this.drop(principal, nonce);
    return { kind: 'complete', payload: body.bytes.subarray(0, to) };
  }

  /** Forgets a body. */
  drop(principal: string, nonce: string): void {
    const own = this.#bodies.get(principal);
    const body = own?.get(nonce);
    if (!own || !body) return;
    own.delete(nonce);
    if (own.size === 0) this.#bodies.delete(principal);
    this.#bytes -= body.bytes.length;
  }

  #again(principal: string, nonce: string, body: Body, from: number, payload: Uint8Array, more: boolean): Progress {
    if (more && holds(body, from, payload)) return { kind: 'continue' };
    this.drop(principal, nonce);
    return { kind: 'incomplete', diagnostic: 'This block came before with other bytes. Send the body again from block 0.' };
  }

  #begin(principal: string, nonce: string): Body {
    const own = this.#bodies.get(principal) ?? new Map<string, Body>();
    const [oldest] = own.keys();
    if (oldest !== undefined && own.size >= this.#options.perPrincipal) this.drop(principal, oldest);
    const body = { bytes: Buffer.alloc(0), length: 0, touched: this.#options.clock.now() };
    own.set(nonce, body);
    this.#bodies.set(principal, own);
    return body;
  }

  /** Makes room for so many bytes; false when there is none. */
  #grow(body: Body, length: number): boolean {
    const { maximumBodySize, maximumBytes } = this.#options;
    if (length <= body.bytes.length) return true;
    const capacity = Math.min(maximumBodySize, Math.max(FIRST_CAPACITY, length, body.bytes.length * 2));
    if (this.#bytes - body.bytes.length + capacity > maximumBytes) return false;
    const bytes = Buffer.alloc(capacity);
    bytes.set(body.bytes.subarray(0, body.length));
    this.#bytes += capacity - body.bytes.length;
    body.bytes = bytes;
    return true;
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

/** Whether these bytes stand there already. */
function holds(body: Body, from: number, payload: Uint8Array): boolean {
  return from + payload.length <= body.length && body.bytes.subarray(from, from + payload.length).equals(payload);
}
