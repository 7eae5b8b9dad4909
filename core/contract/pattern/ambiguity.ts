import { overlap } from './code-points.ts';
import type { CodePoints } from './code-points.ts';
import { sizeOf } from './syntax.ts';
import type { Tree } from './syntax.ts';

/** Places for characters in a pattern, repetitions written out; beyond it nothing is proven. */
const MOST_POSITIONS = 1_200;
/** Pairs of places, one after the other or side by side, that are looked at. */
const MOST_PAIRS = 50_000;
/** Where a search begins anew at each character, a match may take no more than this many. */
const LONGEST_UNANCHORED = 64;
/** Comparisons that may be made from one character of the text: the ways through a pattern without a loop, times its length. */
const MOST_COMPARISONS = 1_024;

/**
 * Whether a backtracking engine is certain to match in time linear to the text: at each character there is one way to go on, so that
 * going back finds nothing to try. That is so when no two places in the pattern that may follow the same place take a common character, and
 * none follows in two ways (strongly one-unambiguous expressions; Brüggemann-Klein and Wood, "One-Unambiguous Regular Languages", 1998).
 * A search that is not tied to the start begins at each character, so it may not repeat without end. And a pattern without a loop that can be gone through
 * in few ways only, such as `^(on|off)$`, is linear too.
 */
export function isLinear(tree: Tree): boolean {
  if (waysThrough(tree) * sizeOf(tree, () => 1) <= MOST_COMPARISONS) return true;
  const options = tree.kind === 'choice' ? tree.options : [tree];
  return options.every((option) => {
    const parts = option.kind === 'sequence' ? [...option.parts] : [option];
    const isAnchored = parts[0]?.kind === 'start';
    if (isAnchored) parts.shift();
    if (parts.at(-1)?.kind === 'end') parts.pop();
    const automaton = new Positions();
    const body = automaton.add({ kind: 'sequence', parts });
    return body !== undefined && automaton.isUnambiguous(body.first) && (isAnchored || (!automaton.hasLoop && automaton.size <= LONGEST_UNANCHORED));
  });
}

/** In how many ways a pattern can be gone through; Infinity with a loop, and for what looks elsewhere. */
function waysThrough(tree: Tree): number {
  switch (tree.kind) {
    case 'sequence': return tree.parts.reduce((product, part) => product * waysThrough(part), 1);
    case 'choice': return tree.options.reduce((sum, option) => sum + waysThrough(option), 0);
    case 'repeat': {
      if (tree.most > MOST_COMPARISONS) return Infinity;
      const once = waysThrough(tree.body);
      let ways = 0;
      for (let times = tree.least; times <= tree.most; times += 1) ways += once ** times;
      return ways;
    }
    case 'look':
    case 'back-reference': return Infinity;
    default: return 1;
  }
}

interface Part { isNullable: boolean; first: number[]; last: number[] }

const EMPTY: Part = { isNullable: true, first: [], last: [] };

/** The places of a pattern and which may follow which (Glushkov's automaton). */
class Positions {
  readonly #points: CodePoints[] = [];
  readonly #follow: Set<number>[] = [];
  #isAmbiguous = false;
  #pairs = 0;
  hasLoop = false;

  get size(): number {
    return this.#points.length;
  }

  /** Undefined when the part is ambiguous, too large, or looks at more than the next character. */
  add(tree: Tree): Part | undefined {
    switch (tree.kind) {
      case 'set': return this.#place(tree.points);
      case 'sequence': return this.#inTurn(tree.parts.map((part) => () => this.add(part)));
      case 'choice': return this.#either(tree.options);
      case 'repeat': return this.#repeat(tree.body, tree.least, tree.most);
      default: return undefined;
    }
  }

  isUnambiguous(first: readonly number[]): boolean {
    return !this.#isAmbiguous && this.#areApart(first) && this.#follow.every((next) => this.#areApart([...next]));
  }

