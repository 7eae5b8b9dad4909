/** The language that a schema is written in: a draft of JSON Schema, or JSON Type Definition (RFC 8927). */
export type Dialect = 'draft-07' | '2019-09' | '2020-12' | 'jtd';
/** The drafts of JSON Schema. */
export type Draft = Exclude<Dialect, 'jtd'>;

/** The metaschema of each draft, as `$schema` names it, without the empty fragment. */
export const METASCHEMAS: Readonly<Record<Draft, string>> = {
  'draft-07': 'http://json-schema.org/draft-07/schema',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

export const DIALECTS: readonly Dialect[] = ['draft-07', '2019-09', '2020-12', 'jtd'];

/** The draft that a `$schema` names; undefined for another metaschema. */
export function draftOf(schemaUri: unknown): Draft | undefined {
  if (typeof schemaUri !== 'string') return undefined;
  const uri = schemaUri.replace(/#$/, '');
  if (uri === METASCHEMAS['draft-07'] || uri === 'https://json-schema.org/draft-07/schema') return 'draft-07';
  if (uri === METASCHEMAS['2019-09']) return '2019-09';
  return uri === METASCHEMAS['2020-12'] ? '2020-12' : undefined;
}

/** Where a draft's schemas hold further schemas: under names, in lists, and alone. A keyword may be in two, as `items` was. */
export interface Places {
  readonly named: ReadonlySet<string>;
  readonly listed: ReadonlySet<string>;
  readonly single: ReadonlySet<string>;
}

const NAMED = ['properties', 'patternProperties', 'definitions', 'dependencies'];
const LISTED = ['allOf', 'anyOf', 'oneOf'];
const SINGLE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'];
const SINCE_2019 = { named: ['$defs', 'dependentSchemas'], single: ['unevaluatedProperties', 'unevaluatedItems', 'contentSchema'] };

export const PLACES: Readonly<Record<Draft, Places>> = {
  'draft-07': { named: new Set(NAMED), listed: new Set([...LISTED, 'items']), single: new Set([...SINGLE, 'additionalItems']) },
  '2019-09': {
    named: new Set([...NAMED, ...SINCE_2019.named]),
    listed: new Set([...LISTED, 'items']),
    single: new Set([...SINGLE, ...SINCE_2019.single, 'additionalItems']),
  },
  '2020-12': {
    named: new Set([...NAMED, ...SINCE_2019.named]),
    listed: new Set([...LISTED, 'prefixItems']),
    single: new Set([...SINGLE, ...SINCE_2019.single]),
  },
};

const ASSERTIONS = [
  'type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern',
  'maxItems', 'minItems', 'uniqueItems', 'maxProperties', 'minProperties', 'required',
];
const NOTES = ['title', 'description', 'default', 'examples', 'readOnly', 'format', 'contentMediaType', 'contentEncoding', '$schema', '$id', '$ref', '$comment'];
const NOTES_2019 = ['deprecated', 'writeOnly', '$anchor', '$vocabulary'];
const ASSERTIONS_2019 = ['minContains', 'maxContains', 'dependentRequired'];

/** Every keyword of a draft. */
export const KEYWORDS: Readonly<Record<Draft, ReadonlySet<string>>> = {
  'draft-07': keywords('draft-07', ['writeOnly']),
  '2019-09': keywords('2019-09', [...NOTES_2019, ...ASSERTIONS_2019, '$recursiveRef', '$recursiveAnchor']),
  '2020-12': keywords('2020-12', [...NOTES_2019, ...ASSERTIONS_2019, '$dynamicRef', '$dynamicAnchor']),
};

function keywords(draft: Draft, more: readonly string[]): ReadonlySet<string> {
  const { named, listed, single } = PLACES[draft];
  return new Set([...named, ...listed, ...single, ...ASSERTIONS, ...NOTES, ...more]);
}

/** What applies in a schema: its draft, and what a metaschema of its own turns off or on by `$vocabulary`. */
export interface Rules {
  readonly draft: Draft;
  readonly off: ReadonlySet<string>;
  /** The metaschema asks that `format` is asserted. */
  readonly assertsFormats: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();
const PLAIN: Readonly<Record<Draft, Rules>> = {
  'draft-07': { draft: 'draft-07', off: NOTHING, assertsFormats: false },
  '2019-09': { draft: '2019-09', off: NOTHING, assertsFormats: false },
  '2020-12': { draft: '2020-12', off: NOTHING, assertsFormats: false },
};

/** The keywords that a vocabulary brings; without it in a metaschema they mean nothing. */
const VOCABULARIES: readonly (readonly [name: string, keywords: readonly string[]])[] = [
  ['validation', [...ASSERTIONS, ...ASSERTIONS_2019]],
  ['applicator', [
    ...LISTED, ...SINGLE, 'prefixItems', 'additionalItems', 'properties', 'patternProperties', 'dependentSchemas', 'dependencies',
  ]],
];
const UNEVALUATED = ['unevaluatedProperties', 'unevaluatedItems'];

export function plainRules(draft: Draft): Rules {
  return PLAIN[draft];
}

/** The rules of schemas that a metaschema with `$vocabulary` describes. */
export function rulesOf(draft: Draft, vocabulary: Readonly<Record<string, unknown>>): Rules {
  const names = new Set(Object.keys(vocabulary).map((uri) => uri.slice(uri.lastIndexOf('/') + 1)));
  const off = VOCABULARIES.flatMap(([name, words]) => (names.has(name) ? [] : words));
  // 2019-09 has them in its applicator vocabulary, 2020-12 in one of their own.
  const hasUnevaluated = names.has(draft === '2019-09' ? 'applicator' : 'unevaluated');
  return { draft, off: new Set(hasUnevaluated ? off : [...off, ...UNEVALUATED]), assertsFormats: names.has('format-assertion') };
}
