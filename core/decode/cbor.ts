import { CheckedTokenizer, syntax } from './cbor-tokenizer.ts';
import { CBOR_TAGS } from './cbor-tags.ts';
import type { Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { excerpt } from './limits.ts';
import { cborgLibrary } from './optional-libraries.ts';
import { decodeStructure } from './structure.ts';

/**
 * Reads a payload in CBOR (RFC 8949), in the same shapes as JSON. Beyond what JSON has:
 * - a byte string is base64url text, flagged `bytes`; undefined is null;
 * - integers of any size are exact, NaN and infinities null, as in JSON;
 * - a time (tags 0 and 1) is RFC 3339 text, and as `ts` a time; see `CBOR_TAGS` for the other tags that are understood;
 * - keys that are not text, and keys that are there twice in one map, are refused.
 *
 * @throws DecodeError, and nothing else.
 */
export function decodeCbor(bytes: Uint8Array): Decoded[] {
  return decodeStructure(readCbor(bytes, 'object'), 'script') ?? [];
}

const OPTIONS = { allowBigInt: true, coerceUndefinedToNull: true, rejectDuplicateMapKeys: true, tags: CBOR_TAGS };

/**
 * The one data item that the bytes hold: plain objects and arrays (or Maps, where keys need not be text), numbers, bigints, texts, booleans,
 * null, Dates, and ByteString and UnsafeNumber for what JavaScript has no value for.
 *
 * @throws DecodeError, and nothing else.
 */
export function readCbor(bytes: Uint8Array, maps: 'object' | 'map'): unknown {
  const cborg = cborgLibrary();
  if (bytes.length === 0) throw new DecodeError('empty', 'The payload is empty. Send a CBOR map with at least one reading.');
  const options = { ...OPTIONS, useMaps: maps === 'map' };
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tokenizer = new CheckedTokenizer(cborg, plain, options);
  let found: readonly unknown[];
  try {
    found = cborg.decodeFirst(plain, { ...options, tokenizer });
  } catch (cause) {
    throw cause instanceof DecodeError ? cause : refusal(cause, tokenizer.pos(), bytes.length);
  }
  if (!tokenizer.done()) throw syntax(`something follows its end, at byte ${tokenizer.pos()}`, tokenizer.pos());
  return found[0];
}

/** A sentence for what cborg throws, which is an Error with a text. */
function refusal(cause: unknown, position: number, length: number): DecodeError {
  const text = cause instanceof Error ? cause.message.replace(/^CBOR decode error: /, '') : 'it is damaged';
  const where = { cause, position };
  const twice = /^found repeat map key "(.*)"$/s.exec(text)?.[1];
  if (twice !== undefined) return new DecodeError('duplicate-key', `The key "${excerpt(twice)}" is there twice in one map, before byte ${position}. Send each reading once.`, where);
  if (text.startsWith('non-string keys')) {
    return new DecodeError('type', `A map has a key that is not text, before byte ${position}. Send the names of metrics as text.`, where);
  }
  const tag = /^tag not supported \((\d+)\)/.exec(text)?.[1];
  if (tag !== undefined) return new DecodeError('type', `The CBOR tag ${tag} before byte ${position} is not understood. Send the value without the tag.`, where);
  if (/not enough (?:data|entries)|content missing|did not find any content/.test(text)) return syntax(`it ends too early, at byte ${length}`, length, { cause });
  return syntax(`${excerpt(text, 80)}, at byte ${position}`, position, { cause });
}
