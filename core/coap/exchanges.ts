import type { Clock } from '../clock/clock.ts';
import { ownBytes } from '../overload/own-bytes.ts';

/** A request that has been answered, and with what. */
export interface Answered {
  /** SHA-256 of the request's datagram, a character a byte. */
  digest: string;
  /** What is sent when the request comes again; undefined: nothing. */
  reply: Buffer | undefined;
  /** Until when its message id is taken. */
  until: number;
}

/**
 * What is known of the requests that have authenticated, by endpoint and message id, so that a repetition is recognised (RFC 7252
 * section 4.5). Bounded: of the answered ones the oldest goes first; how many may be unanswered is for the caller to limit.
 */
export class Exchanges<Pending extends { digest: string }> {
  readonly #clock: Clock;
  readonly #maximumAnswered: number;
  readonly #pending = new Map<string, Pending>();
  readonly #answered = new Map<string, Answered>();

  constructor(clock: Clock, maximumAnswered: number) {
    this.#clock = clock;
    this.#maximumAnswered = maximumAnswered;
  }

  get pending(): number {
    return this.#pending.size;
  }

  get answered(): number {
    return this.#answered.size;
  }

  /**
   * The exchange that a request repeats. A device that starts anew may take a message id that is not free yet: another request under the
   * same id is not a repetition, or it would be told that something is stored that is not.
   */
  find(key: string, digest: () => string): { pending: Pending } | { answered: Answered } | undefined {
    const pending = this.#pending.get(key);
    if (pending) return pending.digest === digest() ? { pending } : undefined;
    const answered = this.#answered.get(key);
    if (!answered || answered.until <= this.#clock.now()) return undefined;
    return answered.digest === digest() ? { answered } : undefined;
  }

  /** False when another request waits for its answer under the same message id. */
  begin(key: string, pending: Pending): boolean {
    if (this.#pending.has(key)) return false;
    this.#pending.set(key, pending);
    return true;
  }

  end(key: string, pending: Pending, reply: Buffer | undefined, lifetime: number): void {
    this.#pending.delete(key);
    const now = this.#clock.now();
    this.#answered.delete(key);
    this.#answered.set(key, { digest: pending.digest, reply: reply && ownBytes(reply), until: now + lifetime });
    for (const [oldest, { until }] of this.#answered) {
      if (until > now && this.#answered.size <= this.#maximumAnswered) break;
      this.#answered.delete(oldest);
    }
  }

  clear(): void {
    this.#pending.clear();
    this.#answered.clear();
  }
}
