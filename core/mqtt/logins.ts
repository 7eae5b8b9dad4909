import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { addressKey, LoginLimit } from '../overload/login-limit.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';

export interface LoginsOptions {
  registry: Pick<Registry, 'authenticate'>;
  clock: Clock;
  /** So many failed logins of an address within a minute close it; 0: none do. */
  failedLogins: number;
  problem(sentence: string): void;
}

const FAILURES_OF_A_NAME = 10;
/** No principal has a longer one. */
const LONGEST_NAME = 64;

/**
 * Who may log in. Too many failures make an address wait: its connections are closed at once, unless somebody from there is logged in,
 * since behind one address may stand a whole plant of which one device has a wrong secret. A user name waits
 * earlier, but only at the address that failed with it: a stranger who knows the name of a device cannot lock it out.
 */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #addresses: LoginLimit | undefined;
  readonly #names: LoginLimit | undefined;
  /** How many clients are logged in, by address. */
  readonly #loggedIn = new Map<string, number>();

  constructor(options: LoginsOptions) {
    this.#options = options;
    if (options.failedLogins === 0) return;
    this.#addresses = new LoginLimit(options.clock, { failures: options.failedLogins });
    this.#names = new LoginLimit(options.clock, { failures: Math.min(FAILURES_OF_A_NAME, options.failedLogins) });
  }

  /** Whether a connection from there is to be closed before it has said anything. */
  isClosed(address: string | undefined): boolean {
    const key = addressKey(address);
    return !this.#loggedIn.has(key) && (this.#addresses?.blocked(key) ?? 0) > 0;
  }

  /** Who this is; undefined for a wrong secret, a name that is not known, and one that has to wait. */
  login(address: string | undefined, username: string | undefined, password: Uint8Array | undefined): Principal | undefined {
    const { problem } = this.#options;
    const key = addressKey(address);
    const name = `${key} ${(username ?? '').slice(0, LONGEST_NAME)}`;
    if ((this.#names?.blocked(name) ?? 0) > 0) return undefined;
    const principal = this.#authenticate(username, password);
    if (principal) {
      this.#names?.succeeded(name);
      return principal;
    }
    this.#names?.failed(name);
    this.#addresses?.failed(key);
    problem(`A client ${username ? `that calls itself ${JSON.stringify(username.slice(0, LONGEST_NAME))}` : 'without a user name'} was refused: unknown, or a wrong secret.`);
    if (this.isClosed(address)) problem(`${this.#options.failedLogins} logins from ${key === '' ? 'an unknown address' : key} have failed within a minute: connections from there are closed until that is a minute ago.`);
    return undefined;
  }

  loggedIn(address: string | undefined): void {
    const key = addressKey(address);
    this.#loggedIn.set(key, (this.#loggedIn.get(key) ?? 0) + 1);
  }

  loggedOut(address: string | undefined): void {
    const key = addressKey(address);
    const left = (this.#loggedIn.get(key) ?? 0) - 1;
    if (left > 0) this.#loggedIn.set(key, left);
    else this.#loggedIn.delete(key);
  }

  #authenticate(username: string | undefined, password: Uint8Array | undefined): Principal | undefined {
    if (username === undefined || password === undefined) return undefined;
    try {
      return this.#options.registry.authenticate(username, password);
    } catch (error) {
      this.#options.problem(messageOf(error));
      return undefined;
    }
  }
}
