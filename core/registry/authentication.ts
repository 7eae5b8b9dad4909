import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { addressKey, LoginLimit } from '../overload/login-limit.ts';
import type { Principal } from './principal.ts';
import type { Registry } from './registry.ts';

/** A login that failed: the id or the secret is wrong, too many from there were, or the registry cannot be read. */
export interface FailedLogin {
  failed: 'wrong' | 'too-often' | 'unreadable';
  /** For how many milliseconds whoever fails is to wait; 0: not at all. */
  retryAfter: number;
}

export interface AuthenticationOptions {
  registry: Pick<Registry, 'authenticate'>;
  clock: Clock;
  /** So many failed logins of an address within a minute are too many; default 10. */
  failedLogins?: number;
  /** Told that the registry cannot be read. */
  problem: (sentence: string) => void;
}

const FAILED_LOGINS = 10;
const UNREADABLE = 5_000;

/**
 * Who somebody is, by id and secret. A right secret is never held against its address: behind one address stand many devices, and a secret of 256 bits
 * is not found by trying. So the limit is asked only once a login has failed; what it slows down is whoever goes on failing.
 */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #limit: LoginLimit;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#limit = new LoginLimit(options.clock, { failures: options.failedLogins ?? FAILED_LOGINS });
  }

  /** @param address as the socket has it. */
  login(address: string | undefined, id: string, secret: string | Uint8Array): Principal | FailedLogin {
    try {
      const principal = this.#options.registry.authenticate(id, secret);
      if (principal) return principal;
    } catch (error) {
      this.#options.problem(messageOf(error));
      return { failed: 'unreadable', retryAfter: UNREADABLE };
    }
    const key = addressKey(address);
    const retryAfter = this.#limit.blocked(key);
    this.#limit.failed(key);
    return { failed: retryAfter === 0 ? 'wrong' : 'too-often', retryAfter };
  }
}
