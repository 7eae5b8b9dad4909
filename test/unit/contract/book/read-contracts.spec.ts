import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSameJson } from '../../../../core/contract/book/definition.ts';
import { readContracts } from '../../../../core/contract/book/read-contracts.ts';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';

const SCHEMA = { type: 'object', properties: { temperature: { type: 'number' } } };

describe('Contracts in the settings of a backend', () => {
  function refusal(value: unknown): ConfigError {
    try {
      readContracts(value);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error;
    }
    throw new assert.AssertionError({ message: `taken: ${JSON.stringify(value)?.slice(0, 200)}` });
  }

  it('are taken as a person gives them, their versions in order and their schemas as JSON', () => {
    const contracts = readContracts([
      { id: ' press ', title: ' Presses ', versions: [{ version: '2', schema: JSON.stringify(SCHEMA), note: ' with units ' }, { version: 1, schema: SCHEMA, dialect: 'draft-07' }] },
      { id: 'van', title: '', versions: [{ version: 1, schema: SCHEMA, dialect: '', note: null }] },
    ]);
    assert.deepEqual(contracts, [
      { id: 'press', title: 'Presses', versions: [{ version: 1, schema: SCHEMA, dialect: 'draft-07' }, { version: 2, schema: SCHEMA, note: 'with units' }] },
      { id: 'van', versions: [{ version: 1, schema: SCHEMA }] },
    ]);
    assert.deepEqual(readContracts(contracts), contracts);
  });

  it('are refused with a sentence that names the field and the cure', () => {
    const version = { version: 1, schema: SCHEMA };
    const deep = JSON.parse(`${'{"not":'.repeat(200)}{}${'}'.repeat(200)}`) as object;
    const cases: Array<[unknown, RegExp]> = [
      [null, /The contracts are not a list/], [[7], /row 1, is 7\. Give an object/], [[{ versions: [version] }], /row 1, id, is missing\. Use 1 to 64/], [[{ id: 'a b', versions: [version] }], /id, is "a b"/],
      [[{ id: '../etc', versions: [version] }], /id, is "\.\.\/etc"/], [[{ id: 'a@1', versions: [version] }], /id, is "a@1"/],
      [[{ id: 'a', versions: [version] }, { id: 'a', versions: [version] }], /row 2, id, is "a", which another contract has already/],
      [[{ id: 'a' }], /versions, is missing\. Give a list/], [[{ id: 'a', versions: [] }], /versions, is a list\. Give a list with at least one/], [[{ id: 'a', versions: [version, version] }], /versions, has 1 twice/],
      [[{ id: 'a', versions: [{ ...version, version: 0 }] }], /version, is 0\. Enter a whole number from 1/], [[{ id: 'a', versions: [{ ...version, version: 1.5 }] }], /version, is 1\.5/],
      [[{ id: 'a', versions: [{ version: 1 }] }], /schema, is missing\. Enter a JSON Schema/], [[{ id: 'a', versions: [{ version: 1, schema: '{' }] }], /schema, is not JSON/], [[{ id: 'a', versions: [{ version: 1, schema: '7' }] }], /schema, is 7/],
      [[{ id: 'a', versions: [{ version: 1, schema: deep }] }], /nested deeper than 100/], [[{ id: 'a', versions: [{ version: 1, schema: { title: 'x'.repeat(1_000_001) } }] }], /Use at most 1000000/],
      [[{ id: 'a', versions: [{ ...version, dialect: 'draft-03' }] }], /dialect, is "draft-03"\. Choose one of: draft-07, 2019-09, 2020-12, jtd/], [[{ id: 'a', versions: [{ ...version, draft: 1 }] }], /has "draft", which is not known/],
      [[{ id: 'a', title: 'x'.repeat(201), versions: [version] }], /title, is .* at most 200/], [[{ id: 'a', versions: [{ ...version, note: {} }] }], /note, is of type object/],
      [Array.from({ length: 1_001 }, (_, index) => ({ id: `c${index}`, versions: [version] })), /There are 1001 contracts\. Use at most 1000/],
    ];
    for (const [value, sentence] of cases) {
      const { message, field } = refusal(value);
      assert.match(message, sentence);
      assert.ok(message.startsWith(field) || field === 'contracts', `${field}: ${message}`);
    }
  });

  it('whatever they are, are taken or refused', () => {
    fc.assert(fc.property(fc.anything(), fc.jsonValue(), (whole, part) => {
      for (const value of [whole, part, [part], [{ id: 'a', versions: [part] }], [{ id: 'a', versions: [{ version: 1, schema: part }] }]]) {
        try {
          readContracts(value);
        } catch (error) {
          assert.ok(error instanceof ConfigError);
        }
      }
    }), { numRuns: 300 });
  });

  it('are the same however their members are ordered, and only then', () => {
    assert.equal(isSameJson({ a: [1, { b: null, c: 'x' }], d: 0 }, { d: 0, a: [1, { c: 'x', b: null }] }), true);
    for (const [one, other] of [[{ a: 1 }, { a: 1, b: undefined }], [[1, 2], [2, 1]], [{ a: 1 }, [1]], [null, {}], ['1', 1], [{}, []]]) assert.equal(isSameJson(one, other), false, JSON.stringify([one, other]));
    fc.assert(fc.property(fc.jsonValue(), (value) => isSameJson(value, JSON.parse(JSON.stringify(value)))));
  });
});
