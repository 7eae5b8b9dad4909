import type { Decoded } from './decoded.ts';
import { DecodeError, emptyPayload } from './decode-error.ts';
import { excerpt } from './limits.ts';
import { findJsonProblem } from './json-problem.ts';
import { decodeStructure, type Tally } from './structure.ts';
import { asciiOf, textOf } from './text.ts';
import { parseExact } from './unsafe-number.ts';

const COLON = 0x3a;

/**
 * The samples in JSON (RFC 8259) in the forms that `decodePayload` tells of.
 *
 * @throws DecodeError
 */
export function decodeJsonBytes(bytes: Uint8Array): Decoded[] {
  let colons = 0;
  let bits = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    bits |= byte;
    if (byte === COLON) colons++;
  }
  return decode(bits < 0x80 ? asciiOf(bytes) : textOf(bytes), colons);
}

/** The same for JSON that is a text already. */
export function decodeJsonText(text: string): Decoded[] {
  return decode(text, undefined);
}

/** @param colons how many the text has, where that was counted on the way. */
function decode(text: string, colons: number | undefined): Decoded[] {
  const tally: Tally = { members: 0 };
  let decoded = decodeStructure(parseJson(text), 'json', tally);
  if (decoded === undefined) {
    tally.members = 0;
    decoded = decodeStructure(parseExact(text), 'exact', tally) ?? [];
  }
  if (colons !== tally.members) refuseDuplicateKeys(text, tally.members);
  return decoded;
}

/**
 * Refuses a JSON text in which an object has a key twice: which of the two was meant cannot be known, and JSON.parse drops one in silence.
 *
 * A colon stands after every key. So more colons outside of texts than members that came out mean that a key is there twice. Counting takes a
 * twentieth of the time that reading the keys would take.
 *
 * @param text that JSON.parse has taken.
 * @param members of all objects that JSON.parse made of it.
 * @param bytes the text as it came, which is quicker to look through; where no text has a colon, that is all.
 * @throws DecodeError `duplicate-key`
 */
export function refuseDuplicateKeys(text: string, members: number, bytes?: Uint8Array): void {
  if (bytes !== undefined && colonsIn(bytes) === members) return;
  if (colonsOutsideTexts(text) !== members) throw problemOf(text, undefined);
}

/** JSON.parse whose error is a DecodeError `syntax` (`empty` for blank text) that says where the text went wrong. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (text.trim() === '') throw emptyPayload(cause);
    throw problemOf(text, cause);
  }
}

function colonsIn(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === COLON) count++;
  return count;
}

function colonsOutsideTexts(text: string): number {
  const { length } = text;
  let count = 0;
  let isInside = false;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) isInside = !isInside;
    else if (code === 0x5c) index++;
    else if (code === COLON && !isInside) count++;
  }
  return count;
}

function problemOf(text: string, cause: unknown): DecodeError {
  const problem = findJsonProblem(text);
  const position = problem?.position;
  const options = { position, ...(cause === undefined ? {} : { cause }) };
  if (problem?.kind === 'duplicate-key') {
    return new DecodeError('duplicate-key', `The payload has the key "${excerpt(problem.key)}" twice in one object, the second time at position ${problem.position}. Send each key once.`, options);
  }
  if (problem?.kind === 'not-finite') {
    return new DecodeError('syntax', `The payload is not JSON: it has ${problem.word} at position ${problem.position}, and JSON knows no such number. Send null, or leave the metric out.`, options);
  }
  return new DecodeError('syntax', `The payload is not JSON: ${sentenceOf(text, problem)}. Send a JSON object, such as {"temperature":21.4}.`, options);
}

function sentenceOf(text: string, problem: ReturnType<typeof findJsonProblem>): string {
  const shown = `"${excerpt(text)}"`;
  if (problem === undefined) return `${shown} cannot be read`;
  if (problem.kind === 'end') return `${shown} ends too early, at position ${problem.position}`;
  const found = String.fromCodePoint(text.codePointAt(problem.position) ?? 0xfffd);
  return `${shown} has "${excerpt(found)}" where it cannot be, at position ${problem.position}`;
}
