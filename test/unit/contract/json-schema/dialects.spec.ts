import assert from 'node:assert/strict';
import { compileContract, compileSchema, ContractError } from '../../../../core/contract/index.ts';
import type { ContractSource, KnownContract } from '../../../../core/contract/index.ts';

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const DRAFT_2019 = 'https://json-schema.org/draft/2019-09/schema';

const contract = (source: Omit<ContractSource, 'id' | 'version'>): ReturnType<typeof compileContract> => compileContract({ id: 'c', version: 1, ...source });
const refusal = (source: Omit<ContractSource, 'id' | 'version'>): ContractError => {
  try {
    contract(source);
  } catch (error) {
    assert.ok(error instanceof ContractError, String(error));
    return error;
  }
  return assert.fail('it was accepted');
};

describe('the dialect of a contract', () => {
  it('is chosen by $schema, by the option, and is 2020-12 without both', () => {
    // In draft-07 a list of dependencies is one keyword; since 2019-09 they are two; only 2020-12 knows prefixItems.
    assert.equal(contract({ schema: { $schema: DRAFT_07, dependencies: { a: ['b'] } } }).check({ a: 1 }).length, 1);
    assert.equal(refusal({ schema: { dependentRequired: { a: ['b'] } }, dialect: 'draft-07' }).place, 'dependentRequired');
    assert.equal(refusal({ schema: { $schema: DRAFT_2019, prefixItems: [] } }).place, 'prefixItems');
    assert.deepEqual(contract({ schema: { prefixItems: [true] } }).check({ a: 1 }), []);
  });

  it('may not be said in two ways', () => {
    assert.match(refusal({ schema: { $schema: DRAFT_07 }, dialect: '2020-12' }).message, /names draft-07, and the contract is said to be in 2020-12/);
  });

  it('passes over what stands beside $ref in draft-07 only', () => {
    const schema = { $defs: { t: true }, definitions: { t: true }, properties: { t: { $ref: '#/definitions/t', maximum: 1 } } };
    const { $defs: _, ...old } = schema;
    assert.deepEqual(contract({ schema: old, dialect: 'draft-07' }).check({ t: 5 }), []);
    assert.equal(contract({ schema, dialect: '2019-09' }).check({ t: 5 }).length, 1);
  });

  it('asserts formats in a contract, in each dialect', () => {
    for (const dialect of ['draft-07', '2019-09', '2020-12'] as const) {
      assert.equal(contract({ schema: { properties: { at: { format: 'date' } } }, dialect }).check({ at: 'x' }).length, 1, dialect);
    }
  });

  it('lets the unit and the coercion of a reading stand in a schema, and refuses them when they are of the wrong type', () => {
    assert.deepEqual(contract({ schema: { properties: { t: { type: 'number', 'x-unit': 'Cel', 'x-coerce': ['number', 'unit'] } } } }).check({ t: 1 }), []);
    assert.deepEqual(contract({ schema: { properties: { t: { 'x-coerce': true } } } }).check({ t: 1 }), []);
    assert.equal(refusal({ schema: { properties: { t: { 'x-unit': 3 } } } }).place, 'properties/t/x-unit');
    assert.equal(refusal({ schema: { properties: { t: { 'x-coerce': 'number' } } } }).place, 'properties/t/x-coerce');
    assert.match(refusal({ schema: { properties: { t: { 'x-units': 'Cel' } } } }).message, /Did you mean "x-unit"/);
  });
});

