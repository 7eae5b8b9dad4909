import type { Keyword } from './keyword.ts';
import type { Check, SchemaNode } from './node.ts';
import { keyOf } from './run.ts';
import type { Broken, Run } from './run.ts';
import { size } from './values.ts';

/** Keywords over arrays. */
export const ARRAY_KEYWORDS: Readonly<Record<string, Keyword>> = {
  minItems: size('minItems', (value, least) => !Array.isArray(value) || value.length >= least),
  maxItems: size('maxItems', (value, most) => !Array.isArray(value) || value.length <= most),
  uniqueItems(wanted) {
    if (wanted !== true) return undefined;
    const broken: Broken = { keyword: 'uniqueItems', wanted };
    return (value, run) => !Array.isArray(value) || areUnique(value, run) || run.fail(broken, value);
  },
  prefixItems: (schemas, { schema, draft, node }) => (draft === '2020-12' && Array.isArray(schemas) ? elements(schemas.map(node), node(schema['items'])) : undefined),
  items(schemas, { schema, draft, node }) {
    if (draft !== '2020-12' && Array.isArray(schemas)) return elements(schemas.map(node), node(schema['additionalItems']));
    // Beside prefixItems it is part of that.
    return draft === '2020-12' && Array.isArray(schema['prefixItems']) ? undefined : elements([], node(schemas));
  },
  contains(schemas, { schema, draft, node }) {
    const wanted = node(schemas);
    if (!wanted) return undefined;
    const bounds = draft === 'draft-07' ? {} : schema;
    const least = typeof bounds['minContains'] === 'number' ? bounds['minContains'] : 1;
    const most = typeof bounds['maxContains'] === 'number' ? bounds['maxContains'] : Infinity;
    return contains(wanted, least, most, draft === '2020-12');
  },
  unevaluatedItems(schemas, { draft, node }) {
    const rest = node(schemas);
    if (!rest || draft === 'draft-07') return undefined;
    return (value, run, seen) => {
      if (!Array.isArray(value) || !seen) return true;
      let holds = true;
      for (let index = 0; index < value.length; index += 1) {
        if (seen.hasElement(index) || rest.checkInside(index, value[index], run)) continue;
        holds = false;
        if (!run.findings) return false;
      }
      seen.addElementsBefore(value.length);
      return holds;
    };
  },
};

/** The first elements each by a schema of their own, the others by one. */
function elements(first: readonly (SchemaNode | undefined)[], rest: SchemaNode | undefined): Check {
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true;
    let holds = true;
    const end = rest ? value.length : Math.min(first.length, value.length);
    for (let index = 0; index < end; index += 1) {
      const node = index < first.length ? first[index] : rest;
      if (!node || node.checkInside(index, value[index], run)) continue;
      holds = false;
      if (!run.findings) return false;
    }
    seen?.addElementsBefore(end);
    return holds;
  };
}

function contains(wanted: SchemaNode, least: number, most: number, marks: boolean): Check {
  const tooFew: Broken = { keyword: least === 1 ? 'contains' : 'minContains', wanted: least };
  const tooMany: Broken = { keyword: 'maxContains', wanted: most };
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true;
    let found = 0;
    for (let index = 0; index < value.length; index += 1) {
      if (!wanted.test(value[index], run, undefined)) continue;
      found += 1;
      if (marks) seen?.addElement(index);
    }
    if (found < least) return run.fail(tooFew, value);
    return found <= most || run.fail(tooMany, value);
  };
}

function areUnique(values: readonly unknown[], run: Run): boolean {
  run.spend(values.length / 4);
  const plain = new Set<unknown>();
  const compound = new Set<string>();
  return values.every((value) => {
    if (typeof value !== 'object' || value === null) return plain.size < plain.add(value).size;
    return compound.size < compound.add(keyOf(value, run)).size;
  });
}
