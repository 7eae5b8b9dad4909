import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { apiPage, PAGE_POLICY } from '../../../core/history/api/api-page.ts';
import { HistoryQueryError } from '../../../core/history/history-error.ts';
import { openApiDocument, PARAMETERS } from '../../../core/history/api/open-api.ts';
import { FIELD_NAMES } from '../../../core/history/query.ts';
import { readHistoryQuery } from '../../../core/history/read-query.ts';
import { NOW } from './plain-store.ts';

interface Parameter {
  name: string;
  schema: { default?: unknown; enum?: unknown[] };
  examples?: Record<string, { value: string }>;
}

const document = openApiDocument();
const parameters = document.paths['/history']?.['get']?.parameters as unknown as Parameter[];
const ajv = new Ajv2020({ strict: false });
const read = (question: object): unknown => readHistoryQuery(question, { now: NOW, timeZone: 'UTC' });

describe('the OpenAPI document', () => {
  it('names just the fields that are read, in the URL and in the body, and the format', () => {
    const expected = [...FIELD_NAMES, 'format'];
    assert.deepEqual(parameters.map(({ name }) => name), expected);
    const body = (document.paths['/history']!['post'] as unknown as { requestBody: { content: { 'application/json': { schema: { properties: object } } } } }).requestBody.content['application/json'].schema;
    assert.deepEqual(Object.keys(body.properties), expected);
  });

  it('gives examples, choices and defaults that are read, and that its own schemas allow', () => {
    for (const { name, schema, examples = {} } of parameters.filter((one) => one.name !== 'format')) {
      const allows = ajv.compile(schema);
      const values = [...Object.values(examples).map(({ value }) => value), ...(schema.enum ?? []), ...('default' in schema ? [schema.default] : [])];
      for (const value of values) {
        // What stands in a URL is text, also where a number is meant.
        assert.ok(allows(value) || allows(Number(value)), `${name}: ${String(value)} is not as its schema says`);
        assert.doesNotThrow(() => read({ from: '2026-01-01', [name]: value }), `${name}: ${String(value)}`);
      }
    }
  });

  it('refuses what is refused', () => {
    for (const [name, wrong] of [['kind', 'cooked'], ['points', 0], ['points', 1e9], ['limit', 0], ['order', 'random'], ['minimumQuality', 'fine'], ['resets', true], ['tag', 7]] as const) {
      assert.throws(() => read({ [name]: wrong }), HistoryQueryError);
      assert.equal(ajv.validate(PARAMETERS.find((one) => one.name === name)?.schema ?? {}, wrong), false, name);
    }
  });

  it('has the parts that OpenAPI 3.1 asks for, and every reference leads somewhere', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.deepEqual(Object.keys(document.info), ['title', 'version', 'description']);
    const text = JSON.stringify(document);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      assert.ok(target, path);
    }
    for (const { responses } of Object.values(document.paths['/history'] ?? {})) for (const { description } of Object.values(responses)) assert.ok(description.length > 5);
  });
});

describe('the page of the API', () => {
  it('shows every parameter and status of the document', () => {
    const page = apiPage(document);
    for (const { name } of parameters) assert.ok(page.includes(`<code>${name}</code>`), name);
    for (const status of ['200', '400', '401', '404', '503']) assert.ok(page.includes(`<td>${status}</td>`), status);
  });

  it('brings nothing from elsewhere and runs nothing', () => {
    const page = apiPage(document);
    assert.equal(/<script|https?:|url\(|@import|\son\w+=/i.test(page), false);
    assert.match(PAGE_POLICY, /^default-src 'none'; style-src 'sha256-/);
  });

  it('shows text as text, whatever is in it', () => {
    const evil = '<img src=x onerror="alert(1)">\'&';
    const operation = { summary: evil, description: `${evil} \`${evil}\``, parameters: [{ name: evil, description: evil, examples: { a: { value: evil } } }], responses: { [evil]: { description: evil } } };
    const page = apiPage({ openapi: '3.1.0', info: { title: evil, version: '1', description: evil }, paths: { [evil]: { [evil]: operation } } });
    assert.equal(page.includes('<img'), false);
    assert.equal(page.match(/&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;&#39;&amp;/gi)?.length, 14);
  });
});
