import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { addressKey } from '../overload/login-limit.ts';
import type { LoginLimit } from '../overload/login-limit.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import type { Connection } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import { refused } from './rejection.ts';
import type { Rejection } from './rejection.ts';

/** For whom a request brings readings. */
export interface Sender {
  device: string;
  principal: string;
}

/** Why it may not, and whose account that goes to: empty for a stranger. */
export interface Denied {
  rejection: Rejection;
  device: string;
}

/** How long a connection's login is taken as known, in milliseconds: a new secret, or one given by another process, counts from then on. */
const KNOWN_FOR = 10_000;
const CHALLENGE = { headers: { 'WWW-Authenticate': 'Basic realm="holdfast", charset="UTF-8"' } };

/** Who a request comes from, and for which device it may bring readings. */
export class Logins {
  readonly #registry: Pick<Registry, 'authenticate' | 'find' | 'isChild'>;
  readonly #clock: Clock;
  readonly #limit: LoginLimit;
  readonly #problem: (sentence: string) => void;

  constructor(registry: Pick<Registry, 'authenticate' | 'find' | 'isChild'>, clock: Clock, limit: LoginLimit, problem: (sentence: string) => void) {
    this.#registry = registry;
    this.#clock = clock;
    this.#limit = limit;
    this.#problem = problem;
  }

  /** @param device that the request names; undefined: the sender itself. */
  sender(connection: Connection, authorization: string | undefined, device: string | undefined): Sender | Denied {
    const principal = this.#principal(connection, authorization);
    if ('rejection' in principal) return principal;
    const { id, kind } = principal;
    if (kind === 'application') return forbidden(id, `${id} is an application and cannot send readings. Use the credentials of a device.`);
    if (kind === 'gateway') {
      if (device === undefined) return forbidden(id, `The gateway ${id} must say which device it sends for. POST to /devices/<device>/telemetry.`);
      return this.#registry.isChild(id, device) ? { device, principal: id } : notItsOwn(id, device);
    }
    return device === undefined || device === id ? { device: id, principal: id } : notItsOwn(id, device);
  }

  #principal(connection: Connection, authorization: string | undefined): Principal | Denied {
    const { login } = connection;
    if (login !== undefined && login.header === authorization && this.#clock.now() < login.until) {
      const known = this.#registry.find(login.id);
      if (known) return known;
    }
    connection.login = undefined;
    const credentials = credentialsOf(authorization);
    if (!credentials) return stranger(refused('login', 'The request says not who sends it. Send the id and the secret of the device: HTTP Basic, or "Authorization: Bearer <id>:<secret>".', CHALLENGE));
    let principal: Principal | undefined;
    try {
      principal = this.#registry.authenticate(credentials.id, credentials.secret);
    } catch (error) {
      this.#problem(messageOf(error));
      return stranger(refused('disk', 'The registry cannot be read at the moment. Send again later.', { retryAfter: 5_000 }));
    }
    if (!principal) return this.#failed(connection);
    connection.login = { header: authorization ?? '', id: principal.id, until: this.#clock.now() + KNOWN_FOR };
    return principal;
  }

  /**
   * A right login is never held against its address: behind one address stand many devices, and a secret of 256 bits is not found by trying. So the
   * limit is asked only once a login has failed; what it slows down is whoever goes on failing.
   */
  #failed(connection: Connection): Denied {
    const address = addressKey(connection.socket.remoteAddress);
    const wait = this.#limit.blocked(address);
    this.#limit.failed(address);
    if (wait === 0) return stranger(refused('login', 'The id is not known, or its secret is another. Look in the list of who may connect, or have a new secret made.', CHALLENGE));
    return stranger(refused('login', 'Too many logins from this address have failed. Put the id and the secret right, and wait.', { status: 429, retryAfter: wait, close: true }));
  }
}

function stranger(rejection: Rejection): Denied {
  return { rejection, device: '' };
}

function forbidden(principal: string, message: string): Denied {
  return { rejection: refused('forbidden', message), device: principal };
}

function notItsOwn(principal: string, device: string): Denied {
  return forbidden(principal, `${principal} may not send for the device ${JSON.stringify(device.slice(0, 64))}. Use the credentials of that device, or list it as a child of the gateway.`);
}
