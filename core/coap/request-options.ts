import { blockOf, type Block } from './block.ts';
import { decodeUint, OPTION, type CoapOption } from './message.ts';

/** What the options of a request ask for, as far as it matters here. */
export interface RequestOptions {
  /** Uri-Path, a text each. */
  path: string[];
  /** Uri-Query, a text each. */
  query: string[];
  contentFormat: number | undefined;
  block1: Block | undefined;
  /** Size1: what the whole body is said to measure, in bytes. */
  size1: number | undefined;
  /** It is meant for a proxy. */
  proxied: boolean;
  /** The number of a critical option that is not understood (RFC 7252 section 5.4.1). */
  unsupported: number | undefined;
}

/** Bytes of a value, and whether the option may stand more than once (RFC 7252 table 4, RFC 7959 table 1). */
interface Rule {
  from: number;
  to: number;
  repeatable?: true;
}

const UNDERSTOOD: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [OPTION.uriHost, { from: 1, to: 255 }],
  [OPTION.uriPort, { from: 0, to: 2 }],
  [OPTION.uriPath, { from: 0, to: 255, repeatable: true }],
  [OPTION.contentFormat, { from: 0, to: 2 }],
  [OPTION.uriQuery, { from: 0, to: 255, repeatable: true }],
  [OPTION.accept, { from: 0, to: 2 }],
  [OPTION.block2, { from: 0, to: 3 }],
  [OPTION.block1, { from: 0, to: 3 }],
  [OPTION.proxyUri, { from: 1, to: 1_034 }],
  [OPTION.proxyScheme, { from: 1, to: 255 }],
  [OPTION.size1, { from: 0, to: 4 }],
]);

/**
 * Reads the options of a request. One whose value has a length that cannot be, or that stands twice where it may not, counts as not
 * understood (RFC 7252 sections 5.4.3 and 5.4.5): an elective one is passed over, a critical one (an odd number) makes the request fail.
 */
export function readOptions(options: readonly CoapOption[]): RequestOptions {
  const read: RequestOptions = { path: [], query: [], contentFormat: undefined, block1: undefined, size1: undefined, proxied: false, unsupported: undefined };
  let before = -1;
  for (const { number, value } of options) {
    const rule = UNDERSTOOD.get(number);
    const understood = rule !== undefined && value.length >= rule.from && value.length <= rule.to && (rule.repeatable === true || number !== before);
    before = number;
    if (understood) take(read, number, value);
    else if (number % 2 === 1) read.unsupported ??= number;
  }
  return read;
}

function take(read: RequestOptions, number: number, value: Uint8Array): void {
  switch (number) {
    case OPTION.uriPath:
      read.path.push(textOf(value));
      return;
    case OPTION.uriQuery:
      read.query.push(textOf(value));
      return;
    case OPTION.contentFormat:
      read.contentFormat = decodeUint(value);
      return;
    case OPTION.block1:
      read.block1 = blockOf(value);
      return;
    case OPTION.size1:
      read.size1 = decodeUint(value);
      return;
    case OPTION.proxyUri:
    case OPTION.proxyScheme:
      read.proxied = true;
      return;
    // Uri-Host and Uri-Port name this server, whatever it is called; no answer has a representation that Accept or Block2 could choose.
    default:
  }
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}
