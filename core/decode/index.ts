import { types } from 'node:util';
import type { Profile } from '../profile/profile.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { decodeFormat } from './dispatch.ts';
import type { PayloadFormat } from './format.ts';
import { judge } from './judge.ts';
import { decodeStructure } from './structure.ts';

export { formatOfCoap, formatOfContentType } from './content-type.ts';
export type { DecodeContext, Decoded } from './decoded.ts';
export { DecodeError, type DecodeReason } from './decode-error.ts';
export { CHOSEN_FORMATS, FORMATS, type PayloadFormat } from './format.ts';
export { guessFormat } from './guess.ts';
export { LIMITS } from './limits.ts';
export { prepareFormats } from './optional-libraries.ts';
export { parseTime } from './time.ts';

/**
 * Reads a payload as its format says, or as what its bytes look like (`auto`); docs/payloads.md tells how each is read. JSON may be
 * - a flat object: `{"temperature":21.4,"running":true,"ts":1764000000000,"seq":7}`; nested objects are flattened with dots;
 * - ThingsBoard's telemetry form: `{"ts":1764000000000,"values":{"temperature":21.4}}`, with `seq` if wanted;
 * - an array of those, one sample each, in their order;
 * - one number, true, false or text, which becomes the metric `value`.
 *
 * `ts` and `seq` are never metrics; null for either is the same as none. See `parseTime` for what `ts` may be. CBOR and MessagePack need
 * their libraries loaded before, by `prepareFormats`. Sparkplug B is refused here (`unsupported-format`): what one of its messages means
 * depends on those before it. What another Holdfast forwarded may be of any age: it was judged when it was new.
 *
 * @throws DecodeError, and nothing else; limits are in `LIMITS`.
 */
export function decodePayload(bytes: Uint8Array | string, context: DecodeContext): Decoded[] {
  const decoded = decodeFormat(bytes, context.format, context);
  return judge(decoded, context.format === 'forwarded' && context.profile ? { ...context, profile: { ...context.profile, maximumAge: 0 } } : context);
}

/** `decodePayload` for JSON, received at `received` (ms since the epoch), without a profile. */
export function decodeJson(bytes: Uint8Array | string, received: number): Decoded[] {
  return decodePayload(bytes, { received, format: 'json' });
}

/** What may be known of a value in a flow. */
export interface ValueOptions {
  /** How text and bytes are written; undefined: as `decodeValue` says. */
  format?: PayloadFormat;
  profile?: Profile;
}

/**
 * The same for a value that a flow holds already. Without a format text and bytes are read as JSON, except that a text that does not
 * start like JSON is itself a reading ("on"). A Date is written as RFC 3339 text (as `ts` it is a time), a bigint as a number or exact text,
 * and undefined is null. Functions, class instances and objects that contain themselves are refused. An integer beyond 2^53 that is a
 * number already stays one, flagged `big-integer`. Throws DecodeError, and nothing else.
 */
export function decodeValue(value: unknown, received: number, { format, profile }: ValueOptions = {}): Decoded[] {
  try {
    const context: DecodeContext = { received, format: format ?? 'json', ...(profile === undefined ? {} : { profile }) };
    if (types.isUint8Array(value)) return decodePayload(value, context);
    if (typeof value === 'string' && (format !== undefined || looksLikeJson(value))) return decodePayload(value, context);
    return judge(decodeStructure(typeof value === 'string' ? { value } : value, 'script') ?? [], context);
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    // A getter or a proxy can throw whatever it likes.
    throw new DecodeError('type', 'The payload cannot be read: looking at one of its properties failed. Send plain data.', { cause });
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*(?:[[{"]|$|(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*$)/.test(text);
}
