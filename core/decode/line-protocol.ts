import type { Decoded } from './decoded.ts';
import { DecodeError, emptyPayload, tooManySamples } from './decode-error.ts';
import { excerpt, LIMITS } from './limits.ts';
import { atPlace } from './line.ts';
import { numberOf } from './numeral.ts';
import { Readings } from './readings.ts';
import type { UnsafeNumber } from './unsafe-number.ts';

/**
 * The samples in InfluxDB's line protocol (docs.influxdata.com, "Line protocol"), one for each line:
 * `measurement,tag=text field=1.5,other=2i 1764000000000000000`.
 *
 * A field becomes the metric `measurement.field`, whatever else is in the payload, so that a metric keeps its name; a tag becomes a text
 * reading `measurement.tag`, so that nothing is lost. Lines that begin with # are comments.
 *
 * @throws DecodeError that names the line
 */
export function decodeLineProtocol(text: string): Decoded[] {
  const samples: Decoded[] = [];
  const cursor = new Cursor(text);
  while (cursor.toNextLine()) {
    if (samples.length === LIMITS.samplesPerPayload) throw tooManySamples();
    const { line, at } = cursor;
    try {
      samples.push(readLine(cursor));
    } catch (error) {
      throw error instanceof DecodeError && error.position === undefined ? atPlace(error, `Line ${line}`, at) : atPlace(error, `Line ${line}`, 0);
    }
  }
  if (samples.length === 0) throw emptyPayload();
  return samples;
}

/** Whether the first line that is no comment is one of the line protocol. */
export function looksLikeLineProtocol(text: string): boolean {
  const cursor = new Cursor(text);
  try {
    if (!cursor.toNextLine()) return false;
    readLine(cursor);
    return true;
  } catch {
    return false;
  }
}

function readLine(cursor: Cursor): Decoded {
  const readings = new Readings('exact');
  const names = new Set<string>();
  const measurement = cursor.word(', ', 'the measurement');
  const add = (key: string, value: string | number | boolean | UnsafeNumber, position: number): void => {
    if (names.has(key)) throw new DecodeError('duplicate-key', `"${excerpt(key)}" is there twice, the second time at position ${position}. Give each tag and field a name of its own.`, { position });
    names.add(key);
    readings.addTo(measurement, key, value);
  };
  while (cursor.take(',')) {
    const position = cursor.at;
    const key = cursor.word('=, ', 'a tag');
    cursor.expect('=', `after the tag "${excerpt(key)}"`);
    add(key, cursor.word(', ', 'the value of a tag'), position);
  }
  cursor.expectBlank('before the fields');
  do {
    const position = cursor.at;
    const key = cursor.word('=, ', 'a field');
    cursor.expect('=', `after the field "${excerpt(key)}"`);
    add(key, cursor.fieldValue(key), position);
  } while (cursor.take(','));
  const ts = cursor.timestamp();
  return readings.finish(ts, undefined);
}

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WHOLE = /^[+-]?\d+$/;
const BOOLEAN = /(?:true|True|TRUE|t|T|false|False|FALSE|f|F)/y;
const TIMESTAMP = /-?\d+/y;
const ESCAPED = /\\([, =])/g;

/** A place in a text that moves on as it is read; every character is looked at a fixed number of times. */
class Cursor {
  at = 0;
  /** Counted from 1. */
  line = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes to the next line that is neither blank nor a comment; false when there is none. The line before has been read to its end. */
  toNextLine(): boolean {
    if (this.line === 0) this.line = 1;
    for (;;) {
      this.#skipBlanks();
      const character = this.#text[this.at];
      if (character === undefined) return false;
      if (character === '#') this.#skipLine();
      else if (character !== '\n') return true;
      if (this.take('\n')) this.line += 1;
    }
  }

  /** A name up to one of some characters, in which a backslash takes the meaning from a comma, an equals sign and a space. */
  word(ends: string, what: string): string {
    const start = this.at;
    let escaped = false;
    for (; this.at < this.#text.length; this.at += 1) {
      const character = this.#text[this.at] ?? '';
      if (character === '\n' || ends.includes(character)) break;
      if (character === '\\' && ', ='.includes(this.#text[this.at + 1] ?? 'x')) {
        escaped = true;
        this.at += 1;
      }
    }
    if (this.at === start) throw this.#wrong(`${what} is missing`);
    const raw = this.#text.slice(start, this.at);
    return escaped ? raw.replace(ESCAPED, '$1') : raw;
  }

  take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character: string, where: string): void {
    if (!this.take(character)) throw this.#wrong(`"${character}" is missing ${where}`);
  }

  expectBlank(where: string): void {
    this.expect(' ', where);
    while (this.take(' '));
  }

  fieldValue(key: string): string | number | boolean | UnsafeNumber {
    if (this.#text[this.at] === '"') return this.#quoted();
    const digits = this.#match(NUMBER);
    if (digits !== undefined) {
      if (WHOLE.test(digits) && !this.take('i')) this.take('u');
      this.#endOfValue(key);
      return numberOf(digits, digits.replace('+', ''));
    }
    const word = this.#match(BOOLEAN);
    if (word === undefined) throw this.#wrong(`the value of the field "${excerpt(key)}" is no number, no true or false and no text in quotes`);
    this.#endOfValue(key);
    return word.startsWith('t') || word.startsWith('T');
  }

  /** What is left of the line: nothing, or blanks and a number. */
  timestamp(): string | undefined {
    this.#skipBlanks();
    const digits = this.#match(TIMESTAMP);
    this.#skipBlanks();
    if (this.at < this.#text.length && this.#text[this.at] !== '\n') throw this.#wrong('only a time may follow the fields');
    return digits;
  }

  #quoted(): string {
    let text = '';
    let from = this.at + 1;
    for (let at = from; at < this.#text.length; at += 1) {
      const character = this.#text[at];
      if (character === '\n') this.line += 1;
      if (character === '"') {
        text += this.#text.slice(from, at);
        this.at = at + 1;
        return text;
      }
      if (character !== '\\') continue;
      const next = this.#text[at + 1];
      if (next !== '"' && next !== '\\') continue;
      text += this.#text.slice(from, at);
      from = at + 1;
      at += 1;
    }
    throw this.#wrong('a text has no closing quote');
  }

  #endOfValue(key: string): void {
    const character = this.#text[this.at];
    if (character !== undefined && !', \t\r\n'.includes(character)) throw this.#wrong(`the value of the field "${excerpt(key)}" goes on with "${excerpt(character)}"`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  #skipBlanks(): void {
    while (this.take(' ') || this.take('\t') || this.take('\r'));
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.at);
    this.at = end === -1 ? this.#text.length : end;
  }

  #wrong(what: string): DecodeError {
    return new DecodeError('syntax', `${what}, at position ${this.at}. Write a line such as room,floor=2 temperature=21.4 1764000000000000000.`, { position: this.at });
  }
}
