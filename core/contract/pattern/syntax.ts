import { complement, DIGITS, EVERY, LINE_ENDS, property, SPACE, union, WORD } from './code-points.ts';
import type { CodePoints } from './code-points.ts';

/** A regular expression as a tree; capture and greed, which do not change whether a text matches, are left out. */
export type Tree =
  | { kind: 'set'; points: CodePoints }
  | { kind: 'sequence'; parts: readonly Tree[] }
  | { kind: 'choice'; options: readonly Tree[] }
  | { kind: 'repeat'; body: Tree; least: number; most: number }
  | { kind: 'start' | 'end' | 'word-edge' | 'no-word-edge' | 'back-reference' }
  | { kind: 'look'; body: Tree };

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const CLASSES: Readonly<Record<string, CodePoints>> = { d: DIGITS, D: complement(DIGITS), w: WORD, W: complement(WORD), s: SPACE, S: complement(SPACE) };
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/uy;
const LOOK = /\(\?<?[=!]/uy;
const GROUP = /\((?:\?:|\?<(?![=!])[^>]*>)?/uy;
/** Far more than anybody nests, and little to the stack. */
const DEEPEST = 200;

/** Reads a pattern that is known to be good with ECMA-262's flag `u`. Undefined for one with syntax of its own, such as inline flags. */
export function readPattern(source: string): Tree | undefined {
  try {
    const reader = new PatternReader(source);
    return reader.read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

class PatternReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Tree {
    const tree = this.#choice();
    if (this.#at < this.#source.length) throw new Unreadable();
    return tree;
  }

  #choice(): Tree {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Unreadable();
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    this.#depth -= 1;
    const [only] = options;
    return only && options.length === 1 ? only : { kind: 'choice', options };
  }

  #sequence(): Tree {
    const parts: Tree[] = [];
    while (this.#at < this.#source.length && !this.#isNext('|') && !this.#isNext(')')) parts.push(this.#quantified(this.#atom()));
    const [only] = parts;
    return only && parts.length === 1 ? only : { kind: 'sequence', parts };
  }

  #quantified(body: Tree): Tree {
    const found = this.#match(QUANTIFIER);
    if (!found) return body;
    const [, sign, low, comma, high] = found;
    if (sign !== undefined) return { kind: 'repeat', body, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
    const least = Number(low);
    const most = comma === undefined ? least : high ? Number(high) : Infinity;
    return { kind: 'repeat', body, least, most };
  }

  #atom(): Tree {
    if (this.#match(LOOK)) return { kind: 'look', body: this.#closed() };
    if (this.#isNext('(')) {
      const opening = this.#match(GROUP);
      if (!opening || this.#isNext('?')) throw new Unreadable();
      return this.#closed();
    }
    if (this.#take('^')) return { kind: 'start' };
    if (this.#take('$')) return { kind: 'end' };
    if (this.#take('.')) return { kind: 'set', points: complement(LINE_ENDS) };
    if (this.#take('[')) return { kind: 'set', points: this.#class() };
    if (this.#take('\\')) {
      if (this.#take('b')) return { kind: 'word-edge' };
      if (this.#take('B')) return { kind: 'no-word-edge' };
      if (this.#match(/[1-9]\d*|k<[^>]*>/uy)) return { kind: 'back-reference' };
      return { kind: 'set', points: this.#escape() };
    }
    return { kind: 'set', points: single(this.#codePoint()) };
  }

  #closed(): Tree {
    const body = this.#choice();
    if (!this.#take(')')) throw new Unreadable();
    return body;
  }

  #class(): CodePoints {
    const isNegated = this.#take('^');
    const sets: CodePoints[] = [];
    while (!this.#take(']')) {
      const from = this.#classMember();
      if (this.#isNext('-') && !this.#isNext(']', 1)) {
        this.#take('-');
        const to = this.#classMember();
        sets.push([[from[0]?.[0] ?? 0, to[0]?.[0] ?? 0]]);
      } else {
        sets.push(from);
      }
    }
    const points = union(sets);
    return isNegated ? complement(points) : points;
  }

  #classMember(): CodePoints {
    if (!this.#take('\\')) return single(this.#codePoint());
    if (this.#take('b')) return single(8);
    if (this.#take('-')) return single(0x2d);
    return this.#escape();
  }

  /** What stands behind a backslash and is a set of characters. */
  #escape(): CodePoints {
    const found = this.#match(/[pP]\{[^}]*\}/uy);
    if (found) return property(`\\${found[0]}`);
    const hexadecimal = this.#match(/x([\da-fA-F]{2})|u\{([\da-fA-F]+)\}|u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4})/uy);
    if (hexadecimal) {
      const [, byte, point, lead, trail, unit] = hexadecimal;
      if (lead !== undefined && trail !== undefined) return single((Number.parseInt(lead, 16) - 0xd800) * 0x400 + Number.parseInt(trail, 16) - 0xdc00 + 0x10000);
      return single(Number.parseInt(byte ?? point ?? unit ?? '', 16));
    }
    const control = this.#match(/c([A-Za-z])/uy);
    if (control?.[1] !== undefined) return single(control[1].charCodeAt(0) % 32);
    const letter = String.fromCodePoint(this.#codePoint());
    if (Object.hasOwn(CLASSES, letter)) return CLASSES[letter] ?? EVERY;
    if (Object.hasOwn(CONTROLS, letter)) return single(CONTROLS[letter] ?? 0);
    return single(letter.codePointAt(0) ?? 0);
  }

  #codePoint(): number {
    const point = this.#source.codePointAt(this.#at);
    if (point === undefined) throw new Unreadable();
    this.#at += point > 0xffff ? 2 : 1;
    return point;
  }

  #isNext(text: string, after = 0): boolean {
    return this.#source.startsWith(text, this.#at + after);
  }

  #take(text: string): boolean {
    if (!this.#isNext(text)) return false;
    this.#at += text.length;
    return true;
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source) ?? undefined;
    if (found) this.#at = expression.lastIndex;
    return found;
  }
}

function single(point: number): CodePoints {
  return [[point, point]];
}

/** The sum over the sets in a pattern, its counted repetitions written out. */
export function sizeOf(tree: Tree, ofSet: (points: CodePoints) => number): number {
  switch (tree.kind) {
    case 'set': return ofSet(tree.points);
    case 'sequence': return 1 + tree.parts.reduce((sum, part) => sum + sizeOf(part, ofSet), 0);
    case 'choice': return 1 + tree.options.reduce((sum, option) => sum + sizeOf(option, ofSet), 0);
    case 'repeat': return sizeOf(tree.body, ofSet) * Math.max(1, tree.least, tree.most === Infinity ? 0 : tree.most);
    case 'look': return sizeOf(tree.body, ofSet);
    default: return 1;
  }
}
