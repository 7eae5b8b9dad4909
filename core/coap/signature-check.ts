import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { RefusalReason } from '../intake/refusal.ts';
import { addressKey, LoginLimit } from '../overload/login-limit.ts';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import type { Remote } from './endpoints.ts';
import { CODE, type Message, type Response } from './message.ts';
import type { RequestOptions } from './request-options.ts';
import { problemResponse, refusalResponse } from './responses.ts';
import { digestOf, isSigned, readSignature, type SignatureParameters } from './signature.ts';
import type { Target } from './target.ts';

/** Why a request is nobody's: what is answered, if anything, and the reason for the ledger, if it counts there. */
export interface Unsigned {
  response: Response | undefined;
  reason: RefusalReason | undefined;
}

/** Who signed, and what, with the digest of the whole payload. */
export interface SignedBy {
  principal: Principal;
  signature: SignatureParameters & { digest: string };
}

/**
 * Says who signed a request. A right signature is never held against its address, whose wrong ones anybody can send in its name: only the
 * answers to wrong ones are limited, so that nobody can be made to wait, or be flooded, by requests that carry his address.
 */
export class SignatureCheck {
  readonly #registry: Pick<Registry, 'signingKey' | 'find'>;
  readonly #failures: LoginLimit;
  readonly #problem: (sentence: string) => void;

  constructor(registry: Pick<Registry, 'signingKey' | 'find'>, clock: Clock, problem: (sentence: string) => void) {
    this.#registry = registry;
    this.#failures = new LoginLimit(clock);
    this.#problem = problem;
  }

  principalOf({ payload }: Message, { query, block1, contentFormat }: RequestOptions, { path }: Target, remote: Remote): SignedBy | Unsigned {
    const signature = readSignature(query);
    if (typeof signature === 'string') return this.#failed(remote, signature);
    const whole = block1 === undefined || (block1.number === 0 && !block1.more);
    const digest = whole ? digestOf(payload) : signature.digest;
    if (digest === undefined) return this.#failed(remote, 'A body that is sent in blocks needs the parameter d, the SHA-256 of all of it.');
    try {
      const key = this.#registry.signingKey(signature.id);
      const { id, time, nonce, mac } = signature;
      const right = isSigned(key, { method: 'POST', path, contentFormat, id, time, nonce, digest }, mac);
      const principal = this.#registry.find(id);
      if (right && principal) return { principal, signature: { ...signature, digest } };
      const hint = principal && !key ? ` ${id} got its secret before secrets were made that can sign. Give it a new secret in the dialog of the backend.` : '';
      return this.#failed(remote, 'The signature is wrong, or its id is not known.', hint);
    } catch (error) {
      this.#problem(messageOf(error));
      return { response: refusalResponse({ reason: 'disk', message: 'The registry cannot be read. Try again later.' }), reason: 'disk' };
    }
  }

  #failed({ address }: Remote, diagnostic: string, hint = ''): Unsigned {
    const key = addressKey(address);
    const silent = this.#failures.blocked(key) > 0;
    this.#failures.failed(key);
    this.#problem(`A CoAP request from ${address} was refused: ${diagnostic}${hint}`);
    return { response: silent ? undefined : problemResponse(CODE.unauthorized, diagnostic), reason: 'login' };
  }
}
