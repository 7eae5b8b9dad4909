import type { Clock } from '../clock/clock.ts';

/** A request that came with this nonce. */
export interface Use<Waiting> {
  /** SHA-256, a character a byte, of what was asked for, without its time: a device may sign the same request again later. */
  content: string;
  /** Who is to be told how it ends; undefined: it is stored. */
  waiting: Waiting[] | undefined;
  /** From when on a request with its time is too old, in milliseconds since the epoch. */
  until: number;
}

const SWEEP_EVERY = 30_000;

/**
 * The nonces that came within the window, for each principal. Both bounds may be passed without harm: what is forgotten too early and
 * comes again is recognised on disk.
 */
export class Nonces<Waiting> {
  readonly #clock: Clock;
  readonly #maximum: number;
  readonly #perPrincipal: number;
  /** Principals in the order of their last new nonce, nonces in the order of their arrival. */
  readonly #used = new Map<string, Map<string, Use<Waiting>>>();
  #size = 0;
  #sweptAt: number;

  constructor(clock: Clock, maximum: number, perPrincipal: number) {
    this.#clock = clock;
    this.#maximum = maximum;
    this.#perPrincipal = perPrincipal;
    this.#sweptAt = clock.now();
  }

  get size(): number {
    return this.#size;
  }

  find(principal: string, nonce: string): Use<Waiting> | undefined {
    const use = this.#used.get(principal)?.get(nonce);
    return use && (use.waiting || use.until > this.#clock.now()) ? use : undefined;
  }

  add(principal: string, nonce: string, use: Use<Waiting>): void {
    this.#sweep();
    const own = this.#used.get(principal) ?? new Map<string, Use<Waiting>>();
    if (own.delete(nonce)) this.#size -= 1;
    if (own.size >= this.#perPrincipal) this.#deleteOldest(own);
    else if (this.#size >= this.#maximum) this.#evict();
    this.#used.delete(principal);
    this.#used.set(principal, own);
    own.set(nonce, use);
    this.#size += 1;
  }

  /** It may be used again, if it still means this use. */
  remove(principal: string, nonce: string, use: Use<Waiting>): void {
    const own = this.#used.get(principal);
    if (own?.get(nonce) !== use) return;
    own.delete(nonce);
    this.#size -= 1;
    if (own.size === 0) this.#used.delete(principal);
  }

  #deleteOldest(own: Map<string, Use<Waiting>>): void {
    const [oldest] = own.keys();
    if (oldest !== undefined && own.delete(oldest)) this.#size -= 1;
  }

  /** Whoever has been quiet for longest pays. */
  #evict(): void {
    const [quietest] = this.#used;
    if (!quietest) return;
    const [principal, own] = quietest;
    this.#deleteOldest(own);
    if (own.size === 0) this.#used.delete(principal);
  }

  #sweep(): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#sweptAt) < SWEEP_EVERY) return;
    this.#sweptAt = now;
    for (const [principal, own] of this.#used) {
      for (const [nonce, { until }] of own) {
        if (until <= now && own.delete(nonce)) this.#size -= 1;
      }
      if (own.size === 0) this.#used.delete(principal);
    }
  }
}
