import { canonical, isObject } from './json.ts';
import type { Keyword } from './keyword.ts';
import { multipleOf } from './multiple-of.ts';
import type { Check } from './node.ts';
import { keyOf } from './run.ts';
import type { Broken, Run } from './run.ts';

/** Keywords over a value that has no parts, or that take a value as a whole. */
export const VALUE_KEYWORDS: Readonly<Record<string, Keyword>> = {
  type(types) {
    const names: unknown[] = Array.isArray(types) ? types : [types];
    const tests = names.flatMap((name) => (typeof name === 'string' ? TYPES[name] ?? [] : []));
    const broken: Broken = { keyword: 'type', wanted: types };
    const [only] = tests;
    if (!only) return undefined;
    if (tests.length === 1) return (value, run) => only(value) || run.fail(broken, value);
    return (value, run) => tests.some((test) => test(value)) || run.fail(broken, value);
  },
  enum: (values) => (Array.isArray(values) ? oneOfValues(values, { keyword: 'enum', wanted: values }) : undefined),
  const: (wanted) => oneOfValues([wanted], { keyword: 'const', wanted }),

  minimum: limit('minimum', (value, least) => value >= least),
  maximum: limit('maximum', (value, most) => value <= most),
  exclusiveMinimum: limit('exclusiveMinimum', (value, below) => value > below),
  exclusiveMaximum: limit('exclusiveMaximum', (value, above) => value < above),
  multipleOf(step) {
    if (typeof step !== 'number' || step <= 0) return undefined;
    const isMultiple = multipleOf(step);
    const broken: Broken = { keyword: 'multipleOf', wanted: step };
    return (value, run) => typeof value !== 'number' || isMultiple(value) || run.fail(broken, value);
  },

  minLength: size('minLength', (value, least, run) => typeof value !== 'string' || hasAtLeast(value, least, run)),
  maxLength: size('maxLength', (value, most, run) => typeof value !== 'string' || !hasAtLeast(value, most + 1, run)),
  pattern(source, { pattern }) {
    if (typeof source !== 'string') return undefined;
    const form = pattern(source);
    const broken: Broken = { keyword: 'pattern', wanted: source };
    return (value, run) => {
      if (typeof value !== 'string') return true;
      run.spend(form.cost(value));
      return form.test(value) || run.fail(broken, value);
    };
  },
};

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  object: isObject,
  array: (value) => Array.isArray(value),
};

/** Equal to one of the values; their number does not matter to the time it takes. */
function oneOfValues(values: readonly unknown[], broken: Broken): Check {
  const plain = new Set(values.filter((value) => typeof value !== 'object' || value === null));
  const compound = new Set(values.filter((value) => typeof value === 'object' && value !== null).map(canonical));
  return (value, run) => {
    const holds = typeof value === 'object' && value !== null ? compound.size > 0 && compound.has(keyOf(value, run)) : plain.has(value);
    return holds || run.fail(broken, value);
  };
}

function limit(keyword: string, holds: (value: number, limit: number) => boolean): Keyword {
  return (wanted) => {
    if (typeof wanted !== 'number') return undefined;
    const broken: Broken = { keyword, wanted };
    return (value, run) => typeof value !== 'number' || holds(value, wanted) || run.fail(broken, value);
  };
}

/** A keyword whose value is a count. */
export function size(keyword: string, holds: (value: unknown, size: number, run: Run) => boolean): Keyword {
  return (wanted) => {
    if (typeof wanted !== 'number') return undefined;
    const broken: Broken = { keyword, wanted };
    return (value, run) => holds(value, wanted, run) || run.fail(broken, value);
  };
}

/** Whether a text has that many characters, of which some take two places. */
function hasAtLeast(text: string, least: number, run: Run): boolean {
  if (text.length < least) return false;
  if (text.length >= 2 * least) return true;
  run.spend(text.length / 16);
  let characters = 0;
  for (const _ of text) {
    characters += 1;
    if (characters >= least) return true;
  }
  return characters >= least;
}
