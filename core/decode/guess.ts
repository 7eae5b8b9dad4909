import { isUtf8 } from 'node:buffer';
import { decodeCbor } from './cbor.ts';
import { looksLikeCsv } from './csv.ts';
import { DecodeError } from './decode-error.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import type { PayloadFormat } from './format.ts';
import { looksLikeLineProtocol } from './line-protocol.ts';
import { decodeMessagePack } from './messagepack.ts';
import { decodeSenmlCbor } from './senml.ts';
import { textOf } from './text.ts';

/** What a payload was taken for. */
export interface Guess {
  format: PayloadFormat;
  /** The payload as text, when it is text. */
  text?: string;
  /** What a binary payload holds: reading it whole is the only way to tell what it is. */
  samples?: Decoded[];
}

/** The format that `decodePayload` finds for a payload of the format `auto`. Throws DecodeError when there is none. */
export function guessFormat(bytes: Uint8Array | string): PayloadFormat {
  return guess(bytes, { received: 0, format: 'auto' }).format;
}

/** @throws DecodeError for bytes that are in none of the formats that are told apart */
export function guess(bytes: Uint8Array | string, context: DecodeContext): Guess {
  if (typeof bytes === 'string') return { format: guessText(bytes), text: bytes };
  if (isText(bytes)) {
    const text = textOf(bytes);
    return { format: guessText(text), text };
  }
  return guessBinary(bytes, context);
}

/** Text begins with a printable ASCII character or white space; else it is all text, which in UTF-8 few other bytes look like. */
function isText(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0x20;
  if (first < 0x80) return first >= 0x20 || first === 0x09 || first === 0x0a || first === 0x0d;
  return isUtf8(bytes) && !bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

const SCALAR = /^\s*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*$/;
const FIRST = /\S/;
/** A name or a base name, which some record of SenML must have. */
const SENML_NAME = /"b?n"\s*:/;

function guessText(text: string): PayloadFormat {
  const start = text.charCodeAt(0) === 0x7b ? 0 : text.search(FIRST);
  const first = text[start];
  if (first === undefined) return 'text';
  if (first === '{') return isJsonLines(text, start) ? 'json-lines' : 'json';
  if (first === '[') return SENML_NAME.test(text) && isSenml(parsed(text)) ? 'senml-json' : 'json';
  if (SCALAR.test(text)) return 'json';
  if (first === '"' && typeof parsed(text) === 'string') return 'json';
  if (looksLikeLineProtocol(text)) return 'line-protocol';
  if (looksLikeCsv(text)) return 'csv';
  return first === '"' ? 'json' : 'text';
}

/** Whether the first line is a whole object, and another follows. */
function isJsonLines(text: string, start: number): boolean {
  const end = text.indexOf('\n', start);
  if (end === -1 || !FIRST.test(text.slice(end))) return false;
  const line = text.slice(start, end).trimEnd();
  return line.endsWith('}') && parsed(line) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The labels of RFC 8428, section 4.3. */
const LABELS = new Set(['bn', 'bt', 'bu', 'bv', 'bs', 'bver', 'n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut']);
const VALUES = ['v', 'vs', 'vb', 'vd', 's'];

/** Whether every element has no other members than SenML knows, one of them a name and one a value. */
function isSenml(pack: unknown): boolean {
  if (!Array.isArray(pack)) return false;
  let isNamed = false;
  let hasValue = false;
  for (const record of pack as unknown[]) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return false;
    for (const label in record) if (!LABELS.has(label)) return false;
    isNamed ||= ('n' in record && typeof record.n === 'string') || ('bn' in record && typeof record.bn === 'string');
    hasValue ||= VALUES.some((label) => label in record);
  }
  return isNamed && hasValue;
}

type BinaryDecoder = [format: PayloadFormat, decode: (bytes: Uint8Array, context: DecodeContext) => Decoded[]];

const MESSAGEPACK: BinaryDecoder = ['messagepack', decodeMessagePack];
const SENML: BinaryDecoder = ['senml-cbor', decodeSenmlCbor];
const CBOR: BinaryDecoder = ['cbor', decodeCbor];

/**
 * Takes the first of the binary formats that can read the payload from its first byte to its last. The first byte tells where to begin: maps
 * and arrays of MessagePack are 0x80 to 0x9f and 0xdc to 0xdf, where CBOR has arrays and nothing; maps of CBOR are 0xa0 to 0xbf, which in
 * MessagePack begin a text.
 */
function guessBinary(bytes: Uint8Array, context: DecodeContext): Guess {
  const first = bytes[0] ?? 0;
  const isMessagePackFirst = (first >= 0x80 && first <= 0x9f) || (first >= 0xc0 && first <= 0xdf);
  let unread: DecodeError | undefined;
  for (const [format, decode] of isMessagePackFirst ? [MESSAGEPACK, SENML, CBOR] : [SENML, CBOR, MESSAGEPACK]) {
    try {
      return { format, samples: decode(bytes, context) };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      // What was read to its end, and then refused for what it says, explains itself better than that nothing could read it.
      if (error.reason !== 'syntax') unread ??= error;
    }
  }
  if (isUtf8(bytes)) return { format: 'text', text: textOf(bytes) };
  throw unread ?? new DecodeError('syntax', 'The payload is neither text in UTF-8 nor whole CBOR or MessagePack. Send one of these, or choose the format that it has.', { position: 0 });
}
