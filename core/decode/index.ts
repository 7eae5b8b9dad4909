import { types } from 'node:util';
import type { DecodeContext, Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { decodeStructure } from './structure.ts';
import { parseJson, textOf } from './text.ts';
import { parseExact } from './unsafe-number.ts';

export type { DecodeContext, Decoded } from './decoded.ts';
export { DecodeError, type DecodeReason } from './decode-error.ts';
export { FORMATS, type PayloadFormat } from './format.ts';
export { LIMITS } from './limits.ts';
export { parseTime } from './time.ts';

/**
 * Reads a payload as its format says, or as what its bytes look like (`auto`).
 *
 * Sparkplug B is refused here (`unsupported-format`): what its messages mean depends on those before them.
 *
 * @throws DecodeError, and nothing else.
 */
export function decodePayload(bytes: Uint8Array | string, context: DecodeContext): Decoded[] {
  switch (context.format) {
    case 'auto':
    case 'json':
      return decodeJson(bytes, context.received);
    default:
      throw new DecodeError('unsupported-format', `A payload in the format ${context.format} cannot be read here. Choose another format.`);
  }
}

/**
 * Reads a payload of bytes or JSON text, received at `received` (ms since the epoch). It takes
 * - a flat object: `{"temperature":21.4,"running":true,"ts":1764000000000,"seq":7}`; nested objects are flattened with dots;
 * - ThingsBoard's telemetry form: `{"ts":1764000000000,"values":{"temperature":21.4}}`, with `seq` if wanted;
 * - an array of those, one sample each, in their order;
 * - one number, true, false or text, which becomes the metric `value`.
 *
 * `ts` and `seq` are never metrics; null for either is the same as none. See `parseTime` for what `ts` may be. As in every JSON
 * parser, the last of several equal keys of an object counts. Throws DecodeError, and nothing else; limits are in `LIMITS`.
 */
export function decodeJson(bytes: Uint8Array | string, received: number): Decoded[] {
  const text = typeof bytes === 'string' ? bytes : textOf(bytes);
  const decoded = decodeStructure(parseJson(text), { received }, 'json');
  return decoded ?? decodeStructure(parseExact(text), { received }, 'exact') ?? [];
}

/**
 * The same for a value that a flow holds already. Text and bytes are read as JSON, except that a text that does not start like
 * JSON is itself a reading ("on"). A Date is written as RFC 3339 text (as `ts` it is a time), a bigint as a number or exact text, and
 * undefined is null. Functions, class instances and objects that contain themselves are refused. An integer beyond 2^53 that is a
 * number already stays one, flagged `big-integer`. Throws DecodeError, and nothing else.
 */
export function decodeValue(value: unknown, received: number): Decoded[] {
  try {
    if (types.isUint8Array(value)) return decodeJson(value, received);
    if (typeof value === 'string') return looksLikeJson(value) ? decodeJson(value, received) : (decodeStructure({ value }, { received }, 'script') ?? []);
    return decodeStructure(value, { received }, 'script') ?? [];
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    // A getter or a proxy can throw whatever it likes.
    throw new DecodeError('type', 'The payload cannot be read: looking at one of its properties failed. Send plain data.', { cause });
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*(?:[[{"]|$|(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*$)/.test(text);
}

