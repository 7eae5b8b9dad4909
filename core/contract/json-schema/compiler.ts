import { ContractError } from '../contract-error.ts';
import { FORMATS } from '../formats/formats.ts';
import type { ContractPattern } from '../pattern/pattern.ts';
import { ARRAY_KEYWORDS } from './arrays.ts';
import { CONTENT_KEYWORDS } from './content.ts';
import { Evaluated } from './evaluated.ts';
import { isObject } from './json.ts';
import type { Keyword, Surroundings } from './keyword.ts';
import type { Library, Resource, Schema, SchemaObject, Target } from './library.ts';
import { LOGIC_KEYWORDS } from './logic.ts';
import { SchemaNode } from './node.ts';
import type { Check } from './node.ts';
import { OBJECT_KEYWORDS } from './objects.ts';
import { REFERENCE_KEYWORDS } from './references.ts';
import type { Broken } from './run.ts';
import { VALUE_KEYWORDS } from './values.ts';

/** In this order a schema is checked: what is cheap and what says most comes first. */
const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(Object.entries({
  ...VALUE_KEYWORDS, ...ARRAY_KEYWORDS, ...OBJECT_KEYWORDS, ...CONTENT_KEYWORDS, ...REFERENCE_KEYWORDS, ...LOGIC_KEYWORDS, format,
}));
/** These look at what all others have left. */
const LAST = ['unevaluatedItems', 'unevaluatedProperties'];

export interface CompilerOptions {
  readonly assertsFormats: boolean;
  pattern(source: string): ContractPattern;
}

/**
 * Turns schemas into checks: one node for each schema that can be reached, however often it is referred to, made from a
 * queue, so that neither nesting nor references make it recur. Semantics: JSON Schema draft-07, 2019-09 and 2020-12, core and validation.
 */
export class Compiler {
  readonly #library: Library;
  readonly #options: CompilerOptions;
  readonly #nodes = new Map<SchemaObject, SchemaNode>();
  readonly #waiting: { schema: SchemaObject; node: SchemaNode }[] = [];
  readonly #patterns = new Map<string, ContractPattern>();
  readonly #anchored = new Set<Resource>();

  constructor(library: Library, options: CompilerOptions) {
    this.#library = library;
    this.#options = options;
  }

  /** The node of a schema with everything it leads to. Throws ContractError for a reference that leads nowhere. */
  compile(schema: Schema, resource: Resource): SchemaNode {
    const root = this.#node(schema, resource);
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) next.node.fill(this.#check(next.schema, next.node.resource));
    return root;
  }

  #node(schema: Schema, resource: Resource): SchemaNode {
    if (typeof schema === 'boolean') return SchemaNode.always(resource, schema);
    const known = this.#nodes.get(schema);
    if (known) return known;
    const node = new SchemaNode(resource);
    this.#nodes.set(schema, node);
    this.#waiting.push({ schema, node });
    // A dynamic reference may come to any of them, and nothing is compiled while a value is checked.
    if (!this.#anchored.has(resource)) {
      this.#anchored.add(resource);
      for (const anchored of resource.dynamicAnchors.values()) this.#node(anchored, resource);
    }
    return node;
  }

  #check(schema: SchemaObject, resource: Resource): Check {
    const { draft, off } = resource.rules;
    const surroundings: Surroundings = {
      schema, draft, resource,
      assertsFormats: this.#options.assertsFormats || resource.rules.assertsFormats,
      node: (inner) => (typeof inner === 'boolean' || isObject(inner) ? this.#node(inner, this.#library.homeOf(inner, resource)) : undefined),
      follow: (reference) => this.#follow(reference, resource, schema),
      nodeAt: (target) => this.#node(target.schema, target.resource),
      pattern: (source) => this.#pattern(source),
    };
    const isRefAlone = draft === 'draft-07' && typeof schema['$ref'] === 'string';
    const made = (names: Iterable<string>): Check[] => [...names].flatMap((name) => {
      if (!Object.hasOwn(schema, name) || off.has(name) || (isRefAlone && name !== '$ref')) return [];
      return KEYWORDS.get(name)?.(schema[name], surroundings) ?? [];
    });
    const checks = made([...KEYWORDS.keys()].filter((name) => !LAST.includes(name)));
    const last = made(LAST);
    return last.length === 0 ? inTurn(checks) : withOwnView(inTurn([...checks, ...last]));
  }

  #follow(reference: string, resource: Resource, schema: SchemaObject): Target {
    const target = this.#library.resolve(reference, resource);
    if (!target) throw new UnknownReference(reference, schema);
    return target;
  }

  #pattern(source: string): ContractPattern {
    const known = this.#patterns.get(source) ?? this.#options.pattern(source);
    this.#patterns.set(source, known);
    return known;
  }
}

/** A reference that leads nowhere, with the schema that it stands in. */
export class UnknownReference extends ContractError {
  readonly reference: string;
  readonly schema: SchemaObject;

  constructor(reference: string, schema: SchemaObject) {
    super('$ref', `"${reference.slice(0, 120)}" is not part of this schema, and nothing is fetched from elsewhere. Copy what it names into $defs, and write "$ref":"#/$defs/…".`);
    this.reference = reference;
    this.schema = schema;
  }
}

function inTurn(checks: readonly Check[]): Check {
  const [only] = checks;
  if (only && checks.length === 1) return only;
  return (value, run, seen) => {
    let holds = true;
    for (const check of checks) {
      if (check(value, run, seen)) continue;
      holds = false;
      if (!run.findings) return false;
    }
    return holds;
  };
}

/** What a schema has evaluated is asked in it, and then told to the one around it. */
function withOwnView(check: Check): Check {
  return (value, run, seen) => {
    const own = new Evaluated();
    const holds = check(value, run, own);
    if (holds) seen?.add(own);
    return holds;
  };
}

function format(name: unknown, { assertsFormats }: Surroundings): Check | undefined {
  const test = assertsFormats && typeof name === 'string' ? FORMATS.get(name) : undefined;
  const broken: Broken = { keyword: 'format', wanted: name };
  return test && ((value, run) => {
    if (typeof value === 'string') run.spend(value.length / 8);
    return test(value) || run.fail(broken, value);
  });
}
