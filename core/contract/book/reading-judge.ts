import type { ReadingValue } from '../../sample/sample.ts';
import { compileContract } from '../index.ts';
import type { Contract, ContractSource } from '../index.ts';
import { isSchema } from './schema-walk.ts';
import type { JsonSchema } from './schema-walk.ts';

/** What concerns a sample as a whole, and no single reading: which metrics it has, and how many. */
const COUNTING: ReadonlySet<string> = new Set(['required', 'minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas', 'dependencies']);
/** Conditions on the whole sample, which may be met by one reading and broken by another. */
const CONDITIONS: ReadonlySet<string> = new Set(['if', 'then', 'else', 'anyOf', 'oneOf', 'not']);

/** Judges one reading by what a schema says of its metric. Compiled when it is first asked. */
export function readingJudge(source: ContractSource): (metric: string, value: ReadingValue) => boolean {
  let contract: Contract | undefined;
  return (metric, value) => {
    contract ??= compileContract(ofReadings(source));
    return !contract.check({ [metric]: value }).some(({ field }) => field === metric);
  };
}

/** A contract that asks for nothing but what it says of each metric that is there. */
function ofReadings(source: ContractSource): ContractSource {
  const { known } = source;
  const kept = withoutCounting(source.schema);
  const schema = isSchema(kept) ? without(kept, CONDITIONS) : kept;
  const find: ContractSource['known'] = known && ((id, version) => {
    const found = known(id, version);
    return found && { ...found, schema: withoutCounting(found.schema) };
  });
  return { ...source, schema: source.dialect === 'jtd' && isSchema(schema) ? optional(schema) : schema, ...(find && { known: find }) };
}

function withoutCounting(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  const kept = without(schema, COUNTING);
  const parts: unknown = kept['allOf'];
  return Array.isArray(parts) ? { ...kept, allOf: parts.map((part: unknown) => (isSchema(part) ? without(part, COUNTING) : part)) } : kept;
}

/** In JSON Type Definition what stands in `properties` is required. */
function optional({ properties, optionalProperties, ...rest }: JsonSchema): JsonSchema {
  if (properties === undefined) return optionalProperties === undefined ? rest : { ...rest, optionalProperties };
  return { ...rest, optionalProperties: { ...(isSchema(properties) && properties), ...(isSchema(optionalProperties) && optionalProperties) } };
}

function without(schema: JsonSchema, keywords: ReadonlySet<string>): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.has(keyword)));
}
