import { gunzipSync, inflateSync } from 'node:zlib';
import { refused } from './rejection.ts';
import type { Rejection } from './rejection.ts';

/** How a body may be compressed: the names of RFC 9110, section 8.4.1. */
export type ContentCoding = 'identity' | 'gzip' | 'deflate';

/** No telemetry shrinks to a hundredth; deflate itself reaches a thousandth. */
const RATIO = 100;
/** The ratio does not matter up to here, in bytes. */
const SMALL = 64 * 1024;

/** @returns undefined for a coding, or a list of several, that is not taken. */
export function contentCoding(header: string | undefined): ContentCoding | undefined {
  const coding = (header ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return 'identity';
  if (coding === 'gzip' || coding === 'x-gzip') return 'gzip';
  return coding === 'deflate' ? 'deflate' : undefined;
}

/**
 * Inflates a body in memory, and not beyond `maximum` bytes nor (above 64 KiB) a hundred times what came. It is done at once: so much takes
 * less time than a turn through the thread pool, and a client's messages keep their order.
 */
export function inflate(body: Uint8Array, coding: ContentCoding, maximum: number): Uint8Array | Rejection {
  if (coding === 'identity') return body;
  const maxOutputLength = Math.max(1, Math.min(maximum, Math.max(SMALL, body.length * RATIO)));
  try {
    return coding === 'gzip' ? gunzipSync(body, { maxOutputLength }) : inflateSync(body, { maxOutputLength });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return refused('too-large', `The body of ${body.length} bytes inflates to more than ${maxOutputLength} bytes, which is the most that is taken. Send fewer samples at once.`);
    }
    const cure = coding === 'deflate' ? 'Send the zlib format (RFC 1950), as HTTP means by deflate, or use gzip.' : 'Compress it again, or send it as it is without the header.';
    return refused('syntax', `The body is not what Content-Encoding: ${coding} says. ${cure}`);
  }
}
