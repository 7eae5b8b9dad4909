import type { IncomingHttpHeaders } from 'node:http';
import { formatOfContentType } from '../decode/index.ts';
import type { PayloadFormat } from '../decode/index.ts';
import { contentCoding } from './inflate.ts';
import type { ContentCoding } from './inflate.ts';
import { faulty, refused } from './rejection.ts';
import type { Rejection } from './rejection.ts';

/** What the header of a telemetry request says of its body. */
export interface TelemetryHeaders {
  /** `auto`: it leaves that open. */
  format: PayloadFormat;
  coding: ContentCoding;
  /** The value of Idempotency-Key. */
  key: string | undefined;
  /** Whether some of it may have been sent before: what a Holdfast that forwards says in `Holdfast-Repeated`. */
  repeated: boolean;
}

/** Longest Idempotency-Key, in characters. */
const KEY_LENGTH = 255;
const KEY = /^[\x21-\x7e]+$/;

/** Reads the header fields of a POST of telemetry whose body may have `maximum` bytes. */
export function telemetryHeaders(headers: IncomingHttpHeaders, maximum: number): TelemetryHeaders | Rejection {
  const { 'content-type': type, 'content-length': length, 'content-encoding': encoding, 'transfer-encoding': transfer, 'idempotency-key': idempotencyKey } = headers;
  if (length === undefined && transfer === undefined) return faulty('length-required', 'The request has no body. Send readings, with a Content-Length or chunked.');
  if (length !== undefined && Number(length) > maximum) {
    return refused('too-large', `The body of ${length} bytes is larger than the ${maximum} bytes that are taken at once. Send fewer samples in a request.`);
  }
  const format = formatOfContentType(type);
  if (format === undefined) {
    const name = JSON.stringify((type ?? '').slice(0, 80));
    return refused('unsupported-format', `The Content-Type ${name} is none that can be read. Send application/json, or the one of another format that the documentation lists.`);
  }
  const coding = contentCoding(encoding);
  if (coding === undefined) {
    const message = `The Content-Encoding ${JSON.stringify((encoding ?? '').slice(0, 80))} cannot be undone here. Send gzip, deflate or none.`;
    return refused('unsupported-format', message, { headers: { 'Accept-Encoding': 'gzip, deflate' } });
  }
  const repeated = headers['holdfast-repeated'] !== undefined;
  if (idempotencyKey === undefined) return { format, coding, key: undefined, repeated };
  const key = typeof idempotencyKey === 'string' ? keyOf(idempotencyKey.trim()) : undefined;
  if (key === undefined) return faulty('bad-request', `The Idempotency-Key is not one. Send 1 to ${KEY_LENGTH} visible ASCII characters in quotes, such as "8e03978e-40d5-43dd".`);
  return { format, coding, key, repeated };
}

/** A String of Structured Field Values (RFC 8941, section 3.3.3), or the same without quotes, as many clients send it. */
function keyOf(field: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(field)?.[1]?.replace(/\\(.)/g, '$1');
  const key = quoted ?? (field.startsWith('"') ? '' : field);
  return key.length <= KEY_LENGTH && KEY.test(key) ? key : undefined;
}
