/** The types of a message (RFC 7252 section 3), in the order of their numbers on the wire. */
export const MESSAGE_TYPES = ['CON', 'NON', 'ACK', 'RST'] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

export interface CoapOption {
  number: number;
  value: Uint8Array;
}

/** A CoAP message, request, response or neither (RFC 7252 section 3). */
export interface Message {
  type: MessageType;
  /** Class in the upper three bits, detail in the lower five; see `CODE`. */
  code: number;
  messageId: number;
  token: Uint8Array;
  /** In ascending order of their numbers. */
  options: CoapOption[];
  payload: Uint8Array;
}

/** An answer to a request, before it is known in which message it travels. */
export interface Response {
  code: number;
  options?: CoapOption[];
  /** For an error: a sentence for whoever reads the device's log (RFC 7252 section 5.5.2). */
  diagnostic?: string;
}

/** Codes by their names in RFC 7252 and RFC 7959 (2.31, 4.08). */
export const CODE = {
  empty: 0x00,
  GET: 0x01,
  POST: 0x02,
  changed: 0x44,
  continue: 0x5f,
  badRequest: 0x80,
  unauthorized: 0x81,
  badOption: 0x82,
  forbidden: 0x83,
  notFound: 0x84,
  methodNotAllowed: 0x85,
  requestEntityIncomplete: 0x88,
  requestEntityTooLarge: 0x8d,
  unsupportedContentFormat: 0x8f,
  internalServerError: 0xa0,
  serviceUnavailable: 0xa3,
  proxyingNotSupported: 0xa5,
} as const;

/** Numbers of options by their names in RFC 7252 and RFC 7959 (Block1, Block2, Size1). */
export const OPTION = {
  uriHost: 3,
  uriPort: 7,
  uriPath: 11,
  contentFormat: 12,
  maxAge: 14,
  uriQuery: 15,
  accept: 17,
  block2: 23,
  block1: 27,
  proxyUri: 35,
  proxyScheme: 39,
  size1: 60,
} as const;

/** `0x84` as people write it: `4.04`. */
export function codeText(code: number): string {
  return `${code >> 5}.${String(code & 0x1f).padStart(2, '0')}`;
}

/** Whether a code is that of a request: class 0, but not the empty message. */
export function isRequestCode(code: number): boolean {
  return code > 0 && code < 0x20;
}

/** An option's value as the shortest unsigned integer (RFC 7252 section 3.2). */
export function encodeUint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

/** The unsigned integer that an option's value of up to four bytes spells; leading zeros are allowed. */
export function decodeUint(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
