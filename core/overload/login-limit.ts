import { isIPv6 } from 'node:net';
import type { Clock } from '../clock/clock.ts';

export interface LoginLimitOptions {
  /** This many failures within the window block a key. */
  failures?: number;
  /** Length of the sliding window, in milliseconds. */
  window?: number;
  /** How many keys are remembered; beyond that, the one whose last failure is the longest ago is forgotten. */
  maximumKeys?: number;
}

/**
 * Counts failed logins of a key (a remote address) in a sliding window, and says how long whoever goes on failing has to wait once they are too
 * many. Ask `blocked` only when a login has failed: a right secret is never held against the address that it comes from.
 */
export class LoginLimit {
  readonly #clock: Clock;
  readonly #failures: number;
  readonly #window: number;
  readonly #maximumKeys: number;
  /** Times of the last failures, oldest first; the keys are in the order of their last failure. */
  readonly #times = new Map<string, number[]>();

  constructor(clock: Clock, { failures = 10, window = 60_000, maximumKeys = 10_000 }: LoginLimitOptions = {}) {
    this.#clock = clock;
    this.#failures = failures;
    this.#window = window;
    this.#maximumKeys = maximumKeys;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#times.size;
  }

  /** For how many milliseconds a login with this key that fails is one too many; 0: it is not. */
  blocked(key: string): number {
    const now = this.#clock.now();
    const times = this.#recent(key, now);
    const oldest = times?.[times.length - this.#failures];
    return oldest === undefined ? 0 : oldest + this.#window - now;
  }

  /** Counts a login that failed. */
  failed(key: string): void {
    const now = this.#clock.now();
    const times = this.#recent(key, now) ?? [];
    times.push(now);
    if (times.length > this.#failures) times.shift();
    this.#times.delete(key);
    this.#times.set(key, times);
    this.#forget(now);
  }

  #recent(key: string, now: number): number[] | undefined {
    const times = this.#times.get(key);
    if (!times) return undefined;
    // A clock that was set back must not block anybody for as long as it was set back.
    const ahead = Math.max(0, (times.at(-1) ?? now) - now);
    if (ahead > 0) for (const [index, time] of times.entries()) times[index] = time - ahead;
    while (times[0] !== undefined && times[0] + this.#window <= now) times.shift();
    if (times.length > 0) return times;
    this.#times.delete(key);
    return undefined;
  }

  #forget(now: number): void {
    for (const [key, times] of this.#times) {
      const expired = (times.at(-1) ?? 0) + this.#window <= now;
      if (!expired && this.#times.size <= this.#maximumKeys) return;
      this.#times.delete(key);
    }
  }
}

/**
 * The key of a remote address for a `LoginLimit`: an IPv4 address, however a socket spells it, or the /64 of an IPv6 address, since a
 * host has a whole /64 to choose from (RFC 4291).
 */
export function addressKey(address: string | undefined): string {
  const bare = (address ?? '').replace(/%.*$/u, '');
  if (!isIPv6(bare)) return bare;
  if (bare.includes('.')) return bare.slice(bare.lastIndexOf(':') + 1);
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  if (tail !== undefined) while (groups.length + rest.length < 8) groups.push('0');
  return `${[...groups, ...rest].slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
