import type { Position } from './query.ts';
import { isAskable } from './time/time-expression.ts';

/** What a cursor brings back: the time that the question was about, and where its answer goes on. */
export interface Cursor {
  from: number;
  to: number;
  position: Position;
}

const VERSION = 1;
/** Characters of a cursor at most. */
export const LONGEST_CURSOR = 4_096;

/** A cursor as an opaque text. */
export function writeCursor({ from, to, position: { device, metric, ts } }: Cursor): string {
  return Buffer.from(JSON.stringify([VERSION, from, to, device, metric, ts])).toString('base64url');
}

/** @returns undefined when nobody was given such a text. */
export function readCursor(text: string): Cursor | undefined {
  if (text.length > LONGEST_CURSOR) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(read) || read.length !== 6) return undefined;
  const [version, from, to, device, metric, ts] = read as unknown[];
  if (version !== VERSION || !isTime(from) || !isTime(to) || from >= to || !isAskable(from) || !isAskable(to) || typeof device !== 'string' || typeof metric !== 'string' || !isTime(ts)) return undefined;
  return { from, to, position: { device, metric, ts } };
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
