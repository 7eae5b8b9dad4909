import { ContractError } from '../contract-error.ts';
import { draftOf, PLACES, plainRules, rulesOf } from '../dialect.ts';
import type { Draft, Rules } from '../dialect.ts';
import { isObject } from './json.ts';
import { fragmentOf, pointerNames, resolveUri, withoutFragment } from './uri.ts';

export type SchemaObject = Record<string, unknown>;
export type Schema = SchemaObject | boolean;

/** A schema with a base URI of its own, and what can be reached in it by name. */
export interface Resource {
  readonly uri: string;
  readonly root: Schema;
  readonly rules: Rules;
  readonly anchors: Map<string, SchemaObject>;
  /** The `$dynamicAnchor`s; under `#` the root itself, where `$recursiveAnchor` is true. */
  readonly dynamicAnchors: Map<string, SchemaObject>;
}

/** What a reference leads to. `anchor` is set when it got there by the plain name of an anchor. */
export interface Target { readonly schema: Schema; readonly resource: Resource; readonly anchor?: string }

/** A document that may be referred to. Without a draft, its `$schema` says it, or it is in that of the schema that refers to it. */
export interface Document { readonly schema: unknown; readonly draft?: Draft | undefined }
export type FindDocument = (uri: string) => Document | undefined;

/** Names under the recursive anchor's; no `$dynamicAnchor` can be called so. */
export const RECURSIVE = '#';

/** Beyond what a person writes, and within what a check's recursion bears. */
const DEEPEST = 500;

/** All schemas that one compiled schema can reach: embedded resources, anchors and other documents, loaded when referred to. */
export class Library {
  readonly #resources = new Map<string, Resource>();
  /** The resource that an object of a known schema is in. */
  readonly #homes = new Map<SchemaObject, Resource>();
  readonly #find: FindDocument;

  constructor(find: FindDocument) {
    this.#find = find;
  }

  /** Takes in a document that was found at a URI. Throws ContractError for one that is no schema. */
  add(uri: string, { schema, draft }: Document, usual: Draft): Resource {
    if (typeof schema !== 'boolean' && !isObject(schema)) throw new ContractError('', 'it is neither an object nor true or false. Write a JSON Schema, such as {"type":"object"}.');
    const rules = isObject(schema) ? this.#rulesOf(schema['$schema'], draft ?? usual) : plainRules(draft ?? usual);
    const base = isObject(schema) ? ownUri(schema, uri, rules.draft) : uri;
    const resource = this.#resource(base, schema, rules);
    this.#resources.set(withoutFragment(uri), resource);
    if (isObject(schema)) this.#walk(schema, resource);
    return resource;
  }

  /** Follows a reference; undefined when it leads nowhere. */
  resolve(reference: string, from: Resource): Target | undefined {
    const uri = resolveUri(reference, from.uri);
    const base = withoutFragment(uri);
    const resource = base === from.uri ? from : this.#resources.get(base) ?? this.#load(base, from.rules.draft);
    if (!resource) return undefined;
    const fragment = fragmentOf(uri);
    if (fragment === '') return { schema: resource.root, resource };
    if (fragment.startsWith('/')) return this.#follow(fragment, resource);
    const schema = resource.anchors.get(fragment);
    return schema && { schema, resource, anchor: fragment };
  }

  /** The resource that a schema is in: its parent's, unless it begins one. */
  homeOf(schema: Schema, parent: Resource): Resource {
    return typeof schema === 'boolean' ? parent : this.#homes.get(schema) ?? parent;
  }

