import { messageOf } from '../errors/holdfast-error.ts';
import type { DecodeError } from '../decode/index.ts';
import type { Refusal, RefusalReason } from '../intake/refusal.ts';
import { block1Option, type Block } from './block.ts';
import { CODE, encodeUint, OPTION, type CoapOption, type Response } from './message.ts';

/** After how many seconds to try again where nothing better is known; without Max-Age a client would have to assume 60. */
const RETRY_AFTER = 5;

const CODES: Readonly<Partial<Record<RefusalReason, number>>> = {
  login: CODE.unauthorized,
  replayed: CODE.unauthorized,
  forbidden: CODE.forbidden,
  'device-quarantined': CODE.forbidden,
  'too-large': CODE.requestEntityTooLarge,
  'unsupported-format': CODE.unsupportedContentFormat,
  rate: CODE.serviceUnavailable,
  'fair-share': CODE.serviceUnavailable,
  'inbox-full': CODE.serviceUnavailable,
  disk: CODE.serviceUnavailable,
  stopping: CODE.serviceUnavailable,
};

/** Stored. */
export function changed(block: Block | undefined): Response {
  return { code: CODE.changed, options: blockOptions(block) };
}

/** The block is here, and the next may come. */
export function goOn(block: Block): Response {
  return { code: CODE.continue, options: blockOptions(block) };
}

export function problemResponse(code: number, diagnostic: string, block?: Block): Response {
  return { code, diagnostic, options: blockOptions(block) };
}

/** 5.03 says in Max-Age after how many seconds to try again (RFC 7252 section 5.9.3.4). */
export function refusalResponse({ reason, message, retryAfter }: Refusal, block?: Block): Response {
  const code = CODES[reason] ?? CODE.badRequest;
  const options = blockOptions(block);
  if (code === CODE.serviceUnavailable) {
    const seconds = retryAfter === undefined ? RETRY_AFTER : Math.max(1, Math.ceil(retryAfter / 1_000));
    options.push({ number: OPTION.maxAge, value: encodeUint(Math.min(seconds, 0xffff_ffff)) });
  }
  return { code, diagnostic: message, options };
}

/** The payload cannot be read. */
export function decodeResponse(error: DecodeError, block: Block | undefined): Response {
  return refusalResponse({ reason: error.reason, message: messageOf(error) }, block);
}

/** The body is larger than it may be; Size1 says how large it may be (RFC 7959 section 4). */
export function tooLarge(diagnostic: string, maximumBodySize: number, block: Block | undefined): Response {
  return { code: CODE.requestEntityTooLarge, diagnostic, options: [...blockOptions(block), { number: OPTION.size1, value: encodeUint(maximumBodySize) }] };
}

function blockOptions(block: Block | undefined): CoapOption[] {
  return block === undefined ? [] : [block1Option(block)];
}
