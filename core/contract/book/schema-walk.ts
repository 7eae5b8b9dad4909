/** A schema that is an object. */
export type JsonSchema = Record<string, unknown>;

/** What a metric's schema may say beyond JSON Schema. */
export const OWN = ['x-unit', 'x-coerce'] as const;

/** Schemas within schemas are followed as deep as this: as deep as a contract can be. */
export const DEEPEST = 64;

/** Where a schema holds schemas: by name, in a list, or one; those of JSON Type Definition too. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'optionalProperties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies', 'mapping']);
const LISTED: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const SINGLE: ReadonlySet<string> = new Set([
  'items', 'additionalItems', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems', 'elements', 'values',
]);

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schemas that a keyword holds, by their names or their places in a list. */
export function schemasWithin(schema: JsonSchema, keyword: string): Array<[name: string, inner: JsonSchema]> {
  const held = schema[keyword];
  if (typeof held !== 'object' || held === null) return [];
  return Object.entries(held).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1]));
}

/** A schema as JSON Schema knows it: without what is said beyond it. Values that are no schemas, as those of `const`, stay as they are. */
export function withoutOwn(schema: unknown, depth = 0): unknown {
  // Deeper ones are refused by whoever compiles it.
  if (!isSchema(schema) || depth > DEEPEST + 1) return schema;
  const entries = Object.entries(schema).filter(([keyword]) => !OWN.some((own) => own === keyword));
  return Object.fromEntries(entries.map(([keyword, held]) => [keyword, heldWithoutOwn(keyword, held, depth + 1)]));
}

function heldWithoutOwn(keyword: string, held: unknown, depth: number): unknown {
  if (NAMED.has(keyword) && isSchema(held)) return Object.fromEntries(Object.entries(held).map(([name, inner]) => [name, withoutOwn(inner, depth)]));
  if (LISTED.has(keyword) && Array.isArray(held)) return held.map((inner: unknown) => withoutOwn(inner, depth));
  return SINGLE.has(keyword) ? withoutOwn(held, depth) : held;
}
