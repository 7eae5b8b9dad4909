import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';

/** How far the time of a request may be from ours, in milliseconds. */
export const WINDOW = 300_000;

/** What a request says of itself in its query: `id`, `t`, `n`, `s`, and `d` where it is sent in blocks. All of it is still a claim. */
export interface SignatureParameters {
  /** Who signed: a principal. */
  id: string;
  /** Seconds since the epoch, UTC, as they were written. */
  time: string;
  nonce: string;
  /** SHA-256 of the whole payload, base64url. */
  digest: string | undefined;
  /** HMAC-SHA-256 of `signedText`, base64url. */
  mac: string;
}

/** What is signed. */
export interface SignedRequest {
  method: 'POST';
  /** Begins with a slash. */
  path: string;
  contentFormat: number | undefined;
  id: string;
  time: string;
  nonce: string;
  digest: string;
}

const FORMS: Readonly<Record<string, { form: RegExp; says: string }>> = {
  id: { form: /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, says: 'the id of who signs' },
  t: { form: /^[0-9]{1,12}$/, says: 'the time in whole seconds since 1970' },
  n: { form: /^[A-Za-z0-9_-]{8,32}$/, says: '8 to 32 characters of base64url, never used before' },
  s: { form: /^[A-Za-z0-9_-]{43}$/, says: 'the signature, 43 characters of base64url' },
  d: { form: /^[A-Za-z0-9_-]{43}$/, says: 'the SHA-256 of the payload, 43 characters of base64url' },
};

/** Reads the parameters out of the Uri-Query options (`name=value` each), in any order; others are passed over. A text says what is wrong. */
export function readSignature(query: readonly string[]): SignatureParameters | string {
  const found = new Map<string, string>();
  for (const text of query) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const rule = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
    if (!rule) continue;
    if (found.has(name)) return `The parameter ${name} stands twice.`;
    const value = text.slice(name.length + 1);
    if (!rule.form.test(value)) return `The parameter ${name} must be ${rule.says}.`;
    found.set(name, value);
  }
  const [id, time, nonce, mac] = ['id', 't', 'n', 's'].map((name) => found.get(name));
  if (id === undefined || time === undefined || nonce === undefined || mac === undefined) return 'Not signed: the parameters id, t, n and s are needed.';
  return { id, time, nonce, mac, digest: found.get('d') };
}

/**
 * The text that is signed: eight lines without one at the end, none of whose fields can hold a line feed, so that two requests never share it.
 */
export function signedText({ method, path, contentFormat, id, time, nonce, digest }: SignedRequest): string {
  return ['holdfast coap v1', method, path, contentFormat ?? '', id, time, nonce, digest].join('\n');
}

/** SHA-256 of a payload, base64url. */
export function digestOf(payload: Uint8Array): string {
  return hash('sha256', payload, 'base64url');
}

/** The signature of a request: HMAC-SHA-256 (RFC 2104) of `signedText` with the principal's signing key, base64url. */
export function sign(signingKey: Uint8Array, request: SignedRequest): string {
  return createHmac('sha256', keyObjectOf(signingKey)).update(signedText(request)).digest('base64url');
}

/** Compares in constant time. Without a key it takes as long and is false. */
export function isSigned(signingKey: Uint8Array | undefined, request: SignedRequest, mac: string): boolean {
  const expected = sign(signingKey ?? NO_KEY, request);
  const equal = expected.length === mac.length && timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(mac, 'latin1'));
  return equal && signingKey !== undefined;
}

const NO_KEY = new Uint8Array(32);

/** A key that is used again need not be made ready again, which takes half of the time. */
const ready = new WeakMap<Uint8Array, KeyObject>();

function keyObjectOf(signingKey: Uint8Array): KeyObject {
  const known = ready.get(signingKey);
  if (known) return known;
  const made = createSecretKey(signingKey);
  ready.set(signingKey, made);
  return made;
}