  #load(uri: string, usual: Draft): Resource | undefined {
    const document = this.#find(uri);
    return document && this.add(uri, document, usual);
  }

  #resource(uri: string, root: Schema, rules: Rules): Resource {
    const resource: Resource = { uri: withoutFragment(uri), root, rules, anchors: new Map(), dynamicAnchors: new Map() };
    this.#resources.set(resource.uri, resource);
    return resource;
  }

  #rulesOf(named: unknown, usual: Draft): Rules {
    if (typeof named !== 'string') return plainRules(usual);
    const draft = draftOf(named);
    if (draft) return plainRules(draft);
    const metaschema = this.#find(withoutFragment(named))?.schema;
    if (!isObject(metaschema)) return plainRules(usual);
    const metaDraft = draftOf(metaschema['$schema']) ?? usual;
    const vocabulary = metaschema['$vocabulary'];
    return isObject(vocabulary) ? rulesOf(metaDraft, vocabulary) : plainRules(metaDraft);
  }

  #follow(pointer: string, start: Resource): Target | undefined {
    let at: unknown = start.root;
    let resource = start;
    for (const name of pointerNames(pointer)) {
      if ((!isObject(at) && !Array.isArray(at)) || !Object.hasOwn(at, name)) return undefined;
      at = isObject(at) ? at[name] : at[Number(name)];
      if (isObject(at)) resource = this.#homes.get(at) ?? resource;
    }
    if (typeof at === 'boolean') return { schema: at, resource };
    if (!isObject(at)) return undefined;
    // A place under a keyword that nobody knows becomes a schema only now that something refers to it.
    if (!this.#homes.has(at)) this.#walk(at, this.#begins(at, resource));
    return { schema: at, resource: this.#homes.get(at) ?? resource };
  }

  /** Notes every schema under one, with the resource it is in. A stack of its own: nesting is the author's choice. */
  #walk(root: SchemaObject, resource: Resource): void {
    const open: { schema: SchemaObject; resource: Resource; depth: number }[] = [{ schema: root, resource, depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { schema, resource: home, depth } = next;
      if (this.#homes.has(schema)) continue;
      if (depth > DEEPEST) throw new ContractError('', `it is nested deeper than ${DEEPEST} levels. Write it flatter.`);
      this.#homes.set(schema, home);
      noteAnchors(schema, home);
      for (const inner of innerSchemas(schema, home.rules.draft)) open.push({ schema: inner, resource: this.#begins(inner, home), depth: depth + 1 });
    }
  }

  /** The resource that a schema begins by its `$id`, or the one it is in. */
  #begins(schema: SchemaObject, parent: Resource): Resource {
    const rules = typeof schema['$schema'] === 'string' && typeof schema['$id'] === 'string' ? this.#rulesOf(schema['$schema'], parent.rules.draft) : parent.rules;
    const uri = ownUri(schema, parent.uri, rules.draft);
    if (uri === parent.uri) return parent;
    return this.#resource(uri, schema, rules);
  }
}

/** The base URI within a schema: its `$id`, against that of its parent. */
function ownUri(schema: SchemaObject, parent: string, draft: Draft): string {
  const id = schema['$id'];
  if (typeof id !== 'string' || id.startsWith('#')) return parent;
  // Draft-07 passes over whatever stands beside $ref.
  if (draft === 'draft-07' && typeof schema['$ref'] === 'string') return parent;
  return withoutFragment(resolveUri(id, parent));
}

function noteAnchors(schema: SchemaObject, { anchors, dynamicAnchors, rules: { draft } }: Resource): void {
  const { $id: id, $anchor: anchor, $dynamicAnchor: dynamicAnchor } = schema;
  if (draft === 'draft-07') {
    const hash = typeof id === 'string' && typeof schema['$ref'] !== 'string' ? id.indexOf('#') : -1;
    if (typeof id === 'string' && hash !== -1 && hash < id.length - 1) anchors.set(id.slice(hash + 1), schema);
    return;
  }
  if (typeof anchor === 'string') anchors.set(anchor, schema);
  if (draft === '2019-09') {
    if (schema['$recursiveAnchor'] === true) dynamicAnchors.set(RECURSIVE, schema);
  } else if (typeof dynamicAnchor === 'string') {
    anchors.set(dynamicAnchor, schema);
    dynamicAnchors.set(dynamicAnchor, schema);
  }
}

/** The schemas that stand directly in one. */
function* innerSchemas(schema: SchemaObject, draft: Draft): Generator<SchemaObject> {
  const { named, listed, single } = PLACES[draft];
  for (const [keyword, value] of Object.entries(schema)) {
    if (isObject(value)) {
      if (named.has(keyword)) yield* Object.values(value).filter(isObject);
      else if (single.has(keyword)) yield value;
    } else if (Array.isArray(value) && listed.has(keyword)) {
      yield* value.filter(isObject);
    }
  }
}

