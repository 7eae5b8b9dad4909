import { isDateTime } from '../formats/time.ts';
import { isObject } from '../json-schema/json.ts';
import type { Resource } from '../json-schema/library.ts';
import { SchemaNode } from '../json-schema/node.ts';
import type { Check } from '../json-schema/node.ts';
import type { Broken, Run } from '../json-schema/run.ts';
import { plainRules } from '../dialect.ts';
import type { JtdSchema, JtdType } from './jtd-schema.ts';

/** A schema of JSON Type Definition is one whole, without resources in it. */
const WHOLE: Resource = { uri: '', root: true, rules: plainRules('2020-12'), anchors: new Map(), dynamicAnchors: new Map() };

const TYPES: Readonly<Record<JtdType, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  timestamp: (value) => typeof value === 'string' && isDateTime(value),
  float32: (value) => typeof value === 'number',
  float64: (value) => typeof value === 'number',
  int8: within(-128, 127),
  uint8: within(0, 255),
  int16: within(-32_768, 32_767),
  uint16: within(0, 65_535),
  int32: within(-2_147_483_648, 2_147_483_647),
  uint32: within(0, 4_294_967_295),
};

/** Turns a schema of JSON Type Definition into checks (RFC 8927, section 3.3). */
export function compileJtd(root: JtdSchema): SchemaNode {
  const definitions = new Map(Object.keys(root.definitions ?? {}).map((name) => [name, new SchemaNode(WHOLE)]));
  const node = (schema: JtdSchema, tag?: string): SchemaNode => {
    const made = new SchemaNode(WHOLE);
    made.fill(checkOf(schema, { node, definitions, tag }));
    return made;
  };
  for (const [name, schema] of Object.entries(root.definitions ?? {})) definitions.get(name)?.fill(checkOf(schema, { node, definitions }));
  return node(root);
}

interface Making {
  node(schema: JtdSchema, tag?: string): SchemaNode;
  readonly definitions: ReadonlyMap<string, SchemaNode>;
  /** The member that chose this schema, and is no member of it. */
  readonly tag?: string | undefined;
}

function checkOf(schema: JtdSchema, making: Making): Check {
  const check = formOf(schema, making);
  return schema.nullable === true ? (value, run, seen) => value === null || check(value, run, seen) : check;
}

function formOf(schema: JtdSchema, making: Making): Check {
  const { ref, type, enum: values, elements, properties, optionalProperties, additionalProperties, discriminator, mapping } = schema;
  const { node, definitions } = making;
  if (ref !== undefined) return (value, run) => definitions.get(ref)?.check(value, run, undefined) ?? false;
  if (type !== undefined) {
    const broken: Broken = { keyword: 'type', wanted: schema.nullable === true ? [type, 'null'] : type };
    return (value, run) => TYPES[type](value) || run.fail(broken, value);
  }
  if (values) {
    const known: ReadonlySet<unknown> = new Set(values);
    const broken: Broken = { keyword: 'enum', wanted: values };
    return (value, run) => known.has(value) || run.fail(broken, value);
  }
  if (elements) return elementsOf(node(elements));
  if (schema.values) return membersOf([], [], node(schema.values));
  if (discriminator !== undefined && mapping) return choiceOf(discriminator, new Map(Object.entries(mapping).map(([name, inner]) => [name, node(inner, discriminator)])));
  if (!properties && !optionalProperties && additionalProperties === undefined) return () => true;
  const named = (members: Record<string, JtdSchema> | undefined): [string, SchemaNode][] => Object.entries(members ?? {}).map(([name, inner]) => [name, node(inner)]);
  return membersOf(named(properties), named(optionalProperties), additionalProperties === true ? SchemaNode.always(WHOLE, true) : undefined, making.tag);
}

const NO_OBJECT: Broken = { keyword: 'type', wanted: 'object' };
const NO_LIST: Broken = { keyword: 'type', wanted: 'array' };
const MISSING: Broken = { keyword: 'properties', wanted: undefined };
const UNKNOWN: Broken = { keyword: 'additionalProperties', wanted: false };

function elementsOf(inner: SchemaNode): Check {
  return (value, run) => {
    if (!Array.isArray(value)) return run.fail(NO_LIST, value);
    let holds = true;
    for (let index = 0; index < value.length; index += 1) {
      if (inner.checkInside(index, value[index], run)) continue;
      holds = false;
      if (!run.findings) return false;
    }
    return holds;
  };
}

/** `others` checks the members that are not named; without it there may be none but the tag. */
function membersOf(needed: [string, SchemaNode][], optional: [string, SchemaNode][], others: SchemaNode | undefined, tag?: string): Check {
  const named = new Map([...needed, ...optional]);
  const member = (name: string, value: Record<string, unknown>, run: Run): boolean => {
    const inner = named.get(name) ?? others;
    if (inner) return inner.checkInside(name, value[name], run);
    return name === tag || run.fail(UNKNOWN, value, name);
  };
  return (value, run) => {
    if (!isObject(value)) return run.fail(NO_OBJECT, value);
    let holds = true;
    for (const [name] of needed) {
      if (Object.hasOwn(value, name)) continue;
      holds = run.fail(MISSING, value, name);
      if (!run.findings) return false;
    }
    for (const name in value) {
      if (!Object.hasOwn(value, name) || member(name, value, run)) continue;
      holds = false;
      if (!run.findings) return false;
    }
    return holds;
  };
}

function choiceOf(tag: string, mapping: ReadonlyMap<string, SchemaNode>): Check {
  const names = [...mapping.keys()];
  const broken: Broken = { keyword: 'discriminator', wanted: names };
  return (value, run, seen) => {
    if (!isObject(value)) return run.fail(NO_OBJECT, value);
    if (!Object.hasOwn(value, tag)) return run.fail(MISSING, value, tag);
    const chosen = value[tag];
    const inner = typeof chosen === 'string' ? mapping.get(chosen) : undefined;
    if (inner) return inner.check(value, run, seen);
    run.path.push(tag);
    run.fail(broken, chosen);
    run.path.pop();
    return false;
  };
}

function within(least: number, most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
