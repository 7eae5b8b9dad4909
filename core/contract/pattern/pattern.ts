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
  /** Steps that one test counts for, beside the cheapest rule's one. */
  readonly cost: number;
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean;
}

export interface PatternOptions {
  /** Characters of a text that a pattern of linear time is tried on. */
  readonly longest: number;
  /** Run natively what neither engine is certain to do in time, on texts of up to LONGEST_TESTED; else it is refused. */
  readonly allowBacktracking: boolean;
}

const COSTS: Readonly<Record<Engine, number>> = { native: 1, linear: 50, backtracking: 500 };
/** With 1,024 characters a time that grows with the square is a millisecond; with the cube, a second. */
const MOST_GROWTH = 2;

/**
 * Compiles an ECMA-262 regular expression so that no text takes long: it runs on V8 where that is certain to take linear time, else on an engine
 * that always does. What only V8 can do (looking around, back references) runs there when its time grows with the square of the
 * text at most. Throws ContractError for what is no regular expression, and for one that could block on a short text.
 */
export function compilePattern(source: string, { longest, allowBacktracking }: PatternOptions): ContractPattern {
  const expression = expressionOf(source, allowBacktracking);
  const tree = expression.unicode ? readPattern(source) : undefined;
  if (tree && isLinear(tree)) return bounded('native', longest, (text) => expression.test(text));
  const linear = tree && linearEngine(tree);
  if (linear) return bounded('linear', longest, linear);
  if (!allowBacktracking && (!tree || growth(tree) > MOST_GROWTH)) throw dangerous(source);
  return bounded('backtracking', LONGEST_TESTED, (text) => expression.test(text));
}

function bounded(engine: Engine, longest: number, matches: (text: string) => boolean): ContractPattern {
  return { engine, cost: COSTS[engine], test: (text) => text.length <= longest && matches(text) };
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
  return new ContractError('pattern', `"${source.slice(0, 120)}" could block everything on a short text: it looks around or refers back, and repeats within or beside a repetition. Take the (?=…), (?!…) or \\1 out, or put several patterns into allOf.`);
}

/** Patterns that one contract may have. */
const MOST_PATTERNS = 1_000;
/** Characters of all of them together, without those that repeat. */
const LONGEST_PATTERNS = 50_000;

/** Compiles the patterns of one contract, each once, with a bound on all of them: reading a pattern takes time too. */
export function boundedPatterns(): (source: string) => ContractPattern {
  const compiled = new Map<string, ContractPattern>();
  let characters = 0;
  return (source) => {
    const known = compiled.get(source);
    if (known) return known;
    characters += source.length;
    if (compiled.size >= MOST_PATTERNS || characters > LONGEST_PATTERNS) {
      throw new ContractError('pattern', `it has more than ${MOST_PATTERNS} patterns, or patterns of more than ${LONGEST_PATTERNS} characters together. Take some out.`);
    }
    const pattern = compilePattern(source, { longest: LONGEST_TESTED, allowBacktracking: false });
    compiled.set(source, pattern);
    return pattern;
  };
}
