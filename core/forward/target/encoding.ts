import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Item } from './target.ts';

export const CODINGS = ['none', 'gzip', 'deflate', 'zstd'] as const;

/** How a body is compressed: names of RFC 9110, section 8.4.1, and RFC 9659. */
export type Coding = (typeof CODINGS)[number];

/** Whether this Node.js can compress with zstd; it is there from 22.15 on. */
export const HAS_ZSTD = typeof zstdCompressSync === 'function';

/** Below this, compressing gains nothing. */
const SMALL = 256;
const FASTEST = { level: 1 };
const NEW_LINE = Buffer.from('\n');
const COMMA = Buffer.from(',');
const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

/** Items as JSON lines: one object in each line. */
export function jsonLines(items: readonly Pick<Item, 'line'>[]): Buffer {
  return joined(items, NEW_LINE);
}

/** Items as one JSON array. */
export function jsonArray(items: readonly Pick<Item, 'line'>[]): Buffer {
  return Buffer.concat([OPEN, joined(items, COMMA), CLOSE]);
}

/** A body, compressed where that is worth it, and what it is compressed with then. A batch is small: it is done at once, in about a millisecond. */
export function compressed(body: Buffer, coding: Coding): { body: Buffer; coding: Coding } {
  if (coding === 'none' || body.length < SMALL) return { body, coding: 'none' };
  switch (coding) {
    case 'gzip':
      return { body: gzipSync(body, FASTEST), coding };
    case 'deflate':
      return { body: deflateSync(body, FASTEST), coding };
    case 'zstd':
      return { body: zstdCompressSync(body), coding };
  }
}

function joined(items: readonly Pick<Item, 'line'>[], separator: Uint8Array): Buffer {
  return Buffer.concat(items.flatMap(({ line }, index) => (index === 0 ? [line] : [separator, line])));
}
