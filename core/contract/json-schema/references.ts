import type { Keyword } from './keyword.ts';
import { RECURSIVE } from './library.ts';

/** Keywords that lead to another schema. */
export const REFERENCE_KEYWORDS: Readonly<Record<string, Keyword>> = {
  $ref(reference, { follow, nodeAt }) {
    if (typeof reference !== 'string') return undefined;
    const node = nodeAt(follow(reference));
    return (value, run, seen) => node.check(value, run, seen);
  },
  $dynamicRef(reference, { draft, follow, nodeAt }) {
    if (typeof reference !== 'string' || draft !== '2020-12') return undefined;
    const target = follow(reference);
    const { anchor } = target;
    const isDynamic = anchor !== undefined && target.resource.dynamicAnchors.get(anchor) === target.schema;
    return isDynamic ? outermost(anchor, target, nodeAt) : outermost(undefined, target, nodeAt);
  },
  $recursiveRef(reference, { draft, follow, nodeAt }) {
    if (typeof reference !== 'string' || draft !== '2019-09') return undefined;
    const target = follow(reference);
    return outermost(target.resource.dynamicAnchors.has(RECURSIVE) ? RECURSIVE : undefined, target, nodeAt);
  },
};

type Asked = Parameters<Keyword>[1];

/** Takes the anchor of that name in the outermost resource that the check came through; without a name, the target itself. */
function outermost(anchor: string | undefined, target: ReturnType<Asked['follow']>, nodeAt: Asked['nodeAt']): ReturnType<Keyword> {
  const initial = nodeAt(target);
  if (anchor === undefined) return (value, run, seen) => initial.check(value, run, seen);
  return (value, run, seen) => {
    run.spend(run.scope.length / 8);
    for (const resource of run.scope) {
      const schema = resource.dynamicAnchors.get(anchor);
      if (schema) return nodeAt({ schema, resource }).check(value, run, seen);
    }
    return initial.check(value, run, seen);
  };
}
