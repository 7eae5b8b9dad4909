import { DecodeError } from './decode-error.ts';

/** One line of a text. */
export interface Line {
  text: string;
  /** Counted from 1. */
  number: number;
  /** Index of its first character in the whole text. */
  start: number;
}

/** The lines of a text without their ends (LF or CRLF), and without those that hold nothing but white space. */
export function* linesOf(text: string): Generator<Line> {
  let number = 0;
  for (let start = 0; start < text.length;) {
    number += 1;
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    if (/\S/.test(line)) yield { text: line, number, start };
    start = end + 1;
  }
}

/** The same refusal, with its place before it: `Line 3: …`. A position of the line becomes one of the text. */
export function atPlace(error: unknown, place: string, start: number): unknown {
  if (!(error instanceof DecodeError)) return error;
  return new DecodeError(error.reason, `${place}: ${error.message}`, { cause: error, position: start + (error.position ?? 0) });
}
