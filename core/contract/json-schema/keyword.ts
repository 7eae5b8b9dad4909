import type { ContractPattern } from '../pattern/pattern.ts';
import type { Draft } from '../dialect.ts';
import type { Resource, SchemaObject, Target } from './library.ts';
import type { Check, SchemaNode } from './node.ts';

/** What a keyword can ask while it is compiled. */
export interface Surroundings {
  /** The schema that the keyword stands in. */
  readonly schema: SchemaObject;
  readonly draft: Draft;
  readonly resource: Resource;
  readonly assertsFormats: boolean;
  /** The node of a schema inside this one; undefined for what is no schema. */
  node(schema: unknown): SchemaNode | undefined;
  /** Follows a reference. Throws ContractError when it leads nowhere. */
  follow(reference: string): Target;
  nodeAt(target: Target): SchemaNode;
  pattern(source: string): ContractPattern;
}

/** Makes the check of a keyword; undefined when nothing is to be checked. A value of the wrong type is nothing to check. */
export type Keyword = (value: unknown, surroundings: Surroundings) => Check | undefined;
