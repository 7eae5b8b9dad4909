import { Evaluated } from './evaluated.ts';
import type { Keyword } from './keyword.ts';
import type { SchemaNode } from './node.ts';
import type { Broken } from './run.ts';

/** Keywords that put schemas over the same value together. */
export const LOGIC_KEYWORDS: Readonly<Record<string, Keyword>> = {
  allOf(schemas, { node }) {
    const all = nodes(schemas, node);
    return all && ((value, run, seen) => {
      let holds = true;
      for (const inner of all) {
        if (inner.check(value, run, seen)) continue;
        holds = false;
        if (!run.findings) return false;
      }
      return holds;
    });
  },
  anyOf(schemas, { node }) {
    const some = nodes(schemas, node);
    const broken: Broken = { keyword: 'anyOf', wanted: undefined };
    return some && ((value, run, seen) => {
      if (!seen) return some.some((inner) => inner.test(value, run, undefined)) || run.fail(broken, value);
      // Each alternative that holds tells what it has looked at, so none may be passed over.
      return alternatives(some, value, run, seen) > 0 || run.fail(broken, value);
    });
  },
  oneOf(schemas, { node }) {
    const some = nodes(schemas, node);
    const none: Broken = { keyword: 'oneOf', wanted: 'none' };
    const several: Broken = { keyword: 'oneOf', wanted: 'several' };
    return some && ((value, run, seen) => {
      const holding = alternatives(some, value, run, seen);
      return holding === 1 || run.fail(holding === 0 ? none : several, value);
    });
  },
  not(schema, { node }) {
    const inner = node(schema);
    const broken: Broken = { keyword: 'not', wanted: undefined };
    return inner && ((value, run) => !inner.test(value, run, undefined) || run.fail(broken, value));
  },
  if(schema, { schema: around, node }) {
    const condition = node(schema);
    const then = node(around['then']);
    const otherwise = node(around['else']);
    return condition && ((value, run, seen) => {
      const own = seen && new Evaluated();
      const holds = condition.test(value, run, own);
      if (holds && own) seen.add(own);
      const next = holds ? then : otherwise;
      return !next || next.check(value, run, seen);
    });
  },
};

/** How many of them hold. */
function alternatives(some: readonly SchemaNode[], value: unknown, run: Parameters<SchemaNode['check']>[1], seen: Evaluated | undefined): number {
  let holding = 0;
  for (const inner of some) {
    const own = seen && new Evaluated();
    if (!inner.test(value, run, own)) continue;
    holding += 1;
    if (own) seen.add(own);
  }
  return holding;
}

function nodes(schemas: unknown, node: (schema: unknown) => SchemaNode | undefined): SchemaNode[] | undefined {
  return Array.isArray(schemas) ? schemas.flatMap((schema) => node(schema) ?? []) : undefined;
}
