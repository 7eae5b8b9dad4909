import { ContractError } from '../contract-error.ts';
import { isObject } from '../json-schema/json.ts';
import { nearest } from '../nearest.ts';

export type JtdType = 'boolean' | 'string' | 'timestamp' | 'float32' | 'float64' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32';

/** A schema of JSON Type Definition, known to be in one of its eight forms. */
export interface JtdSchema {
  ref?: string;
  type?: JtdType;
  enum?: string[];
  elements?: JtdSchema;
  properties?: Record<string, JtdSchema>;
  optionalProperties?: Record<string, JtdSchema>;
  additionalProperties?: boolean;
  values?: JtdSchema;
  discriminator?: string;
  mapping?: Record<string, JtdSchema>;
  nullable?: boolean;
  metadata?: Record<string, unknown>;
  definitions?: Record<string, JtdSchema>;
}

export const JTD_TYPES: readonly JtdType[] = ['boolean', 'string', 'timestamp', 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'];

/** The keywords of each form; a schema has those of one, and the shared ones. */
const FORMS = [['ref'], ['type'], ['enum'], ['elements'], ['properties', 'optionalProperties', 'additionalProperties'], ['values'], ['discriminator', 'mapping']];
const SHARED = ['nullable', 'metadata', 'definitions'];
const KEYWORDS = [...FORMS.flat(), ...SHARED];
const DEEPEST = 64;

interface Surroundings { readonly definitions: ReadonlySet<string>; readonly depth: number; readonly isRoot: boolean; readonly tag?: string | undefined }

/** Makes sure that a value is a schema (RFC 8927, section 2.2). Throws ContractError that names the place and the cure. */
export function readJtd(given: unknown): JtdSchema {
  const definitions = isObject(given) && isObject(given['definitions']) ? new Set(Object.keys(given['definitions'])) : new Set<string>();
  assertSchema(given, '', { definitions, depth: 0, isRoot: true });
  return given;
}

function assertSchema(schema: unknown, place: string, around: Surroundings): asserts schema is JtdSchema {
  if (!isObject(schema)) throw new ContractError(place, 'it is not an object. Write a schema of JSON Type Definition, such as {"properties":{"temperature":{"type":"float64"}}}.');
  if (around.depth > DEEPEST) throw new ContractError(place.slice(0, 120), `it is nested deeper than ${DEEPEST} levels. Write it flatter.`);
  const at = (name: string): string => (place === '' ? name : `${place}/${name}`);
  for (const keyword of Object.keys(schema)) {
    if (KEYWORDS.includes(keyword)) continue;
    const meant = nearest(keyword, KEYWORDS);
    throw new ContractError(at(keyword), `"${keyword.slice(0, 120)}" is no keyword of JSON Type Definition. ${meant === undefined ? 'Remove it, or put it into metadata' : `Did you mean "${meant}"? Correct it`}.`);
  }
  const [form = [], ...others] = FORMS.filter((keywords) => keywords.some((keyword) => Object.hasOwn(schema, keyword)));
  if (others.length > 0) throw new ContractError(place, `it mixes "${form[0] ?? ''}" and "${others[0]?.find((keyword) => Object.hasOwn(schema, keyword)) ?? ''}"; a schema has one form. Take one of them out.`);
  if (Object.hasOwn(schema, 'definitions') && !around.isRoot) throw new ContractError(at('definitions'), 'definitions stand at the top of a schema only. Move them there.');
  const inner: Surroundings = { definitions: around.definitions, depth: around.depth + 1, isRoot: false };
  const isTrueOrFalse = (keyword: string): void => {
    if (schema[keyword] !== undefined && typeof schema[keyword] !== 'boolean') throw new ContractError(at(keyword), 'it must be true or false. Correct it.');
  };
  isTrueOrFalse('nullable');
  isTrueOrFalse('additionalProperties');
  if (schema['metadata'] !== undefined && !isObject(schema['metadata'])) throw new ContractError(at('metadata'), 'it must be an object. Correct it.');
  assertLeaf(schema, at, around.definitions);
  for (const keyword of ['elements', 'values']) if (Object.hasOwn(schema, keyword)) assertSchema(schema[keyword], at(keyword), inner);
  assertNamed(schema, 'definitions', at, inner);
  assertMembers(schema, at, inner, around.tag);
  assertMapping(schema, at, inner);
}

function assertLeaf(schema: Record<string, unknown>, at: (name: string) => string, definitions: ReadonlySet<string>): void {
  const { ref, type, enum: values } = schema;
  if (ref !== undefined && (typeof ref !== 'string' || !definitions.has(ref))) {
    throw new ContractError(at('ref'), `${shown(ref)} is not in the definitions of this schema, and nothing is fetched from elsewhere. Add it there, or correct the name.`);
  }
  if (type !== undefined && !JTD_TYPES.some((known) => known === type)) throw new ContractError(at('type'), `${shown(type)} is no type; it must be one of ${JTD_TYPES.join(', ')}. Correct it.`);
  if (values === undefined) return;
  if (!Array.isArray(values) || values.length === 0 || values.some((value) => typeof value !== 'string') || new Set(values).size < values.length) {
    throw new ContractError(at('enum'), 'it must be a list of different texts, with one at least. Correct it.');
  }
}

function assertNamed(schema: Record<string, unknown>, keyword: string, at: (name: string) => string, inner: Surroundings): void {
  const named = schema[keyword];
  if (named === undefined) return;
  if (!isObject(named)) throw new ContractError(at(keyword), 'it must be an object of schemas by name. Correct it.');
  for (const [name, value] of Object.entries(named)) assertSchema(value, `${at(keyword)}/${name}`, inner);
}

function assertMembers(schema: Record<string, unknown>, at: (name: string) => string, inner: Surroundings, tag: string | undefined): void {
  const { properties, optionalProperties } = schema;
  assertNamed(schema, 'properties', at, inner);
  assertNamed(schema, 'optionalProperties', at, inner);
  for (const [keyword, named] of Object.entries({ properties, optionalProperties })) {
    if (tag !== undefined && isObject(named) && Object.hasOwn(named, tag)) throw new ContractError(`${at(keyword)}/${tag}`, 'it is the discriminator, whose values the mapping lists. Take it out.');
  }
  const both = isObject(properties) && isObject(optionalProperties) ? Object.keys(properties).find((name) => Object.hasOwn(optionalProperties, name)) : undefined;
  if (both !== undefined) throw new ContractError(`${at('optionalProperties')}/${both}`, 'it is listed under properties too. Take it out of one of them.');
}

function assertMapping(schema: Record<string, unknown>, at: (name: string) => string, inner: Surroundings): void {
  const { discriminator, mapping } = schema;
  if (discriminator === undefined && mapping === undefined) return;
  if (typeof discriminator !== 'string') throw new ContractError(at('discriminator'), 'it must be the name of the member that chooses. Add it.');
  if (!isObject(mapping)) throw new ContractError(at('mapping'), 'it must be an object with a schema for each value of the discriminator. Add it.');
  for (const [name, value] of Object.entries(mapping)) {
    const place = `${at('mapping')}/${name}`;
    assertSchema(value, place, { ...inner, tag: discriminator });
    if (value.nullable === true) throw new ContractError(`${place}/nullable`, 'a schema of a mapping cannot be nullable. Take it out.');
    if (!value.properties && !value.optionalProperties && value.additionalProperties === undefined) throw new ContractError(place, 'a schema of a mapping lists members. Write properties or optionalProperties.');
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 120);
}
