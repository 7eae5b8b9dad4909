import { excerpt } from '../../decode/limits.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Outcome } from './target.ts';

/** What an HTTP server answered. */
export interface HttpAnswer {
  status: number;
  retryAfter: string | undefined;
  /** The first bytes of its body, as text. */
  body: string;
}

/** What is wrong with the body itself: one of the samples may be to blame (RFC 9110, section 15.5; RFC 6585). */
const BODY_AT_FAULT: ReadonlySet<number> = new Set([400, 409, 413, 414, 422, 431]);
const SHOWN = 160;

/** The cure for what is wrong with the address or the credentials, and holds for every sample alike. */
const CURES: Readonly<Record<number, string>> = {
  401: 'Enter the user and the password, or the id and the secret, that it knows.',
  403: 'This user may not send there. Ask whoever runs it.',
  404: 'There is nothing at this address. Mend the address.',
  405: 'It takes no POST there. Mend the address.',
  407: 'A proxy in between wants a login.',
  415: 'It does not take this format or this compression. Choose another one in the node.',
};

/**
 * What an answer means for a batch. 2xx: delivered. What blames the body, or is a Holdfast's refusal of a device: refused. All else may be mended, or
 * passes: later.
 */
export function outcomeOf({ status, retryAfter, body }: HttpAnswer, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const error = errorOf(body);
  const said = error === undefined ? (body === '' ? '' : ` ${excerpt(body, SHOWN)}`) : ` ${error.message}`;
  const wait = retryAfterOf(retryAfter, now);
  if (BODY_AT_FAULT.has(status) || (status === 403 && isOfDevice(error))) return { kind: 'refused', reason: `Upstream answered ${status}.${said}` };
  const cure = CURES[status];
  const reason = cure === undefined ? `upstream answered ${status}.${said}` : `upstream answered ${status}. ${cure}${said}`;
  return { kind: 'later', reason, ...(wait !== undefined && { retryAfter: wait }) };
}

/** A Holdfast says of a device alone that it may not be sent for, or is in quarantine. */
function isOfDevice(error: HoldfastRefusal | undefined): boolean {
  return error !== undefined && error.code === 'HOLDFAST_REFUSED' && error.device !== undefined;
}

interface HoldfastRefusal {
  code: string;
  message: string;
  /** The device that the refusal is about. */
  device: string | undefined;
}

/** The body of a Holdfast's refusal: `{"error":{"code","reason","message"}}`. */
function errorOf(body: string): HoldfastRefusal | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return undefined;
    const { error } = parsed;
    if (typeof error !== 'object' || error === null || !('message' in error) || typeof error.message !== 'string') return undefined;
    return {
      message: excerpt(error.message, SHOWN),
      code: 'code' in error && typeof error.code === 'string' ? error.code : '',
      device: 'device' in error && typeof error.device === 'string' ? error.device : undefined,
    };
  } catch {
    return undefined;
  }
}
