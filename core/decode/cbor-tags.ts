import type { TagDecodeControl, TagDecoder } from 'cborg';
import { fromBigInt } from './big-integer.ts';
import { ByteString } from './byte-string.ts';
import { DecodeError } from './decode-error.ts';
import { LIMITS } from './limits.ts';
import { isUnsafe, UnsafeNumber } from './unsafe-number.ts';

/** Bytes of an integer that is kept exact: those of the largest double. */
const BIGNUM_BYTES = 128;

const content: TagDecoder = (decode) => decode();

/**
 * The tags of RFC 8949 (section 3.4) that are understood: date and time (0, 1), bignums (2, 3), decimal fractions (4, which SenML uses), and
 * those that only say what a text or bytes are for (21 to 24, 32 to 36) or that this is CBOR (55799). A payload with any
 * other is refused: its content may mean something else than it seems.
 */
export const CBOR_TAGS: Record<number, TagDecoder> = {
  0: dateTime,
  1: epochTime,
  2: (decode) => bignum(decode, false),
  3: (decode) => bignum(decode, true),
  4: decimalFraction,
  21: content, 22: content, 23: content, 24: content,
  32: content, 33: content, 34: content, 35: content, 36: content,
  55799: content,
};

function dateTime(decode: TagDecodeControl): string {
  const text = decode();
  if (typeof text !== 'string') throw misused(0, 'a date and time', 'a text such as "2026-01-31T12:00:00Z"');
  return text;
}

function epochTime(decode: TagDecodeControl): Date {
  const seconds = decode();
  if (typeof seconds === 'number') return new Date(Math.round(seconds * 1_000));
  // Beyond what a Date can say: an invalid one is handled as such wherever it stands.
  if (seconds instanceof UnsafeNumber) return new Date(Number.NaN);
  throw misused(1, 'a time', 'a number of seconds');
}

function bignum(decode: TagDecodeControl, negative: boolean): number | UnsafeNumber {
  const string = decode();
  if (!(string instanceof ByteString)) throw misused(negative ? 3 : 2, 'a large integer', 'bytes');
  const hex = Buffer.from(string.bytes).toString('hex').replace(/^(?:00)+/, '');
  if (hex.length > BIGNUM_BYTES * 2) return new UnsafeNumber(`${negative ? '-' : ''}0x${hex}`, negative ? -Infinity : Infinity);
  const magnitude = BigInt(`0x0${hex}`);
  return fromBigInt(negative ? -1n - magnitude : magnitude);
}

function decimalFraction(decode: TagDecodeControl): number | UnsafeNumber {
  const parts = decode();
  const pair: readonly unknown[] = Array.isArray(parts) && parts.length === 2 ? parts : [];
  const exponent = pair[0];
  const digits = digitsOf(pair[1]);
  if (typeof exponent !== 'number' || !Number.isSafeInteger(exponent) || digits === undefined) throw misused(4, 'a decimal fraction', 'two integers');
  const source = `${digits}e${exponent}`;
  const value = Number(source);
  if (!isUnsafe(value)) return value;
  const isShort = exponent >= 0 && exponent <= LIMITS.integerDigits;
  return new UnsafeNumber(isShort ? digits + '0'.repeat(exponent) : source, value);
}

function digitsOf(integer: unknown): string | undefined {
  if (typeof integer === 'number' && Number.isSafeInteger(integer)) return String(integer);
  return integer instanceof UnsafeNumber && /^-?\d+$/.test(integer.source) ? integer.source : undefined;
}

function misused(tag: number, meaning: string, expected: string): DecodeError {
  return new DecodeError('type', `The CBOR tag ${tag} says ${meaning} and stands before something else. Send ${expected} after it, or no tag.`);
}