describe('a $ref to another contract', () => {
  const versions: Record<string, KnownContract[]> = {
    base: [{ version: 1, schema: { properties: { t: { maximum: 10 } } } }, { version: 2, schema: { $defs: { warm: { minimum: 20 } }, properties: { t: { maximum: 100 } } } }],
    old: [{ version: 1, schema: { definitions: { t: { type: 'number' } }, properties: { t: { $ref: '#/definitions/t', maximum: 1 } } }, dialect: 'draft-07' }],
    typed: [{ version: 1, schema: { values: { type: 'float64' } }, dialect: 'jtd' }],
    'press 7/a@b': [{ version: 3, schema: { required: ['rpm'] } }],
    loop: [{ version: 1, schema: { $ref: 'contract:loop' } }],
    bad: [{ version: 1, schema: { properties: { t: { maximun: 1 } } } }],
    through: [{ version: 1, schema: { $ref: 'contract:base@1' } }],
  };
  const known = (id: string, version?: number): KnownContract | undefined => versions[id]?.findLast((one) => version === undefined || one.version === version);
  const breaks = ($ref: string, values: Record<string, number>): number => contract({ schema: { $ref }, known }).check(values).length;

  it('reaches the newest version, or the one that is named', () => {
    assert.deepEqual([breaks('contract:base', { t: 50 }), breaks('contract:base@2', { t: 50 }), breaks('contract:base@1', { t: 50 })], [0, 0, 1]);
  });

  it('reaches into it by a fragment', () => {
    const warm = contract({ schema: { properties: { t: { $ref: 'contract:base#/$defs/warm' } } }, known });
    assert.deepEqual([warm.check({ t: 25 }).length, warm.check({ t: 15 }).length], [0, 1]);
  });

  it('reads it in its own dialect', () => {
    assert.equal(breaks('contract:old', { t: 5 }), 0);
  });

  it('goes on through it to a further one', () => {
    assert.equal(breaks('contract:through', { t: 50 }), 1);
  });

  it('takes an id with a space, a slash and an @, as it is or percent-encoded', () => {
    assert.equal(breaks('contract:press 7/a@b', {}), 1);
    assert.equal(breaks('contract:press%207%2Fa@b@3', { rpm: 1 }), 0);
  });

  const refused: [what: string, $ref: string, says: RegExp][] = [
    ['an id that is not known', 'contract:nobody', /"contract:nobody" names a contract that is not known\. Define the contract "nobody" in the backend/],
    ['a version that is not known', 'contract:base@9', /not known in version 9/],
    ['a place that is not in it', 'contract:base#/$defs/cold', /not part of/],
    ['one in JSON Type Definition', 'contract:typed', /JSON Type Definition/],
    ['one that leads back to itself', 'contract:loop', /leads back to itself/],
    ['one that cannot be used itself', 'contract:bad', /contract:bad#\/properties\/t\/maximun.*"minimum"|"maximum"/],
    ['an address', 'https://example.com/s.json', /nothing is fetched/],
    ['a metaschema', 'https://json-schema.org/draft/2020-12/schema', /nothing is fetched/],
  ];
  for (const [what, $ref, says] of refused) {
    it(`is refused with a sentence: ${what}`, () => assert.match(refusal({ schema: { $ref }, known }).message, says));
  }

  it('is refused where no contract is known', () => {
    assert.match(refusal({ schema: { $ref: 'contract:base' } }).message, /not known/);
  });
});

describe('compileSchema', () => {
  it('takes unknown keywords for notes and asserts formats only when asked to', () => {
    const schema = { unknown: 1, format: 'date' };
    assert.ok(compileSchema(schema).isValid('x'));
    assert.ok(!compileSchema(schema, { formats: true }).isValid('x'));
  });

  it('takes true and false, and JSON text', () => {
    assert.ok(compileSchema(true).isValid(1));
    assert.ok(!compileSchema(false).isValid(1));
    assert.ok(!compileSchema('{"type":"string"}').isValid(1));
  });

  it('reaches the schemas that are given, and the metaschemas of all drafts, and nothing else', () => {
    const schemas = { 'http://example.com/number': { type: 'number' } };
    assert.ok(!compileSchema({ $ref: 'http://example.com/number' }, { schemas }).isValid('x'));
    for (const $ref of [DRAFT_07, DRAFT_2019, 'https://json-schema.org/draft/2020-12/schema']) {
      const metaschema = compileSchema({ $ref });
      assert.deepEqual([metaschema.isValid({ type: 'string' }), metaschema.isValid({ type: 'nothing' })], [true, false], $ref);
    }
    assert.throws(() => compileSchema({ $ref: 'http://example.com/other' }), ContractError);
  });

  it('refuses what is no schema by its metaschema', () => {
    assert.throws(() => compileSchema({ items: { type: 'strnig' } }), (error: unknown) => error instanceof ContractError && error.place === 'items/type');
    assert.throws(() => compileSchema({ definitions: { a: { minimum: '1' } } }, { dialect: 'draft-07' }), ContractError);
    assert.throws(() => compileSchema(7), ContractError);
  });

  it('asserts what a text holds in draft-07 only, and when asked to', () => {
    const schema = { contentEncoding: 'base64', contentMediaType: 'application/json' };
    const answers = (dialect: 'draft-07' | '2019-09', formats: boolean): boolean[] => ['eyJhIjoxfQ==', '{}', 'ezp9Cg=='].map((text) => compileSchema(schema, { dialect, formats }).isValid(text));
    assert.deepEqual(answers('draft-07', true), [true, false, false]);
    assert.deepEqual(answers('draft-07', false), [true, true, true]);
    assert.deepEqual(answers('2019-09', true), [true, true, true]);
  });

  it('says why a value does not hold, with its place', () => {
    const [reason] = compileSchema({ items: { properties: { 'a/b': { type: 'number' } } } }).check([{}, { 'a/b': 'x' }]);
    assert.deepEqual([reason?.field, reason?.rule], ['1/a/b', 'type']);
  });

  it('keeps members named like those of every object apart from them', () => {
    const schema = compileSchema(JSON.parse('{"properties":{"__proto__":{"type":"number"},"constructor":{"type":"number"}},"required":["__proto__","toString"]}'));
    assert.ok(schema.isValid(JSON.parse('{"__proto__":1,"toString":2,"constructor":3}')));
    assert.ok(!schema.isValid(JSON.parse('{"__proto__":"x","toString":2}')));
    assert.ok(!schema.isValid({}));
  });

  it('compares numbers as the decimals that they are written with', () => {
    const tenths = compileSchema({ multipleOf: 0.1 });
    assert.deepEqual([0.3, 1.1, 4.35, 1e300, 0.1 + 0.2].map((value) => tenths.isValid(value)), [true, true, false, true, false]);
  });

  it('follows $dynamicRef and $recursiveRef to the outermost schema that the check came through', () => {
    const tree = { $id: 'https://example.com/tree', $dynamicAnchor: 'node', type: 'object', properties: { children: { items: { $dynamicRef: '#node' } }, data: true } };
    const strict = { $id: 'https://example.com/strict', $dynamicAnchor: 'node', $ref: 'tree', unevaluatedProperties: false };
    const schema = compileSchema(strict, { schemas: { 'https://example.com/tree': tree } });
    assert.deepEqual([schema.isValid({ children: [{ data: 1 }] }), schema.isValid({ children: [{ daat: 1 }] })], [true, false]);
  });
});
