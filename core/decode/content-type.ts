import type { PayloadFormat } from './format.ts';

/**
 * `text/plain` says no more than that it is text: InfluxDB's line protocol has no media type of its own, and browsers send JSON under it.
 * So it is guessed.
 */
const MEDIA_TYPES: ReadonlyMap<string, PayloadFormat> = new Map<string, PayloadFormat>([
  ['application/json', 'json'], ['text/json', 'json'],
  ['application/x-ndjson', 'json-lines'], ['application/ndjson', 'json-lines'], ['application/jsonl', 'json-lines'],
  ['application/x-jsonlines', 'json-lines'], ['application/jsonlines', 'json-lines'],
  ['application/senml+json', 'senml-json'], ['application/senml+cbor', 'senml-cbor'],
  ['application/cbor', 'cbor'],
  ['application/msgpack', 'messagepack'], ['application/x-msgpack', 'messagepack'], ['application/vnd.msgpack', 'messagepack'],
  ['text/csv', 'csv'], ['application/csv', 'csv'],
  ['text/plain', 'auto'], ['application/octet-stream', 'auto'],
]);

const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii']);

/**
 * The format that an HTTP Content-Type (RFC 9110, section 8.3.1) names: `auto` when there is none, or one that leaves it open;
 * undefined for one that is not supported (HTTP 415), which one with a charset other than UTF-8 is too.
 */
export function formatOfContentType(contentType: string | undefined): PayloadFormat | undefined {
  if (contentType === undefined) return 'auto';
  const [mediaType = '', ...parameters] = contentType.slice(0, 1_000).toLowerCase().split(';');
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() === 'charset' && !CHARSETS.has(value.trim().replace(/^"(.*)"$/, '$1'))) return undefined;
  }
  const name = mediaType.trim();
  return name === '' ? 'auto' : MEDIA_TYPES.get(name);
}

/** Numbers of the registry "CoAP Content-Formats" (RFC 7252, section 12.3; RFC 8428, section 12.3.2). */
const CONTENT_FORMATS: ReadonlyMap<number, PayloadFormat> = new Map<number, PayloadFormat>([
  [0, 'text'], [50, 'json'], [60, 'cbor'], [110, 'senml-json'], [112, 'senml-cbor'],
]);

/** The format that CoAP's option Content-Format names: `auto` when there is none, undefined for one that is not supported (4.15). */
export function formatOfCoap(contentFormat: number | undefined): PayloadFormat | undefined {
  return contentFormat === undefined ? 'auto' : CONTENT_FORMATS.get(contentFormat);
}
