import assert from 'node:assert/strict';
import { Ajv as AjvJtd } from 'ajv/dist/jtd.js';
import fc from 'fast-check';
import { compileContract, compileSchema, ContractError } from '../../../../core/contract/index.ts';
import type { RefusalReason, Values } from '../../../../core/sample/sample.ts';

const check = (schema: unknown, values: Values): RefusalReason[] => compileContract({ id: 'c', version: 1, schema, dialect: 'jtd' }).check(values);
const isValid = (schema: unknown, value: unknown): boolean => compileSchema(schema, { dialect: 'jtd' }).isValid(value);
const members = (properties: unknown): object => ({ properties });

describe('a contract in JSON Type Definition', () => {
  const sentences: [rule: string, schema: unknown, values: Values, field: string, message: RegExp][] = [
    ['type', members({ t: { type: 'float64' } }), { t: '21' }, 't', /^t is the text "21"; the contract asks for a number\. Send the number without quotes/],
    ['type', members({ t: { type: 'uint8' } }), { t: 256 }, 't', /asks for a whole number from 0 to 255/],
    ['type', members({ t: { type: 'boolean', nullable: true } }), { t: 1 }, 't', /asks for true or false or null/],
    ['type', members({ t: { type: 'timestamp' } }), { t: 'now' }, 't', /asks for a time such as/],
    ['enum', members({ mode: { enum: ['auto', 'manual'] } }), { mode: 'off' }, 'mode', /allows only the text "auto", the text "manual"/],
    ['properties', members({ t: {} }), {}, 't', /^t is missing; .*optionalProperties/],
    ['additionalProperties', members({ t: {} }), { t: 1, u: 2 }, 'u', /^u is not in the contract/],
    ['type', { elements: {} }, { t: 1 }, '', /^The sample is an object with 1 member; the contract asks for an array/],
    ['type', { values: { type: 'float32' } }, { t: true }, 't', /asks for a number/],
    ['type', { definitions: { whole: { type: 'int8' } }, values: { ref: 'whole' } }, { t: 0.5 }, 't', /from -128 to 127/],
    ['discriminator', { discriminator: 'kind', mapping: { a: members({ t: {} }) } }, { kind: 'b' }, 'kind', /knows only the text "a"/],
    ['properties', { discriminator: 'kind', mapping: { a: members({ t: {} }) } }, { t: 1 }, 'kind', /^kind is missing/],
  ];
  for (const [rule, schema, values, field, message] of sentences) {
    it(`says in a sentence what breaks ${JSON.stringify(schema)}: ${JSON.stringify(values)}`, () => {
      const reasons = check(schema, values);
      assert.equal(reasons.length, 1, JSON.stringify(reasons));
      assert.deepEqual([reasons[0]?.field, reasons[0]?.rule], [field, rule]);
      assert.match(reasons[0]?.message ?? '', message);
      assert.match(reasons[0]?.message ?? '', /^\S.*\. [A-Z].*\.$/, 'what is wrong, then the cure');
    });
  }

  it('is met by what its form allows', () => {
    assert.deepEqual(check({ properties: { t: { type: 'float64' } }, optionalProperties: { mode: { enum: ['a'] } }, additionalProperties: true }, { t: 1, other: 'x' }), []);
    assert.deepEqual(check({ discriminator: 'kind', mapping: { a: members({ t: {} }) } }, { kind: 'a', t: 1 }), []);
    assert.deepEqual(check(members({ t: { type: 'float64', nullable: true } }), { t: null }), []);
  });

  it('takes the last second of a leap day of UTC, whatever the offset', () => {
    assert.ok(isValid({ type: 'timestamp' }, '1990-12-31T15:59:60-08:00'));
    assert.ok(!isValid({ type: 'timestamp' }, '1990-12-31T16:59:60-08:00'));
  });

  it('answers when it refers to itself without end', () => {
    assert.match(check({ definitions: { a: { ref: 'a' } }, ref: 'a' }, {})[0]?.message ?? '', /leads back to itself/);
  });

  const refused: [what: string, schema: unknown, place: string, says: RegExp][] = [
    ['a mistyped keyword', members({ t: { tpye: 'string' } }), 'properties/t/tpye', /Did you mean "type"/],
    ['a type that is not there', members({ t: { type: 'number' } }), 'properties/t/type', /float32, float64/],
    ['two forms at once', { type: 'string', enum: ['a'] }, '', /mixes "type" and "enum"/],
    ['a ref to nothing', { ref: 'a' }, 'ref', /not in the definitions/],
    ['definitions below the top', members({ t: { definitions: {} } }), 'properties/t/definitions', /at the top/],
    ['an enum with a value twice', { enum: ['a', 'a'] }, 'enum', /different texts/],
    ['a member listed twice', { properties: { t: {} }, optionalProperties: { t: {} } }, 'optionalProperties/t', /under properties too/],
    ['a mapping that has the tag as a member', { discriminator: 'kind', mapping: { a: members({ kind: {} }) } }, 'mapping/a/properties/kind', /discriminator/],
    ['a nullable mapping', { discriminator: 'kind', mapping: { a: { ...members({}), nullable: true } } }, 'mapping/a/nullable', /nullable/],
    ['a mapping of another form', { discriminator: 'kind', mapping: { a: { type: 'string' } } }, 'mapping/a', /lists members/],
    ['a keyword of JSON Schema', { type: 'string', maxLength: 3 }, 'maxLength', /no keyword/],
    ['nesting without end', '{"values":'.repeat(200) + '{}' + '}'.repeat(200), 'values', /deeper than 64/],
    ['a text', '"x"', '', /not an object/],
  ];
  for (const [what, schema, place, says] of refused) {
    it(`is refused with the place and the cure: ${what}`, () => {
      assert.throws(() => check(schema, {}), (error: unknown) => {
        assert.ok(error instanceof ContractError, String(error));
        if (what === 'nesting without end') assert.ok(error.place.startsWith(place));
        else assert.equal(error.place, place);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it('agrees with ajv on random schemas and values', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    // Without the empty form, with which ajv passes over what is around it: {"properties":{"a":{}}} does not miss an "a" there. Nor without a property, where it takes lists for objects.
    const ajv = new AjvJtd();
    const plain = { noNullPrototype: true };
    const { schema } = fc.letrec<{ schema: object }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('boolean', 'string', 'float64', 'int8', 'uint16', 'int32').chain((type) => fc.boolean().map((nullable) => ({ type, nullable }))),
        fc.uniqueArray(name, { minLength: 1 }).map((values) => ({ enum: values })),
        tie('schema').map((elements) => ({ elements })),
        tie('schema').map((values) => ({ values })),
        fc.tuple(fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { minKeys: 1, ...plain }), fc.dictionary(fc.constant('c'), tie('schema'), plain), fc.boolean())
          .map(([properties, optionalProperties, additionalProperties]) => ({ properties, optionalProperties, additionalProperties })),
      ),
    }));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.constantFrom(null, true, 0, 1.5, -129, 70_000, 'a', 'x'), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(name, tie('value'), { maxKeys: 3, ...plain })),
    }));
    fc.assert(fc.property(schema, fc.array(value, { minLength: 5, maxLength: 5 }), (given, values) => {
      const theirs = ajv.compile(given);
      const ours = compileSchema(given, { dialect: 'jtd' });
      for (const one of values) {
        assert.equal(ours.isValid(one), theirs(one), JSON.stringify({ given, one }));
        assert.equal(ours.check(one).length === 0, ours.isValid(one));
      }
    }), { numRuns: 60 });
  });
});
