import { RE2JS } from 're2js';
import { EVERY, complement } from './code-points.ts';
import type { CodePoints } from './code-points.ts';
import type { Tree } from './syntax.ts';

/** RE2 writes a counted repetition out, and refuses more. */
const MOST_REPEATED = 1_000;
/** Ranges of characters in a pattern with its repetitions written out: some thirty milliseconds to compile. */
const LARGEST = 20_000;

/**
 * The pattern for an engine that follows all ways at once (RE2's, Russ Cox, "Regular Expression Matching Can Be Simple And Fast", 2007), so that
 * its time is linear whatever the text. Undefined for what such an engine cannot do: looking around, back references, counts beyond 1,000, and for one
 * that would take long to compile.
 */
export function linearEngine(tree: Tree): ((text: string) => boolean) | undefined {
  const source = sizeOf(tree) > LARGEST ? undefined : written(tree);
  if (source === undefined) return undefined;
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.test(text);
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

/** Ranges of characters in a pattern, its counted repetitions written out. */
export function sizeOf(tree: Tree): number {
  switch (tree.kind) {
    case 'set': return 1 + tree.points.length;
    case 'sequence': return tree.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice': return tree.options.reduce((sum, option) => sum + sizeOf(option), 0);
    case 'repeat': return sizeOf(tree.body) * Math.max(1, tree.least, tree.most === Infinity ? 0 : tree.most);
    case 'look': return sizeOf(tree.body);
    default: return 1;
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
