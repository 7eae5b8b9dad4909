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
  const found = union(planeParts().map((start) => rangesIn(start, new RegExp(`${escape}+`, 'gu'))));
  properties.set(escape, found);
  return found;
}

const PART = 0x1000;

/** Where the parts of Unicode begin that are looked at one by one, without the surrogates, which are no characters. */
function planeParts(): number[] {
  return Array.from({ length: (LAST + 1) / PART }, (_, index) => index * PART).filter((start) => start < 0xd000 || start > 0xdfff).concat(0xd000);
}

function rangesIn(start: number, expression: RegExp): CodePoints {
  const length = start === 0xd000 ? 0x800 : PART;
  const text = String.fromCodePoint(...Array.from({ length }, (_, index) => start + index));
  const width = start > 0xffff ? 2 : 1;
  return Array.from(text.matchAll(expression), (found) => [start + found.index / width, start + (found.index + found[0].length) / width - 1]);
}
