import { isObject } from './json.ts';
import type { Keyword, Surroundings } from './keyword.ts';
import type { Check, SchemaNode } from './node.ts';
import type { Broken } from './run.ts';
import { size } from './values.ts';

/** Keywords over objects. */
export const OBJECT_KEYWORDS: Readonly<Record<string, Keyword>> = {
  minProperties: size('minProperties', (value, least) => !isObject(value) || Object.keys(value).length >= least),
  maxProperties: size('maxProperties', (value, most) => !isObject(value) || Object.keys(value).length <= most),
  required: (names) => (Array.isArray(names) ? required(names.map(String), { keyword: 'required', wanted: names }) : undefined),
  properties: (_, surroundings) => members(surroundings),
  // The three are one pass over the members; the first that is there makes it.
  patternProperties: (_, surroundings) => (isObject(surroundings.schema['properties']) ? undefined : members(surroundings)),
  additionalProperties: (_, surroundings) => (isObject(surroundings.schema['properties']) || isObject(surroundings.schema['patternProperties']) ? undefined : members(surroundings)),
  propertyNames(schema, { node }) {
    const names = node(schema);
    const broken: Broken = { keyword: 'propertyNames', wanted: schema };
    return names && ((value, run) => {
      if (!isObject(value)) return true;
      let holds = true;
      for (const name of Object.keys(value)) {
        if (names.test(name, run, undefined)) continue;
        holds = run.fail(broken, value, name);
        if (!run.findings) return false;
      }
      return holds;
    });
  },
  dependentRequired: (names, { draft }) => (draft === 'draft-07' ? undefined : dependencies('dependentRequired', names, () => undefined)),
  dependentSchemas: (schemas, { draft, node }) => (draft === 'draft-07' ? undefined : dependencies('dependentSchemas', schemas, node)),
  dependencies: (either, { node }) => dependencies('dependencies', either, node),
  unevaluatedProperties(schema, { draft, node }) {
    const rest = node(schema);
    if (!rest || draft === 'draft-07') return undefined;
    const forbidden: Broken | undefined = schema === false ? { keyword: 'unevaluatedProperties', wanted: false } : undefined;
    return (value, run, seen) => {
      if (!isObject(value) || !seen) return true;
      let holds = true;
      for (const name of Object.keys(value)) {
        if (seen.hasProperty(name)) continue;
        if (forbidden ? run.fail(forbidden, value, name) : rest.checkInside(name, value[name], run)) continue;
        holds = false;
        if (!run.findings) return false;
      }
      seen.addAllProperties();
      return holds;
    };
  },
};

/** `properties`, `patternProperties` and `additionalProperties` together. */
function members({ schema, node, pattern, resource }: Surroundings): Check {
  const isOff = (keyword: string): boolean => resource.rules.off.has(keyword);
  const own = isObject(schema['properties']) && !isOff('properties') ? Object.entries(schema['properties']) : [];
  const named = new Map(own.map(([name, inner]) => [name, node(inner)]));
  const formed = isObject(schema['patternProperties']) && !isOff('patternProperties') ? Object.entries(schema['patternProperties']) : [];
  const patterns = formed.map(([source, inner]) => ({ form: pattern(source), inner: node(inner) }));
  const others = isOff('additionalProperties') ? undefined : node(schema['additionalProperties']);
  const forbidden: Broken | undefined = schema['additionalProperties'] === false ? { keyword: 'additionalProperties', wanted: false } : undefined;
  return (value, run, seen) => {
    if (!isObject(value)) return true;
    let holds = true;
    for (const name in value) {
      if (!Object.hasOwn(value, name)) continue;
      run.spend(0);
      const inner: SchemaNode | undefined = named.get(name);
      let isKnown = inner !== undefined;
      let member = !inner || inner.checkInside(name, value[name], run);
      for (const { form, inner: matching } of patterns) {
        run.spend(form.cost(name));
        if (!form.test(name)) continue;
        isKnown = true;
        if (matching && !matching.checkInside(name, value[name], run)) member = false;
      }
      if (!isKnown && others) member = forbidden ? run.fail(forbidden, value, name) : others.checkInside(name, value[name], run);
      if (isKnown || others) seen?.addProperty(name);
      if (member) continue;
      holds = false;
      if (!run.findings) return false;
    }
    return holds;
  };
}

function required(names: readonly string[], broken: Broken): Check {
  return (value, run) => {
    if (!isObject(value)) return true;
    run.spend(names.length / 8);
    let holds = true;
    for (const name of names) {
      if (Object.hasOwn(value, name)) continue;
      holds = run.fail(broken, value, name);
      if (!run.findings) return false;
    }
    return holds;
  };
}

/** What holds only for objects with a certain member: further members, or a schema. */
function dependencies(keyword: string, wanted: unknown, node: (schema: unknown) => SchemaNode | undefined): Check | undefined {
  if (!isObject(wanted)) return undefined;
  const checks = Object.entries(wanted).map(([trigger, asked]): { trigger: string; check: Check | undefined } => {
    if (Array.isArray(asked)) return { trigger, check: required(asked.map(String), { keyword, wanted: trigger }) };
    const inner = node(asked);
    return { trigger, check: inner && ((value, run, seen) => inner.check(value, run, seen)) };
  });
  return (value, run, seen) => {
    if (!isObject(value)) return true;
    run.spend(checks.length / 8);
    let holds = true;
    for (const { trigger, check } of checks) {
      if (!check || !Object.hasOwn(value, trigger) || check(value, run, seen)) continue;
      holds = false;
      if (!run.findings) return false;
    }
    return holds;
  };
}
