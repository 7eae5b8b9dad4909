import { MESSAGE_TYPES, type CoapOption, type Message, type MessageType } from './message.ts';

const VERSION = 1;
const HEADER_LENGTH = 4;
const LONGEST_TOKEN = 8;
const PAYLOAD_MARKER = 0xff;
const LARGEST_OPTION_NUMBER = 65_535;
/** No request that is served here needs more; a datagram has room for 65,000 empty ones, which would cost milliseconds to read. */
const MOST_OPTIONS = 64;
const EMPTY = new Uint8Array(0);

/** What stands in the first four bytes of a datagram, whatever comes after them; undefined when it is not CoAP version 1. */
export function headerOf(datagram: Buffer): { type: MessageType; messageId: number } | undefined {
  if (datagram.length < HEADER_LENGTH) return undefined;
  const first = datagram.readUInt8(0);
  const type = MESSAGE_TYPES[(first >> 4) & 3];
  return first >> 6 === VERSION && type ? { type, messageId: datagram.readUInt16BE(2) } : undefined;
}

/**
 * Reads a datagram as RFC 7252 section 3 has it, and undefined for anything that the RFC calls a message format error: a token of more
 * than eight bytes, an option that reaches beyond the end, a payload marker without a payload, an empty message that is not empty. Token,
 * option values and payload are views of the datagram.
 */
export function decodeMessage(datagram: Buffer): Message | undefined {
  const header = headerOf(datagram);
  if (!header) return undefined;
  const tokenLength = datagram.readUInt8(0) & 15;
  const code = datagram.readUInt8(1);
  if (code === 0) return datagram.length === HEADER_LENGTH && tokenLength === 0 ? { ...header, code, token: EMPTY, options: [], payload: EMPTY } : undefined;
  const start = HEADER_LENGTH + tokenLength;
  if (tokenLength > LONGEST_TOKEN || start > datagram.length) return undefined;
  const options: CoapOption[] = [];
  const end = decodeOptions(datagram, start, options);
  if (end === undefined || end === datagram.length - 1) return undefined;
  return { ...header, code, token: datagram.subarray(HEADER_LENGTH, start), options, payload: datagram.subarray(Math.min(end + 1, datagram.length)) };
}

/** Reads options up to the payload marker or the end, whose place it returns; undefined when they are not well-formed. */
function decodeOptions(datagram: Buffer, start: number, options: CoapOption[]): number | undefined {
  let at = start;
  let number = 0;
  while (at < datagram.length) {
    const first = datagram.readUInt8(at);
    if (first === PAYLOAD_MARKER) return at;
    at += 1;
    const parts: number[] = [];
    for (const nibble of [first >> 4, first & 15]) {
      const width = nibble < 13 ? 0 : nibble - 12;
      if (width > 2 || at + width > datagram.length) return undefined;
      parts.push(width === 0 ? nibble : width === 1 ? datagram.readUInt8(at) + 13 : datagram.readUInt16BE(at) + 269);
      at += width;
    }
    const [delta = 0, length = 0] = parts;
    number += delta;
    if (number > LARGEST_OPTION_NUMBER || at + length > datagram.length || options.length === MOST_OPTIONS) return undefined;
    options.push({ number, value: datagram.subarray(at, at + length) });
    at += length;
  }
  return at;
}

/** Writes a message as a datagram; options are put in order. */
export function encodeMessage({ type, code, messageId, token, options, payload }: Message): Buffer {
  const parts: Uint8Array[] = [Uint8Array.of((VERSION << 6) | (MESSAGE_TYPES.indexOf(type) << 4) | token.length, code, messageId >> 8, messageId & 0xff), token];
  let last = 0;
  for (const { number, value } of options.toSorted((a, b) => a.number - b.number)) {
    const delta = extended(number - last);
    const length = extended(value.length);
    parts.push(Uint8Array.of((delta.nibble << 4) | length.nibble, ...delta.more, ...length.more), value);
    last = number;
  }
  if (payload.length > 0) parts.push(Uint8Array.of(PAYLOAD_MARKER), payload);
  return Buffer.concat(parts);
}

function extended(value: number): { nibble: number; more: number[] } {
  if (value < 13) return { nibble: value, more: [] };
  if (value < 269) return { nibble: 13, more: [value - 13] };
  return { nibble: 14, more: [(value - 269) >> 8, (value - 269) & 0xff] };
}
