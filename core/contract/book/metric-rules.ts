import type { KnownContracts } from '../index.ts';
import { ContractError } from '../contract-error.ts';
import { contractNamed } from '../known-contracts.ts';
import { isConvertible } from '../units/convert.ts';
import { DEEPEST, isSchema, OWN, schemasWithin } from './schema-walk.ts';
import type { JsonSchema } from './schema-walk.ts';

/** What a contract may do to a reading that breaks it. */
const COERCIONS = ['number', 'integer', 'boolean', 'string', 'unit', 'null'] as const;
export type Coercion = (typeof COERCIONS)[number];

/** What a contract says of a metric beyond JSON Schema. */
export interface MetricRule {
  /** `x-unit`: the unit that its readings have to be in. */
  unit?: string;
  /** `x-coerce`: how its readings may be altered; empty when they may not. */
  coerce: ReadonlySet<Coercion>;
}

/** What `true` stands for: all that keeps a value where there is one. */
const ALL: readonly Coercion[] = ['number', 'integer', 'boolean', 'string', 'unit'];
const UNIT_LENGTH = 64;

/**
 * What a schema says of its metrics by `x-unit` and `x-coerce`: in its `properties`, in those of what its `allOf` holds, and in what these refer to by
 * `$ref`, to `$defs` or to another contract. What stands nearer to the metric counts.
 *
 * @throws ContractError for a value that cannot be, and for one that stands where there is no metric.
 */
export function readMetricRules(schema: unknown, known?: KnownContracts): ReadonlyMap<string, MetricRule> {
  const rules = new Map<string, MetricRule>();
  if (!isSchema(schema)) return rules;
  for (const keyword of OWN) {
    if (Object.hasOwn(schema, keyword)) throw new ContractError(keyword, `"${keyword}" stands at the schema as a whole, and says something of one metric. Move it into the metric's own schema, below properties.`);
  }
  collect({ schema, root: schema, place: '', depth: 0 }, known && parsedOnce(known), { rules, collected: new Set() });
  return rules;
}

/** The same object for the same contract, so that it is known again. */
function parsedOnce(known: KnownContracts): KnownContracts {
  const parsed = new Map<unknown, unknown>();
  return (id, version) => {
    const found = known(id, version);
    if (!found) return undefined;
    const schema = parsed.get(found.schema) ?? asJson(found.schema);
    parsed.set(found.schema, schema);
    return { ...found, schema };
  };
}

interface Place {
  schema: JsonSchema;
  /** The document that a `$ref` in it points into. */
  root: JsonSchema;
  place: string;
  depth: number;
}

interface Collection {
  readonly rules: Map<string, MetricRule>;
  /** What was collected from: it says nothing more the second time, and `$ref`s may multiply. */
  readonly collected: Set<unknown>;
}

function collect(here: Place, known: KnownContracts | undefined, collection: Collection): void {
  const { schema, root, place, depth } = here;
  const { rules, collected } = collection;
  if (depth > DEEPEST || collected.has(schema)) return;
  collected.add(schema);
  for (const holder of ['properties', 'optionalProperties']) {
    for (const [metric, inner] of schemasWithin(schema, holder)) {
      const rule = ruleOf({ schema: inner, root, place: `${place}${holder}/${metric}`, depth }, known);
      const former = rules.get(metric);
      const unit = former?.unit ?? rule.unit;
      if (rule.unit !== undefined || rule.coerce.size > 0 || former) rules.set(metric, { ...(unit !== undefined && { unit }), coerce: former && former.coerce.size > 0 ? former.coerce : rule.coerce });
    }
  }
  for (const [index, inner] of schemasWithin(schema, 'allOf')) collect({ schema: inner, root, place: `${place}allOf/${index}/`, depth: depth + 1 }, known, collection);
  const target = referred(here, known);
  if (target) collect(target, known, collection);
}

function ruleOf(here: Place, known: KnownContracts | undefined): MetricRule {
  const { schema, place, depth } = here;
  const unit = readUnit(schema['x-unit'], `${place}/x-unit`);
  const coerce = readCoercions(schema['x-coerce'], unit, `${place}/x-coerce`);
  const target = depth < DEEPEST ? referred(here, known) : undefined;
  const inherited = target ? ruleOf(target, known) : undefined;
  const found = unit ?? inherited?.unit;
  return { ...(found !== undefined && { unit: found }), coerce: coerce ?? inherited?.coerce ?? new Set() };
}

/** What a `$ref` points to; undefined when there is none, or it points elsewhere than to `$defs` or to a contract that is known. */
function referred({ schema, root, place, depth }: Place, known: KnownContracts | undefined): Place | undefined {
  const reference: unknown = schema['$ref'] ?? schema['ref'];
  if (typeof reference !== 'string') return undefined;
  const contract = contractReference(reference);
  if (contract) {
    const target = known?.(contract.id, contract.version)?.schema;
    return isSchema(target) ? { schema: target, root: target, place, depth: depth + 1 } : undefined;
  }
  const local = /^(?:#\/(\$defs|definitions)\/)?([^/#]+)$/.exec(reference);
  const definitions: unknown = root[local?.[1] ?? 'definitions'];
  const target = local && isSchema(definitions) ? definitions[(local[2] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  return isSchema(target) ? { schema: target, root, place, depth: depth + 1 } : undefined;
}

/** Which contract a `$ref` names, whatever in it the `$ref` points to. */
export function contractReference(reference: string): { id: string; version?: number } | undefined {
  const end = reference.indexOf('#');
  return contractNamed(end < 0 ? reference : reference.slice(0, end));
}

/** A schema that may be given as JSON text. */
export function asJson(schema: unknown): unknown {
  if (typeof schema !== 'string') return schema;
  try {
    return JSON.parse(schema);
  } catch {
    return undefined;
  }
}

/** Whether a text can stand in `x-unit` as it is. */
export function isUnit(text: string): boolean {
  return text !== '' && text === text.trim() && text.length <= UNIT_LENGTH && !/\p{C}/u.test(text);
}

function readUnit(value: unknown, place: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && isUnit(value.trim())) return value.trim();
  throw new ContractError(place, `x-unit is no unit. Write a text of 1 to ${UNIT_LENGTH} characters, as UCUM or RFC 8428 spell the unit, such as "Cel".`);
}

function readCoercions(value: unknown, unit: string | undefined, place: string): ReadonlySet<Coercion> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return new Set(value ? ALL : []);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const chosen = list.map((one) => {
    const found = COERCIONS.find((coercion) => coercion === one);
    if (found === undefined) throw new ContractError(place, `x-coerce cannot be ${JSON.stringify(one)?.slice(0, 40)}. Write true, or a list of ${COERCIONS.join(', ')}.`);
    return found;
  });
  if (chosen.includes('unit') && unit === undefined) throw new ContractError(place, 'x-coerce converts units, and the metric has no x-unit to convert to. Add one, such as "x-unit": "Cel".');
  if (chosen.includes('unit') && unit !== undefined && !isConvertible(unit)) throw new ContractError(place, `x-coerce cannot convert to ${JSON.stringify(unit)}, which is no unit that is known here. Correct x-unit, or leave "unit" out.`);
  return new Set(chosen);
}
