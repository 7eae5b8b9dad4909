import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { messageOf } from '../errors/holdfast-error.ts';
import { ContractError } from './contract-error.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** Where a schema holds schemas: by name, in a list, or one. */
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const LISTED = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SINGLE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems'];
/** Far beyond what a person writes, and well within what the compiler's recursion bears. */
const DEEPEST = 64;

/** Knows the keywords and the schema of schemas, compiled once for all contracts. */
const judge = new Ajv2020({ strict: false, logger: false, allErrors: true });

/**
 * A copy of a schema given as an object or as JSON text, checked against the schema of JSON Schema 2020-12, with every
 * keyword known. Throws ContractError.
 */
export function readSchema(given: unknown): AnySchemaObject {
  const schema = copyOf(given);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new ContractError('', 'it is not an object. Write a JSON Schema, such as {"type":"object","properties":{"temperature":{"type":"number"}}}.');
  }
  const root: AnySchemaObject = schema;
  const draft: unknown = root['$schema'];
  if (draft !== undefined && (typeof draft !== 'string' || draft.replace(/#$/, '') !== DRAFT)) {
    throw new ContractError('$schema', `"${cut(draft)}" is another dialect; contracts are written in JSON Schema 2020-12. Set $schema to "${DRAFT}", or leave it out.`);
  }
  checkKeywords(root, '', 0);
  checkMetrics(root);
  if (judge.validateSchema(root) !== true) throw wrongValue(judge.errors ?? []);
  return root;
}

function copyOf(given: unknown): unknown {
  try {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new ContractError('', `it is not JSON (${messageOf(cause)}). Correct the text; a JSON checker shows the place.`, { cause });
  }
}

/** Refuses keywords that do not exist: a mistyped rule would else be passed over, and never refuse anything. */
function checkKeywords(schema: unknown, place: string, depth: number): void {
  if (!isObject(schema)) return;
  if (depth > DEEPEST) throw new ContractError(cut(place), `it is nested deeper than ${DEEPEST} levels. Write it flatter.`);
  for (const [keyword, value] of Object.entries(schema)) {
    const here = place === '' ? keyword : `${place}/${keyword}`;
    if (!Object.hasOwn(judge.RULES.keywords, keyword)) {
      const meant = nearest(keyword, Object.keys(judge.RULES.keywords));
      throw new ContractError(here, `"${cut(keyword)}" is no keyword of JSON Schema. ${meant === undefined ? 'Remove it' : `Did you mean "${meant}"? Correct it`}.`);
    }
    if (keyword === '$async') throw new ContractError(here, 'a contract is checked at once and cannot be asynchronous. Remove $async.');
    if (keyword === 'pattern') checkPattern(value, here);
    if (keyword === 'patternProperties' && isObject(value)) Object.keys(value).forEach((pattern) => checkPattern(pattern, here));
    if (NAMED.includes(keyword) && isObject(value)) {
      for (const [name, inner] of Object.entries(value)) checkKeywords(inner, `${here}/${name}`, depth + 1);
    } else if (LISTED.includes(keyword) && Array.isArray(value)) {
      for (const [index, inner] of value.entries()) checkKeywords(inner, `${here}/${index}`, depth + 1);
    } else if (SINGLE.includes(keyword)) {
      checkKeywords(value, here, depth + 1);
    }
  }
}

function checkPattern(pattern: unknown, place: string): void {
  try {
    if (typeof pattern === 'string') RegExp(pattern, 'u');
  } catch (cause) {
    throw new ContractError(place, `"${cut(pattern)}" is no regular expression (${cut(messageOf(cause))}). Correct it.`, { cause });
  }
}

/** A rule for a metric that is an object or an array could never be tried: samples are flat. */
function checkMetrics(root: AnySchemaObject): void {
  const properties: unknown = root['properties'];
  if (!isObject(properties)) return;
  for (const [name, schema] of Object.entries(properties)) {
    const type = isObject(schema) ? schema['type'] : undefined;
    if (type === 'object') {
      throw new ContractError(`properties/${name}`, `nested objects arrive flattened, so "${cut(name)}" never is an object. Give each reading a rule of its own, with the names joined by a dot, such as "${cut(name)}.temperature".`);
    }
    if (type === 'array') throw new ContractError(`properties/${name}`, 'a reading is never an array. Use the type number, integer, string, boolean or null.');
  }
}

function wrongValue(errors: readonly ErrorObject[]): ContractError {
  // The most deeply nested error is the cause; the others only follow from it.
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length;
  const deepest = errors.reduce<ErrorObject | undefined>((best, error) => (best && depth(best) >= depth(error) ? best : error), undefined);
  const choices = errors.find((error) => error.instancePath === deepest?.instancePath && error.keyword === 'enum') ?? deepest;
  if (!choices) return new ContractError('', 'it is not valid JSON Schema 2020-12.');
  const allowed: unknown = choices.params['allowedValues'];
  const rule = Array.isArray(allowed) ? `it must be one of ${allowed.join(', ')}` : `it ${choices.message ?? 'is not allowed there'}`;
  return new ContractError(choices.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'), `${rule}. Correct it.`);
}

/** The sentence for what ajv's compiler refuses although the schema is well formed. */
export function compileError(error: unknown, schema: AnySchemaObject): ContractError {
  if (error instanceof Ajv2020.MissingRefError) {
    return new ContractError(placeOf(schema, '$ref', error.missingRef) ?? '$ref', `"${cut(error.missingRef)}" is not part of this schema, and nothing is fetched from elsewhere. Copy what it names into $defs, and write "$ref":"#/$defs/…".`, { cause: error });
  }
  const message = messageOf(error).replace(/^strict mode: /, '');
  const format = /unknown format "(.*)" ignored in schema at path "#\/?(.*)"/s.exec(message);
  if (format) return new ContractError(format[2] ?? '', `there is no format "${cut(format[1])}". Use one such as date-time, email, uri, uuid or ipv4, or a pattern.`, { cause: error });
  return new ContractError('', `${cut(message, 300)}. Correct the schema.`, { cause: error });
}

/** Where a member is found anywhere in a schema. */
function placeOf(tree: unknown, key: string, value: string): string | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  for (const [name, inner] of Object.entries(tree)) {
    if (name === key && inner === value) return name;
    const place = placeOf(inner, key, value);
    if (place !== undefined) return `${name}/${place}`;
  }
  return undefined;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const distance = Math.abs(candidate.length - word.length) < least ? editDistance(word.toLowerCase(), candidate.toLowerCase()) : least;
    if (distance < least) { best = candidate; least = distance; }
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cut(value: unknown, length = 120): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
