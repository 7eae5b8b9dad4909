import { RE2JS } from 're2js';
import { EVERY, complement } from './code-points.ts';
import type { CodePoints } from './code-points.ts';
import { sizeOf } from './syntax.ts';
import type { Tree } from './syntax.ts';

/** RE2 writes a counted repetition out, and refuses more. */
const MOST_REPEATED = 1_000;
/** Ranges of characters in a pattern with its repetitions written out: some thirty milliseconds to compile. */
const MOST_RANGES = 20_000;
/** Places in a pattern that a character may be at, all of which are looked at with each character: some five milliseconds for a text of 1,024. */
const MOST_PLACES = 400;

/** A pattern in the linear engine: what it takes to compile, and how many places are looked at with each character. */
export interface LinearPattern { readonly effort: number; readonly places: number; test(text: string): boolean }

/**
 * The pattern for an engine that follows all ways at once (RE2's, Russ Cox, "Regular Expression Matching Can Be Simple And Fast", 2007), so that
 * its time is linear whatever the text. Undefined for what such an engine cannot do: looking around, back references, counts beyond 1,000; and
 * for a pattern so large that even that would take long.
 */
export function linearEngine(tree: Tree): LinearPattern | undefined {
  const effort = sizeOf(tree, (points) => 1 + points.length);
  const places = sizeOf(tree, () => 1);
  const source = effort > MOST_RANGES || places > MOST_PLACES ? undefined : written(tree);
  if (source === undefined) return undefined;
  try {
    const compiled = RE2JS.compile(source);
    // Not test(), which builds a DFA: up to 8 MB for each pattern, and tens of milliseconds where its states are many.
    return { effort, places, test: (text) => compiled.matcher(text).find() };
  } catch {
    return undefined;
  }
}

/** In RE2's syntax, each character by its number: what a class means is then ECMA-262's and not RE2's. */
function written(tree: Tree): string | undefined {
  switch (tree.kind) {
    case 'set': return set(tree.points);
    case 'sequence': return joined(tree.parts, '');
    case 'choice': return joined(tree.options, '|');
    case 'repeat': {
      const body = written(tree.body);
      if (body === undefined || tree.least > MOST_REPEATED || (tree.most !== Infinity && tree.most > MOST_REPEATED)) return undefined;
      return `(?:${body}){${tree.least},${tree.most === Infinity ? '' : tree.most}}`;
    }
    case 'start': return '\\A';
    case 'end': return '\\z';
    case 'word-edge': return '\\b';
    case 'no-word-edge': return '\\B';
    default: return undefined;
  }
}

function joined(trees: readonly Tree[], between: string): string | undefined {
  const parts = trees.map(written);
  return parts.includes(undefined) ? undefined : `(?:${parts.join(between)})`;
}

function set(points: CodePoints): string {
  if (points.length === 0) return `[^${ranges(EVERY)}]`;
  const others = complement(points);
  return others.length > 0 && others.length < points.length ? `[^${ranges(others)}]` : `[${ranges(points)}]`;
}

function ranges(points: CodePoints): string {
  return points.map(([from, to]) => `\\x{${from.toString(16)}}-\\x{${to.toString(16)}}`).join('');
}
