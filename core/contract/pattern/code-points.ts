/** Code points as ranges, ascending, each `[from, to]` with both ends, none touching the next. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

const LAST = 0x10ffff;

export const EVERY: CodePoints = [[0, LAST]];
export const DIGITS: CodePoints = [[0x30, 0x39]];
export const WORD: CodePoints = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** What ECMA-262 calls WhiteSpace and LineTerminator. */
export const SPACE: CodePoints = [
  [0x9, 0xd], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff],
];
export const LINE_ENDS: CodePoints = [[0xa, 0xa], [0xd, 0xd], [0x2028, 0x2029]];

export function union(sets: readonly CodePoints[]): CodePoints {
  const merged: [number, number][] = [];
  for (const [from, to] of sets.flat().toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function complement(set: CodePoints): CodePoints {
  const others: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) others.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) others.push([next, LAST]);
  return others;
}

export function overlap(one: CodePoints, other: CodePoints): boolean {
  let index = 0;
  for (const [from, to] of one) {
    while (index < other.length && (other[index]?.[1] ?? 0) < from) index += 1;
    const next = other[index];
    if (!next) return false;
    if (next[0] <= to) return true;
  }
  return false;
}

const properties = new Map<string, CodePoints>();

/** The code points of a Unicode property escape such as `\p{Letter}`, as this Node.js knows them. There are a few hundred at most. */
export function property(escape: string): CodePoints {
  const known = properties.get(escape);
  if (known) return known;
  const expression = new RegExp(`${escape}+`, 'gu');
  const found = union([...PARTS.map(([start, length]) => rangesIn(start, length, expression)), ...UNIFORM.filter(([first]) => isIn(first, expression)).map((range) => [range])]);
  properties.set(escape, found);
  return found;
}

const PART = 0x800;
const PLANE = 0x10000;
/** Planes without an assigned character, or wholly for private use; but for the last two of each, all of them are alike. */
const UNIFORM_PLANES = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16];
const UNIFORM: CodePoints = UNIFORM_PLANES.flatMap((plane) => [[plane * PLANE, plane * PLANE + 0xfffd], [plane * PLANE + 0xfffe, plane * PLANE + 0xffff]] as const);
const MIXED_PLANES = [0, 1, 2, 3, 14];
/** The rest, in parts short enough for one text; without the surrogates, which are no characters. */
const PARTS = MIXED_PLANES.flatMap((plane) => Array.from({ length: PLANE / PART }, (_, index) => [plane * PLANE + index * PART, PART] as const)).filter(([start]) => start !== 0xd800);

function rangesIn(start: number, length: number, expression: RegExp): CodePoints {
  const text = String.fromCodePoint(...Array.from({ length }, (_, index) => start + index));
  const width = start >= PLANE ? 2 : 1;
  return Array.from(text.matchAll(expression), (found) => [start + found.index / width, start + (found.index + found[0].length) / width - 1]);
}

function isIn(point: number, expression: RegExp): boolean {
  return String.fromCodePoint(point).search(expression) === 0;
}
