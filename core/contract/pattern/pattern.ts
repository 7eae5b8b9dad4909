import { messageOf } from '../../errors/holdfast-error.ts';
import { ContractError } from '../contract-error.ts';
import { growth, isLinear } from './ambiguity.ts';
import { linearEngine } from './linear.ts';
import { readPattern } from './syntax.ts';

/** Characters of a text that a `pattern` or a `format` of a contract is still tried on; a longer text fails it untried. */
export const LONGEST_TESTED = 1_024;

/** What matches a pattern: V8, where its time is certain to be linear; the linear engine; or V8 with a time that may grow faster. */
export type Engine = 'native' | 'linear' | 'backtracking';

/** A `pattern` of a schema. */
export interface ContractPattern {
  readonly engine: Engine;
  /** What it took to compile it for the linear engine: the ranges of characters in it, with repetitions written out. */
  readonly effort: number;
  /** Steps that a test of the text counts for; one step is about as much as a comparison of numbers. */
  cost(text: string): number;
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean;
}

export interface PatternOptions {
  /** Characters of a text that a pattern of linear time is tried on. */
  readonly longest: number;
  /** Run natively what neither engine is certain to do in time, on texts of up to twenty characters; else it is refused. */
  readonly allowBacktracking: boolean;
}

/** With 1,024 characters a time that grows with the square is a millisecond; with the cube, a second. */
const MOST_GROWTH = 2;
/** Characters of a text on which a time that doubles with each is still short. */
const LONGEST_DANGEROUS = 20;

/**
 * Compiles an ECMA-262 regular expression so that no text takes long: it runs on V8 where that is certain to take linear time, else on an engine
 * that always does. What only V8 can do (looking around, back references) runs there when its time grows with the square of the
 * text at most. Throws ContractError for what is no regular expression, and for one that could block on a short text.
 */
export function compilePattern(source: string, { longest, allowBacktracking }: PatternOptions): ContractPattern {
  const expression = expressionOf(source, allowBacktracking);
  const tree = readPattern(source);
  const matches = (text: string): boolean => expression.test(text);
  if (tree && expression.unicode) {
    if (isLinear(tree)) return bounded(matches, { engine: 'native', longest, effort: 0, cost: (length) => 1 + length / 16 });
    const linear = linearEngine(tree);
    if (linear) return bounded(linear.test, { engine: 'linear', longest, effort: linear.effort, cost: (length) => 1 + linear.places * length / 4 });
  }
  const isDangerous = !tree || growth(tree) > MOST_GROWTH;
  if (isDangerous && !allowBacktracking) throw dangerous(source);
  return bounded(matches, { engine: 'backtracking', longest: isDangerous ? LONGEST_DANGEROUS : LONGEST_TESTED, effort: 0, cost: (length) => 1 + length ** 2 / 32 });
}

interface Bounds { engine: Engine; longest: number; effort: number; cost(length: number): number }

function bounded(matches: (text: string) => boolean, { engine, longest, effort, cost }: Bounds): ContractPattern {
  return { engine, effort, cost: (text) => cost(Math.min(text.length, longest)), test: (text) => text.length <= longest && matches(text) };
}

function expressionOf(source: string, allowsLegacy: boolean): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    const legacy = allowsLegacy ? legacyExpression(source) : undefined;
    if (legacy) return legacy;
    throw new ContractError('pattern', `"${source.slice(0, 120)}" is no regular expression (${messageOf(cause).slice(0, 120)}). Correct it.`, { cause });
  }
}

/** Escapes that mean nothing are wrong only with the flag `u`. */
function legacyExpression(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

function dangerous(source: string): ContractError {
  return new ContractError('pattern', `"${source.slice(0, 120)}" could block everything on a short text: it repeats within or beside a repetition, and looks around, refers back or counts too far to be tried in another way. Take the (?=…), (?!…) or \\1 out, count to 1,000 at most, or put several patterns into allOf.`);
}

/** Patterns that one contract may have. */
const MOST_PATTERNS = 1_000;
/** Characters of all of them together, without those that repeat. */
const LONGEST_PATTERNS = 50_000;
/** A tenth or two of a second to compile. */
const MOST_EFFORT = 100_000;
/** Unicode properties in all patterns; each takes some tens of milliseconds to be looked up for the first time. */
const MOST_PROPERTIES = 20;

/** Compiles the patterns of one contract, each once, with a bound on all of them: reading a pattern takes time too. */
export function boundedPatterns(): (source: string) => ContractPattern {
  const compiled = new Map<string, ContractPattern>();
  let characters = 0;
  let effort = 0;
  let properties = 0;
  return (source) => {
    const known = compiled.get(source);
    if (known) return known;
    characters += source.length;
    properties += source.match(/\\p\{/gi)?.length ?? 0;
    if (compiled.size >= MOST_PATTERNS || characters > LONGEST_PATTERNS || properties > MOST_PROPERTIES) throw tooMany();
    const pattern = compilePattern(source, { longest: LONGEST_TESTED, allowBacktracking: false });
    effort += pattern.effort;
    if (effort > MOST_EFFORT) throw tooMany();
    compiled.set(source, pattern);
    return pattern;
  };
}

function tooMany(): ContractError {
  return new ContractError('pattern', `it has more than ${MOST_PATTERNS} patterns, patterns of more than ${LONGEST_PATTERNS} characters together, or such that count very far or ask for many properties of Unicode. Take some out.`);
}
