/** What is wrong with a text that should be JSON, and where (index of a UTF-16 unit). */
export type JsonProblem =
  | { kind: 'end' | 'unexpected'; position: number }
  /** A word such as NaN, which some devices write for a number that is none. */
  | { kind: 'not-finite'; position: number; word: string }
  | { kind: 'duplicate-key'; position: number; key: string };

const NUMERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NOT_FINITE = /[+-]?(?:NaN|Inf(?:inity)?)(?!\w)/iy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS = ['true', 'false', 'null'];

const QUOTE = 0x22, COMMA = 0x2c, COLON = 0x3a, OPEN_ARRAY = 0x5b, BACKSLASH = 0x5c, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

/**
 * The first thing that is wrong with a text by RFC 8259, or a key that an object has twice; undefined when there is none. It takes several
 * times as long as JSON.parse, and is for texts of which something is known to be wrong. Its work and memory grow with the length alone.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  /** What is open, outermost first: the keys of an object, or undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  let next: 'value' | 'first element' | 'key' | 'first key' | 'end of value' = 'value';
  for (;;) {
    at = skipBlank(text, at);
    const code = text.charCodeAt(at);
    if (next === 'end of value') {
      if (open.length === 0) return at === text.length ? undefined : unexpected(text, at);
      const isObject = open.at(-1) !== undefined;
      if (code === COMMA) next = isObject ? 'key' : 'value';
      else if (code === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) open.pop();
      else return unexpected(text, at);
      at += 1;
    } else if ((next === 'first key' && code === CLOSE_OBJECT) || (next === 'first element' && code === CLOSE_ARRAY)) {
      open.pop();
      at += 1;
      next = 'end of value';
    } else if (next === 'key' || next === 'first key') {
      if (code !== QUOTE) return unexpected(text, at);
      const end = endOfString(text, at);
      if (typeof end === 'object') return end;
      const key = keyOf(text.slice(at, end));
      const keys = open.at(-1);
      if (keys?.has(key)) return { kind: 'duplicate-key', position: at, key };
      keys?.add(key);
      at = skipBlank(text, end);
      if (text.charCodeAt(at) !== COLON) return unexpected(text, at);
      at += 1;
      next = 'value';
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      open.push(code === OPEN_OBJECT ? new Set() : undefined);
      at += 1;
      next = code === OPEN_OBJECT ? 'first key' : 'first element';
    } else {
      const end = code === QUOTE ? endOfString(text, at) : endOfScalar(text, at);
      if (typeof end === 'object') return end;
      at = end;
      next = 'end of value';
    }
  }
}

function unexpected(text: string, position: number): JsonProblem {
  return position >= text.length ? { kind: 'end', position: text.length } : { kind: 'unexpected', position };
}

function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** The index after a string's closing quote. */
function endOfString(text: string, start: number): number | JsonProblem {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return unexpected(text, at + 1);
      at = ESCAPE.lastIndex;
    } else if (code >= 0x20) at += 1;
    else return unexpected(text, at);
  }
}

function endOfScalar(text: string, start: number): number | JsonProblem {
  NOT_FINITE.lastIndex = start;
  const word = NOT_FINITE.exec(text)?.[0];
  if (word !== undefined) return { kind: 'not-finite', position: start, word };
  NUMERAL.lastIndex = start;
  if (NUMERAL.test(text)) return NUMERAL.lastIndex;
  for (const literal of WORDS) {
    if (text[start] !== literal[0]) continue;
    let length = 1;
    while (length < literal.length && text[start + length] === literal[length]) length += 1;
    return length === literal.length ? start + length : unexpected(text, start + length);
  }
  return unexpected(text, text[start] === '-' ? start + 1 : start);
}

function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const key: unknown = JSON.parse(quoted);
  return String(key);
}