  #place(points: CodePoints): Part | undefined {
    const position = this.#points.push(points) - 1;
    this.#follow.push(new Set());
    return position < MOST_POSITIONS ? { isNullable: false, first: [position], last: [position] } : undefined;
  }

  #inTurn(parts: readonly (() => Part | undefined)[]): Part | undefined {
    let whole = EMPTY;
    for (const add of parts) {
      const next = add();
      if (!next) return undefined;
      this.#connect(whole.last, next.first);
      whole = {
        isNullable: whole.isNullable && next.isNullable,
        first: whole.isNullable ? [...whole.first, ...next.first] : whole.first,
        last: next.isNullable ? [...whole.last, ...next.last] : next.last,
      };
    }
    return whole;
  }

  #either(options: readonly Tree[]): Part | undefined {
    const parts: Part[] = [];
    for (const option of options) {
      const part = this.add(option);
      if (!part) return undefined;
      parts.push(part);
    }
    // Two ways to match nothing multiply with each further choice.
    if (parts.filter((part) => part.isNullable).length > 1) return undefined;
    return { isNullable: parts.some((part) => part.isNullable), first: parts.flatMap((part) => part.first), last: parts.flatMap((part) => part.last) };
  }

  /** As often as it has to be, and then either once more and so on, or not. */
  #repeat(body: Tree, least: number, most: number): Part | undefined {
    if (most === 0) return EMPTY;
    if (Math.max(least, most === Infinity ? 0 : most) > MOST_POSITIONS) return undefined;
    const times = most === Infinity ? Math.max(least, 1) : most;
    const parts: Part[] = [];
    for (let time = 0; time < times; time += 1) {
      const part = this.add(body);
      // What may be nothing, once or never, is nothing in two ways.
      if (!part || part.isNullable) return undefined;
      parts.push(part);
    }
    for (const [index, part] of parts.entries()) this.#connect(parts[index - 1]?.last ?? [], part.first);
    const final = parts.at(-1);
    if (most === Infinity && final) {
      this.hasLoop = true;
      this.#connect(final.last, final.first);
    }
    return {
      isNullable: least === 0 || (parts[0]?.isNullable ?? true),
      first: parts[0]?.first ?? [],
      last: parts.slice(Math.max(least, 1) - 1).flatMap((part) => part.last),
    };
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    this.#pairs += from.length * to.length;
    if (this.#pairs > MOST_PAIRS) this.#isAmbiguous = true;
    if (this.#isAmbiguous) return;
    for (const position of from) {
      const next = this.#follow[position];
      for (const following of to) {
        if (next?.has(following)) this.#isAmbiguous = true;
        next?.add(following);
      }
    }
  }

  #areApart(positions: readonly number[]): boolean {
    this.#pairs += positions.length ** 2;
    if (this.#pairs > MOST_PAIRS) return false;
    return positions.every((one, index) => positions.slice(index + 1).every((other) => !overlap(this.#points[one] ?? [], this.#points[other] ?? [])));
  }
}

/** Ways are told as a power of the longest text: one repetition without end can end at each of its characters. */
const LONGEST = Math.log(1_024);

/**
 * In how many ways a backtracking engine may have to go through a pattern, at worst, as a power of the length of the text: each
 * repetition without end that stands in the sequence counts one, and one more for a search from each character. Infinity where
 * ambiguous repetitions stand in one another.
 */
export function growth(tree: Tree): number {
  const isAnchored = tree.kind === 'start' || (tree.kind === 'sequence' && tree.parts[0]?.kind === 'start');
  return power(tree) + (isAnchored ? 0 : 1);
}

function power(tree: Tree): number {
  switch (tree.kind) {
    case 'sequence': return powerInTurn(tree.parts);
    case 'choice': return Math.log(tree.options.length) / LONGEST + Math.max(...tree.options.map(power));
    case 'look': return power(tree.body);
    case 'back-reference': return 1;
    case 'repeat': {
      const { body, least, most } = tree;
      if (most === Infinity) return isOneWay(body) ? 1 : Infinity;
      return most * power(body) + Math.log(most - least + 1) / LONGEST;
    }
    default: return 0;
  }
}

/** What looks ahead is done once for each way that leads to it; what comes after it does not multiply with it. */
function powerInTurn(parts: readonly Tree[]): number {
  let before = 0;
  let worst = 0;
  for (const part of parts) {
    worst = Math.max(worst, before + power(part));
    if (part.kind !== 'look') before += power(part);
  }
  return worst;
}

/** A set, or a sequence of sets: there is one way to go through it. */
function isOneWay(tree: Tree): boolean {
  return tree.kind === 'set' || (tree.kind === 'sequence' && tree.parts.length > 0 && tree.parts.every(isOneWay));
}
