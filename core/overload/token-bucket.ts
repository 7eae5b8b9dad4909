import type { Limits } from './limits.ts';

/** Rounding must not make somebody wait a second time who has waited as long as he was told. */
const ROUNDING = 1e-6;

/** One kind of token; a rate of 0 means no limit. */
class Tokens {
  readonly #rate: number;
  readonly #capacity: number;
  #left: number;

  constructor(rate: number, capacity: number) {
    this.#rate = rate;
    this.#capacity = capacity;
    this.#left = capacity;
  }

  refill(milliseconds: number): void {
    this.#left = Math.min(this.#capacity, this.#left + (milliseconds * this.#rate) / 1_000);
  }

  /** Milliseconds until `cost` fits. */
  wait(cost: number): number {
    if (this.#rate === 0) return 0;
    const missing = Math.min(cost, this.#capacity) - this.#left;
    return missing <= ROUNDING ? 0 : Math.max(1, Math.ceil(((missing - ROUNDING / 2) * 1_000) / this.#rate));
  }

  take(cost: number): void {
    if (this.#rate > 0) this.#left -= cost;
  }
}

/**
 * The token bucket (RFC 2697 calls its depth the burst size) of one sender, for messages and for bytes: it starts full, holds `burst`
 * seconds' worth and never less than one message, and is refilled when it is asked.
 *
 * A message with more bytes than the bucket can hold passes when the bucket is full, and the bytes it owes then count against those
 * that follow: every message fits some time, and the rate holds in the long run.
 */
export class TokenBucket {
  readonly #messages: Tokens;
  readonly #bytes: Tokens;
  #refilled: number;

  constructor(limits: Pick<Limits, 'messagesPerSecond' | 'bytesPerSecond' | 'burst'>, now: number) {
    this.#messages = new Tokens(limits.messagesPerSecond, Math.max(1, limits.messagesPerSecond * limits.burst));
    this.#bytes = new Tokens(limits.bytesPerSecond, Math.max(1, limits.bytesPerSecond * limits.burst));
    this.#refilled = now;
  }

  /** Takes one message of so many bytes. @returns 0 when it fitted, else in how many milliseconds it would, and nothing is taken. */
  take(bytes: number, now: number): number {
    this.#refill(now);
    const wait = Math.max(this.#messages.wait(1), this.#bytes.wait(bytes));
    if (wait > 0) return wait;
    this.#messages.take(1);
    this.#bytes.take(bytes);
    return 0;
  }

  /** Whether it is as full as a new one, and so need not be remembered. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#messages.wait(Infinity) === 0 && this.#bytes.wait(Infinity) === 0;
  }

  #refill(now: number): void {
    // A clock that was set back gives nothing, and time goes on from there.
    const elapsed = Math.max(0, now - this.#refilled);
    this.#refilled = now;
    this.#messages.refill(elapsed);
    this.#bytes.refill(elapsed);
  }
}
