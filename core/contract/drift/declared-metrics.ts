import type { ReadingType } from '../learn/proposed-contract.ts';

/** What a contract says of one metric. */
export interface DeclaredMetric {
  /** The types that it allows; absent: it does not say. */
  types?: ReadonlySet<ReadingType>;
  unit?: string;
}

/** What a contract says of metrics by name. */
export interface DeclaredMetrics {
  readonly metrics: ReadonlyMap<string, DeclaredMetric>;
  /** Whether a metric that is not among them is new: not where the contract names none, or has further ones that cannot be listed (a pattern, a `$ref`). */
  readonly isComplete: boolean;
}

type Schema = Record<string, unknown>;

const TYPES: ReadonlySet<string> = new Set<ReadingType>(['integer', 'number', 'string', 'boolean', 'null']);
/** The types of JSON Type Definition, as readings have them. */
const JTD_TYPES: ReadonlyMap<string, ReadingType> = new Map([
  ['boolean', 'boolean'], ['string', 'string'], ['timestamp', 'string'], ['float32', 'number'], ['float64', 'number'],
  ['int8', 'integer'], ['uint8', 'integer'], ['int16', 'integer'], ['uint16', 'integer'], ['int32', 'integer'], ['uint32', 'integer'],
]);
const PARTS = ['allOf', 'anyOf', 'oneOf'];
const CONDITIONS = ['if', 'then', 'else', 'not'];
const DEEPEST = 64;

/** Reads what a usable schema, JSON Schema or JTD, says of metrics by name. */
export function declaredMetrics(schema: unknown): DeclaredMetrics {
  const metrics = new Map<string, DeclaredMetric>();
  const isListed = collect(schema, metrics, 0);
  return { metrics, isComplete: isListed && metrics.size > 0 };
}

/** @returns whether all names could be listed. */
function collect(schema: unknown, metrics: Map<string, DeclaredMetric>, depth: number): boolean {
  if (!isSchema(schema)) return true;
  if (depth > DEEPEST || '$ref' in schema || '$dynamicRef' in schema || '$recursiveRef' in schema || 'ref' in schema || 'patternProperties' in schema || 'discriminator' in schema) return false;
  for (const keyword of ['properties', 'optionalProperties']) {
    const properties = schema[keyword];
    if (!isSchema(properties)) continue;
    for (const [metric, declared] of Object.entries(properties)) {
      // What holds only under a condition says that the name is known, and no more.
      if (depth > 0) metrics.set(metric, metrics.get(metric) ?? {});
      else metrics.set(metric, isSchema(declared) ? declaredMetric(declared) : {});
    }
  }
  let isListed = true;
  for (const keyword of PARTS) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) for (const part of parts) isListed = collect(part, metrics, depth + 1) && isListed;
  }
  for (const keyword of CONDITIONS) isListed = collect(schema[keyword], metrics, depth + 1) && isListed;
  return isListed;
}

function declaredMetric(schema: Schema): DeclaredMetric {
  const types = typesOf(schema);
  const unit = schema['x-unit'] ?? (isSchema(schema['metadata']) ? schema['metadata']['x-unit'] : undefined);
  return { ...(types && { types }), ...(typeof unit === 'string' && { unit }) };
}

function typesOf(schema: Schema): ReadonlySet<ReadingType> | undefined {
  const values: unknown = 'const' in schema ? [schema['const']] : schema['enum'];
  if (Array.isArray(values)) return new Set(values.map(typeOfValue));
  const given: unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  const types = given.map(readingType).filter((type) => type !== undefined);
  if (types.length === 0) return undefined;
  return new Set(schema['nullable'] === true ? [...types, 'null'] : types);
}

function readingType(type: unknown): ReadingType | undefined {
  if (typeof type !== 'string') return undefined;
  return JTD_TYPES.get(type) ?? (isType(type) ? type : undefined);
}

/** What a reading is. */
export function typeOfValue(value: unknown): ReadingType {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return 'null';
  }
}

function isType(type: string): type is ReadingType {
  return TYPES.has(type);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
