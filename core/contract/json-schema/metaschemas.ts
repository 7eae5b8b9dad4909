import { createRequire } from 'node:module';
import type { Draft } from '../dialect.ts';
import { isObject } from './json.ts';

const require = createRequire(import.meta.url);

/** Where ajv keeps the published metaschemas and their vocabularies. */
const FILES: Readonly<Record<Draft, readonly string[]>> = {
  'draft-07': ['json-schema-draft-07'],
  '2019-09': ['schema', 'meta/core', 'meta/applicator', 'meta/validation', 'meta/meta-data', 'meta/format', 'meta/content'].map((name) => `json-schema-2019-09/${name}`),
  '2020-12': ['schema', 'meta/core', 'meta/applicator', 'meta/unevaluated', 'meta/validation', 'meta/meta-data', 'meta/format-annotation', 'meta/content']
    .map((name) => `json-schema-2020-12/${name}`),
};

/** The published metaschemas and vocabularies of all drafts, by their URI without fragment. */
let published: Map<string, { schema: unknown; draft: Draft }> | undefined;

/** A published metaschema; undefined for another URI. */
export function metaschema(uri: string): { schema: unknown; draft: Draft } | undefined {
  published ??= load();
  return published.get(uri);
}

function load(): Map<string, { schema: unknown; draft: Draft }> {
  const found = new Map<string, { schema: unknown; draft: Draft }>();
  for (const draft of ['draft-07', '2019-09', '2020-12'] as const) {
    for (const file of FILES[draft]) {
      const schema: unknown = require(`ajv/dist/refs/${file}.json`);
      if (isObject(schema)) found.set(String(schema['$id']).replace(/#$/, ''), { schema, draft });
    }
  }
  return found;
}
