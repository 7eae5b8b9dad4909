import { asJson } from '../book/metric-rules.ts';
import { isSchema } from '../book/schema-walk.ts';
import type { JsonSchema } from '../book/schema-walk.ts';
import type { KnownContract } from '../index.ts';

/** A schema for one metric: false forbids it, an empty one allows whatever it is. */
export type MetricSchema = JsonSchema | false;

/** A contract as what it asks of flat samples, in the words of JSON Schema. */
export interface FlatView {
  isJtd: boolean;
  properties: ReadonlyMap<string, MetricSchema>;
  /** For metrics that are not among `properties`. */
  others: MetricSchema;
  required: ReadonlySet<string>;
  minProperties: number;
  maxProperties: number;
  /** Every other keyword that asks for something. */
  rest: ReadonlyMap<string, unknown>;
}

/** What says something to people, or nothing over samples, which always are objects. */
export const SILENT: ReadonlySet<string> = new Set(['title', 'description', 'default', 'examples', '$comment', 'deprecated', 'readOnly', 'writeOnly', '$schema', '$id', 'metadata']);
const VIEWED: ReadonlySet<string> = new Set(['properties', 'optionalProperties', 'additionalProperties', 'required', 'minProperties', 'maxProperties']);

/** The types of JSON Type Definition (RFC 8927, section 3.3.3), in JSON Schema. */
const JTD_TYPES: Readonly<Record<string, JsonSchema>> = {
  boolean: { type: 'boolean' }, string: { type: 'string' }, timestamp: { type: 'string', format: 'date-time' }, float32: { type: 'number' }, float64: { type: 'number' },
  int8: { type: 'integer', minimum: -128, maximum: 127 }, uint8: { type: 'integer', minimum: 0, maximum: 255 },
  int16: { type: 'integer', minimum: -32_768, maximum: 32_767 }, uint16: { type: 'integer', minimum: 0, maximum: 65_535 },
  int32: { type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_647 }, uint32: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
};

export function flatView({ schema: given, dialect }: KnownContract): FlatView {
  const parsed = asJson(given);
  const schema = isSchema(parsed) ? parsed : {};
  return dialect === 'jtd' ? ofJtd(schema) : ofJsonSchema(schema);
}

/** What a contract asks of one metric, whether it names it or not. */
export function metricSchema({ properties, others }: FlatView, metric: string): MetricSchema {
  return properties.get(metric) ?? others;
}

function ofJsonSchema(schema: JsonSchema): FlatView {
  const { properties, additionalProperties, required, minProperties, maxProperties } = schema;
  return {
    isJtd: false,
    properties: mapOf(properties, normal),
    others: normal(additionalProperties),
    required: new Set(Array.isArray(required) ? required.map(String) : []),
    minProperties: typeof minProperties === 'number' ? minProperties : 0,
    maxProperties: typeof maxProperties === 'number' ? maxProperties : Infinity,
    rest: restOf(schema),
  };
}

function ofJtd(schema: JsonSchema): FlatView {
  const { properties, optionalProperties, additionalProperties } = schema;
  const needed = mapOf(properties, fromJtd);
  const isForm = properties !== undefined || optionalProperties !== undefined;
  return {
    isJtd: true,
    properties: new Map([...mapOf(optionalProperties, fromJtd), ...needed]),
    others: isForm && additionalProperties !== true ? false : {},
    required: new Set(needed.keys()),
    minProperties: 0,
    maxProperties: Infinity,
    rest: restOf(schema),
  };
}

function fromJtd(given: unknown): MetricSchema {
  if (!isSchema(given)) return {};
  const { type, enum: values, nullable, metadata: _metadata, ...rest } = given;
  const known = typeof type === 'string' ? JTD_TYPES[type] : undefined;
  const schema: JsonSchema = { ...rest, ...(known ?? (type === undefined ? {} : { type })), ...(Array.isArray(values) && { type: 'string', enum: values }) };
  if (nullable !== true || schema['type'] === undefined) return schema;
  return { ...schema, type: [schema['type'], 'null'], ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }) };
}

function mapOf(schemas: unknown, read: (schema: unknown) => MetricSchema): Map<string, MetricSchema> {
  return new Map(isSchema(schemas) ? Object.entries(schemas).map(([name, schema]) => [name, read(schema)]) : []);
}

function normal(schema: unknown): MetricSchema {
  if (schema === false) return false;
  return isSchema(schema) ? schema : {};
}

function restOf(schema: JsonSchema): Map<string, unknown> {
  // That a sample is an object is true anyway.
  const kept = Object.entries(schema).filter(([keyword, value]) => !VIEWED.has(keyword) && !SILENT.has(keyword) && !(keyword === 'type' && value === 'object'));
  return new Map(kept);
}
