import { STATUS_CODES } from 'node:http';
import type { DecodeError } from '../decode/index.ts';
import type { Refusal, RefusalReason } from '../intake/refusal.ts';

/** What is wrong with a request that never was a message, so that the ledger has no account for it. */
export type RequestFault = 'not-found' | 'method' | 'bad-request' | 'length-required' | 'expectation' | 'timeout' | 'header-too-large' | 'internal';

/** Why a request is not acknowledged, as the client is told. */
export interface Rejection {
  status: number;
  /** For programs, stable: `HOLDFAST_REQUEST`, `HOLDFAST_REFUSED` or `HOLDFAST_DECODE`. */
  code: string;
  reason: RefusalReason | RequestFault;
  /** A sentence: field, value, cure. */
  message: string;
  /** Where in the payload, as `DecodeError.position`. */
  position?: number;
  /** Of several devices that were sent for, the one that it is about. */
  device?: string;
  /** After how many milliseconds the same request may be worth sending again. */
  retryAfter?: number;
  headers?: Readonly<Record<string, string>>;
  /** The connection ends with this answer. */
  close?: boolean;
}

const FAULTS = {
  'not-found': 404, method: 405, 'bad-request': 400, 'length-required': 411, expectation: 417, timeout: 408, 'header-too-large': 431, internal: 500,
} as const satisfies Record<RequestFault, number>;

/**
 * Status codes as RFC 9110 and RFC 6585 mean them: 4xx for what will not be taken as it is, 429 for what its sender has to slow down with,
 * 503 for what another time may be taken.
 */
const REFUSALS: Readonly<Partial<Record<RefusalReason, number>>> = {
  login: 401, forbidden: 403, 'device-quarantined': 403, 'too-large': 413, 'unsupported-format': 415, replayed: 409, rate: 429,
  'fair-share': 503, 'inbox-full': 503, disk: 503, stopping: 503,
};
const MALFORMED = 400;

export function faulty(fault: RequestFault, message: string, more: Pick<Rejection, 'headers' | 'close'> = {}): Rejection {
  return { status: FAULTS[fault], code: 'HOLDFAST_REQUEST', reason: fault, message, ...more };
}

export function refused(reason: RefusalReason, message: string, more: Partial<Rejection> = {}): Rejection {
  return { status: REFUSALS[reason] ?? MALFORMED, code: 'HOLDFAST_REFUSED', reason, message, ...more };
}

/** What the intake refused. */
export function rejectionOf({ reason, message, retryAfter }: Refusal): Rejection {
  return refused(reason, message, retryAfter === undefined ? {} : { retryAfter });
}

/** What could not be decoded. */
export function malformed({ code, reason, message, position }: DecodeError): Rejection {
  return refused(reason, message, { code, ...(position === undefined ? {} : { position }) });
}

/** The reason under which the ledger counts it; undefined for what never was a message. */
export function accountOf({ reason }: Rejection): RefusalReason | undefined {
  return isFault(reason) ? undefined : reason;
}

function isFault(reason: RefusalReason | RequestFault): reason is RequestFault {
  return Object.hasOwn(FAULTS, reason);
}

/** The answer's body: `{"error":{"code","reason","message","position"?,"device"?}}`. */
export function bodyOf({ code, reason, message, position, device }: Rejection): Buffer {
  return Buffer.from(JSON.stringify({ error: { code, reason, message, ...(position === undefined ? {} : { position }), ...(device === undefined ? {} : { device }) } }));
}

/** The answer's header fields; `Retry-After` is in whole seconds (RFC 9110, section 10.2.3). */
export function headersOf(rejection: Rejection, length: number): Record<string, string | number> {
  const headers: Record<string, string | number> = { 'Content-Type': 'application/json', 'Content-Length': length, ...rejection.headers };
  if (rejection.retryAfter !== undefined) headers['Retry-After'] = Math.max(1, Math.ceil(rejection.retryAfter / 1_000));
  if (rejection.close === true) headers['Connection'] = 'close';
  return headers;
}

/** The whole answer in bytes, for a connection that has no request to answer. */
export function responseOf(rejection: Rejection): Buffer {
  const body = bodyOf(rejection);
  const fields = Object.entries(headersOf(rejection, body.length)).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${rejection.status} ${STATUS_CODES[rejection.status] ?? ''}\r\n${fields.join('')}\r\n`), body]);
}
