import type { Decoded } from './decoded.ts';
import { DecodeError, emptyPayload } from './decode-error.ts';
import { excerpt } from './limits.ts';
import { findJsonProblem } from './json-problem.ts';
import { decodeStructure, type Tally } from './structure.ts';
import { parseExact } from './unsafe-number.ts';

/**
 * The samples in a JSON text (RFC 8259), in the forms that `decodePayload` tells of.
 *
 * @param bytes the same as bytes, when there are some: they are quicker to look through.
 * @throws DecodeError
 */
export function decodeJsonText(text: string, bytes?: Uint8Array): Decoded[] {
  const tally: Tally = { members: 0 };
  let decoded = decodeStructure(parseJson(text), 'json', tally);
  if (decoded === undefined) {
    tally.members = 0;
    decoded = decodeStructure(parseExact(text), 'exact', tally) ?? [];
  }
  refuseDuplicateKeys(text, tally.members, bytes);
  return decoded;
}

/**
 * Refuses a JSON text in which an object has a key twice: which of the two was meant cannot be known, and JSON.parse drops one in silence.
 *
 * A colon stands after every key. So more colons than members that came out of the text mean that a text in it has some, or that a key is
 * there twice. It takes a twentieth of the time that reading the keys would take.
 *
 * @param members of all objects that JSON.parse made of the text.
 * @throws DecodeError `duplicate-key`
 */
export function refuseDuplicateKeys(text: string, members: number, bytes?: Uint8Array): void {
  if (colonsIn(text, bytes) !== members && colonsOutsideTexts(text) !== members) throw problemOf(text, undefined);
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

function colonsIn(text: string, bytes: Uint8Array | undefined): number {
  let count = 0;
  if (bytes === undefined) {
    for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) === 0x3a) count++;
  } else {
    for (let index = 0; index < bytes.length; index++) if (bytes[index] === 0x3a) count++;
  }
  return count;
}

/** For a text that JSON.parse has taken. */
function colonsOutsideTexts(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x3a) count++;
    else if (code === 0x22) index = closingQuote(text, index);
  }
  return count;
}

function closingQuote(text: string, opening: number): number {
  let index = opening + 1;
  for (let code = text.charCodeAt(index); code !== 0x22 && index < text.length; code = text.charCodeAt(index)) index += code === 0x5c ? 2 : 1;
  return index;
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
