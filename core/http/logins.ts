import type { Clock } from '../clock/clock.ts';
import { Authentication } from '../registry/authentication.ts';
import type { AuthenticationOptions, FailedLogin } from '../registry/authentication.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import { forwardsItself, notForwarding, sendingRight } from '../registry/sending-rights.ts';
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

export interface LoginsOptions extends AuthenticationOptions {
  registry: Pick<Registry, 'authenticate' | 'find' | 'isChild'>;
}

/** How long a connection's login is taken as known, in milliseconds: a new secret, or one given by another process, counts from then on. */
const KNOWN_FOR = 10_000;
const CHALLENGE = { headers: { 'WWW-Authenticate': 'Basic realm="holdfast", charset="UTF-8"' } };

/** Who a request comes from, and for which device it may bring readings. */
export class Logins {
  readonly #registry: LoginsOptions['registry'];
  readonly #clock: Clock;
  readonly #authentication: Authentication;

  constructor(options: LoginsOptions) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#authentication = new Authentication(options);
  }

  /** @param device that the request names; undefined: the sender itself. */
  sender(connection: Connection, authorization: string | undefined, device: string | undefined): Sender | Denied {
    const principal = this.#principal(connection, authorization);
    if ('rejection' in principal) return principal;
    const { id } = principal;
    const right = sendingRight(principal, device, (child) => this.#registry.isChild(id, child));
    return 'forbidden' in right ? { rejection: refused('forbidden', right.forbidden), device: id } : { device: right.device, principal: id };
  }

  /** The gateway that forwards samples of its children. */
  forwarder(connection: Connection, authorization: string | undefined): Sender | Denied {
    const principal = this.#principal(connection, authorization);
    if ('rejection' in principal) return principal;
    const forbidden = notForwarding(principal);
    return forbidden === undefined ? { device: principal.id, principal: principal.id } : { rejection: refused('forbidden', forbidden), device: principal.id };
  }

  /** Why a gateway may not forward a sample of this device; undefined when it may. */
  forbids(gateway: string, device: string): string | undefined {
    if (device === gateway) return forwardsItself(gateway);
    const principal = this.#registry.find(gateway);
    if (!principal) return `${gateway} is no longer registered. Add it again.`;
    const right = sendingRight(principal, device, (child) => this.#registry.isChild(gateway, child));
    return 'forbidden' in right ? right.forbidden : undefined;
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
    const principal = this.#authentication.login(connection.socket.remoteAddress, credentials.id, credentials.secret);
    if ('failed' in principal) return stranger(rejectionOf(principal));
    connection.login = { header: authorization ?? '', id: principal.id, until: this.#clock.now() + KNOWN_FOR };
    return principal;
  }
}

function rejectionOf({ failed, retryAfter }: FailedLogin): Rejection {
  switch (failed) {
    case 'wrong':
      return refused('login', 'The id is not known, or its secret is another. Look in the list of who may connect, or have a new secret made.', CHALLENGE);
    case 'too-often':
      return refused('login', 'Too many logins from this address have failed. Put the id and the secret right, and wait.', { status: 429, retryAfter, close: true });
    case 'unreadable':
      return refused('disk', 'The registry cannot be read at the moment. Send again later.', { retryAfter });
  }
}

function stranger(rejection: Rejection): Denied {
  return { rejection, device: '' };
}
