import type { Decoder } from '@msgpack/msgpack';
import { fromBigInt } from './big-integer.ts';
import { ByteString } from './byte-string.ts';
import type { Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { checkStructure, syntax } from './messagepack-structure.ts';
import { messagePackLibrary } from './optional-libraries.ts';
import { decodeStructure } from './structure.ts';
import { isUnsafe, UnsafeNumber } from './unsafe-number.ts';

/**
 * Reads a payload in MessagePack, in the same shapes as JSON. Beyond what JSON has:
 * - bytes (`bin`) are base64url text, flagged `bytes`;
 * - 64-bit integers are exact, NaN and infinities null, as in JSON;
 * - the timestamp extension (-1) is RFC 3339 text, and as `ts` a time; other extensions are refused;
 * - keys that are not text, and keys that are there twice in one map, are refused.
 *
 * @throws DecodeError, and nothing else.
 */
export function decodeMessagePack(bytes: Uint8Array): Decoded[] {
  const { Decoder: DecoderClass } = messagePackLibrary();
  if (bytes.length === 0) throw new DecodeError('empty', 'The payload is empty. Send a MessagePack map with at least one reading.');
  const keys = checkStructure(bytes);
  const tally = { members: 0 };
  const decoded = decodeStructure(toPlain(parse(new DecoderClass({ useBigInt64: true }), bytes)), 'script', tally) ?? [];
  // The library keeps the last of equal keys, and so some are missing now: the second walk says which.
  if (tally.members !== keys) checkStructure(bytes, true);
  return decoded;
}

function parse(decoder: Decoder, bytes: Uint8Array): unknown {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : 'it is damaged';
    if (text.includes('__proto__')) throw new DecodeError('forbidden-key', 'The key "__proto__" is refused: it could change objects of the server. Rename the metric.', { cause });
    throw syntax(text, 0);
  }
}

/** Puts a ByteString in the place of bytes, and numbers or UnsafeNumbers in that of bigints and large floats. The depth is bounded already. */
function toPlain(value: unknown): unknown {
  // Integers that are unsafe came as bigint: this is a float, which lost no digits.
  if (typeof value === 'number') return isUnsafe(value) && Number.isFinite(value) ? new UnsafeNumber(value.toExponential(), value) : value;
  if (typeof value === 'bigint') return fromBigInt(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return new ByteString(value);
  if (Array.isArray(value)) return value.map(toPlain);
  const map = value as Record<string, unknown>;
  for (const key in map) map[key] = toPlain(map[key]);
  return map;
}
