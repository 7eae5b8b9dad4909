import type { AuthenticateError, Client } from 'aedes';
import type { RefusalReason } from '../intake/refusal.ts';
import { Authentication } from '../registry/authentication.ts';
import type { AuthenticationOptions } from '../registry/authentication.ts';
import type { Principal } from '../registry/principal.ts';

export interface LoginsOptions extends AuthenticationOptions {
  /** Counts a login that was refused. */
  refused: (reason: RefusalReason) => void;
}

/** Why a client is not let in: an error for its CONNACK, or `cut` where its connection has been closed without one. */
export type LoginRefusal = { error: AuthenticateError } | { cut: true };

/** No principal has a longer name. */
const LONGEST_NAME = 64;
/** Return codes of CONNACK (MQTT 3.1.1 table 3.1). */
const SERVER_UNAVAILABLE = 3;
const BAD_USER_NAME_OR_PASSWORD = 4;

/** Who a client is; whoever fails too often is cut off without an answer. */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #authentication: Authentication;

  constructor(options: LoginsOptions) {
    this.#options = options;
    this.#authentication = new Authentication(options);
  }

  login({ conn }: Pick<Client, 'conn'>, address: string | undefined, username = '', password: Uint8Array | string = ''): { principal: Principal } | LoginRefusal {
    const { refused, problem } = this.#options;
    const login = this.#authentication.login(address, username, password);
    if (!('failed' in login)) return { principal: login };
    if (login.failed === 'unreadable') {
      refused('disk');
      return { error: refusal('Server unavailable', SERVER_UNAVAILABLE) };
    }
    refused('login');
    const who = username === '' ? 'without a user name' : `that calls itself ${JSON.stringify(username.slice(0, LONGEST_NAME))}`;
    const often = login.failed === 'too-often';
    const fate = often ? ' Too many logins from there have failed, so it was cut off without an answer.' : '';
    problem(`A client ${who} at ${address ?? 'an unknown address'} was refused: unknown, or a wrong secret.${fate}`);
    if (!often) return { error: refusal('Bad username or password', BAD_USER_NAME_OR_PASSWORD) };
    conn.destroy();
    return { cut: true };
  }
}

function refusal(message: string, returnCode: 3 | 4): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
