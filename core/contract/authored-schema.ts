import { ContractError } from './contract-error.ts';
import { draftOf, KEYWORDS, METASCHEMAS, PLACES } from './dialect.ts';
import type { Dialect, Draft } from './dialect.ts';
import { FORMATS } from './formats/formats.ts';
import { isObject } from './json-schema/json.ts';
import { judgeSchema } from './judge.ts';
import { nearest } from './nearest.ts';
import { copyOfSchema } from './schema-text.ts';

/** Far beyond what a person writes. */
const DEEPEST = 64;
/** Keywords of Holdfast's own: the unit of a reading, and what may be coerced. What they mean is told where they are read. */
const OWN_KEYWORDS = new Map<string, (value: unknown) => boolean>([
  ['x-unit', (value) => typeof value === 'string'],
  ['x-coerce', (value) => value === true || (Array.isArray(value) && value.every((way) => typeof way === 'string'))],
]);

export interface AuthoredSchema { readonly schema: Record<string, unknown>; readonly draft: Draft }

/** What a contract is written in, by its `$schema` and the dialect that it is said to be in. Throws ContractError when they differ. */
export function dialectOf(schema: unknown, said: Dialect | undefined): Dialect {
  const named = isObject(schema) && said !== 'jtd' ? schema['$schema'] : undefined;
  if (named === undefined) return said ?? '2020-12';
  const draft = draftOf(named);
  if (draft === undefined) {
    throw new ContractError('$schema', `"${cut(named)}" is another dialect; contracts are written in JSON Schema draft-07, 2019-09 or 2020-12, or in JSON Type Definition. Set $schema to "${METASCHEMAS['2020-12']}", or leave it out.`);
  }
  if (said !== undefined && draft !== said) throw new ContractError('$schema', `it names ${draft}, and the contract is said to be in ${said}. Change one of them.`);
  return draft;
}

/**
 * A copy of a schema given as a value or as JSON text, as a person writes it for a device's readings: each keyword and format known, good by the
 * metaschema of its draft, patterns ready (`pattern` throws for one that cannot be used). Throws ContractError that names the place and the cure.
 */
export function readAuthored(given: unknown, said: Dialect | undefined, pattern: (source: string) => unknown): AuthoredSchema | { readonly jtd: unknown } {
  const schema = copyOfSchema(given);
  const dialect = dialectOf(schema, said);
  if (dialect === 'jtd') return { jtd: schema };
  if (!isObject(schema)) {
    throw new ContractError('', 'it is not an object. Write a JSON Schema, such as {"type":"object","properties":{"temperature":{"type":"number"}}}.');
  }
  checkKeywords(schema, '', 0, { draft: dialect, pattern });
  checkMetrics(schema);
  judgeSchema(schema, dialect);
  return { schema, draft: dialect };
}

interface Strictness { readonly draft: Draft; pattern(source: string): unknown }

/** Refuses keywords that do not exist: a mistyped rule would else be passed over, and never refuse anything. */
function checkKeywords(schema: unknown, place: string, depth: number, strictness: Strictness): void {
  if (!isObject(schema)) return;
  if (depth > DEEPEST) throw new ContractError(cut(place), `it is nested deeper than ${DEEPEST} levels. Write it flatter.`);
  const { draft } = strictness;
  const { named, listed, single } = PLACES[draft];
  for (const [keyword, value] of Object.entries(schema)) {
    const here = place === '' ? keyword : `${place}/${keyword}`;
    checkKeyword(keyword, value, here, strictness);
    if (named.has(keyword) && isObject(value)) {
      for (const [name, inner] of Object.entries(value)) checkKeywords(inner, `${here}/${name}`, depth + 1, strictness);
    } else if (listed.has(keyword) && Array.isArray(value)) {
      for (const [index, inner] of value.entries()) checkKeywords(inner, `${here}/${index}`, depth + 1, strictness);
    } else if (single.has(keyword)) {
      checkKeywords(value, here, depth + 1, strictness);
    }
  }
}

function checkKeyword(keyword: string, value: unknown, place: string, { draft, pattern }: Strictness): void {
  if (keyword === '$async') throw new ContractError(place, 'a contract is checked at once and cannot be asynchronous. Remove $async.');
  const isOwn = OWN_KEYWORDS.get(keyword);
  if (isOwn) {
    if (!isOwn(value)) throw new ContractError(place, keyword === 'x-unit' ? 'it must be a text, such as "Cel". Correct it.' : 'it must be true or a list of texts. Correct it.');
    return;
  }
  if (!KEYWORDS[draft].has(keyword)) throw unknownKeyword(keyword, place, draft);
  if (keyword === 'format' && typeof value === 'string' && !FORMATS.has(value)) {
    throw new ContractError(place, `there is no format "${cut(value)}". Use one such as date-time, email, uri, uuid or ipv4, or a pattern.`);
  }
  const patterns = keyword === 'pattern' ? [value] : keyword === 'patternProperties' && isObject(value) ? Object.keys(value) : [];
  for (const source of patterns) {
    if (typeof source !== 'string') continue;
    try {
      pattern(source);
    } catch (error) {
      throw error instanceof ContractError ? error.movedTo(place) : error;
    }
  }
}

function unknownKeyword(keyword: string, place: string, draft: Draft): ContractError {
  const others = Object.entries(KEYWORDS).filter(([other, words]) => other !== draft && words.has(keyword)).map(([other]) => other);
  if (others.length > 0) {
    return new ContractError(place, `"${cut(keyword)}" is a keyword of ${others.join(' and ')}, and this contract is in ${draft}. Choose that dialect, or write it as ${draft} does.`);
  }
  const meant = nearest(keyword, [...KEYWORDS[draft], ...OWN_KEYWORDS.keys()]);
  return new ContractError(place, `"${cut(keyword)}" is no keyword of JSON Schema. ${meant === undefined ? 'Remove it' : `Did you mean "${meant}"? Correct it`}.`);
}

/** A rule for a metric that is an object or an array could never be tried: samples are flat. */
function checkMetrics(root: Record<string, unknown>): void {
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

function cut(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
