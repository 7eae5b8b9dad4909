import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileContract, ContractError } from '../../../core/contract/index.ts';
import type { RefusalReason, Values } from '../../../core/sample/sample.ts';

const check = (schema: unknown, values: Values): RefusalReason[] => compileContract({ id: 'c', version: 1, schema }).check(values);
const metric = (rule: unknown): object => ({ type: 'object', properties: { temperature: rule } });

describe('a contract', () => {
  it('is met by what it allows, and says so without allocating', () => {
    const contract = compileContract({ id: 'cold-room', version: 3, schema: metric({ type: 'number', minimum: -40, maximum: 150 }) });
    assert.deepEqual([contract.id, contract.version], ['cold-room', 3]);
    const met = contract.check({ temperature: 21.4 });
    assert.equal(met.length, 0);
    assert.equal(contract.check({ temperature: 22 }), met);
    assert.throws(() => met.push({ field: '', rule: '', message: '' }), TypeError);
  });

  it('may be given as JSON text', () => {
    assert.deepEqual(check(JSON.stringify(metric({ type: 'number' })), { temperature: 1 }), []);
    assert.equal(check(JSON.stringify(metric({ type: 'number' })), { temperature: true }).length, 1);
  });

  it('is not changed when its schema object is, later', () => {
    const schema = { type: 'object', properties: { temperature: { type: 'number', maximum: 10 } } };
    const contract = compileContract({ id: 'c', version: 1, schema });
    schema.properties.temperature.maximum = 1_000;
    assert.equal(contract.check({ temperature: 11 }).length, 1);
  });

  const sentences: [rule: string, schema: unknown, values: Values, field: string, message: string | RegExp][] = [
    ['maximum', metric({ maximum: 150 }), { temperature: 412 }, 'temperature',
      'temperature is 412; the contract allows at most 150. Check the sensor, or raise the maximum in the contract.'],
    ['minimum', metric({ minimum: -40 }), { temperature: -50 }, 'temperature', /is -50; the contract allows at least -40\./],
    ['exclusiveMaximum', metric({ exclusiveMaximum: 5 }), { temperature: 5 }, 'temperature', /only less than 5\./],
    ['exclusiveMinimum', metric({ exclusiveMinimum: 5 }), { temperature: 5 }, 'temperature', /only more than 5\./],
    ['multipleOf', metric({ multipleOf: 0.5 }), { temperature: 0.7 }, 'temperature', /multiples of 0\.5/],
    ['type', metric({ type: 'number' }), { temperature: '412' }, 'temperature', /is the text "412"; the contract asks for a number\. Send the number without quotes/],
    ['type', metric({ type: ['integer', 'null'] }), { temperature: 1.5 }, 'temperature', /is 1\.5; the contract asks for a whole number or null/],
    ['type', metric({ type: 'number' }), { temperature: null }, 'temperature', /allow null in the contract/],
    ['type', metric({ type: 'integer' }), { temperature: '9007199254740993' }, 'temperature', /asks for a whole number\. A whole number beyond 2\^53 is kept as a text; allow a text in the contract\./],
    ['enum', metric({ enum: ['on', 'off'] }), { temperature: 'x' }, 'temperature', /only the text "on", the text "off"/],
    ['const', metric({ const: 3 }), { temperature: 4 }, 'temperature', /only 3/],
    ['required', { required: ['temperature'] }, {}, 'temperature', /temperature is missing/],
    ['additionalProperties', { ...metric({}), additionalProperties: false }, { humidity: 1 }, 'humidity', /humidity is not in the contract/],
    ['unevaluatedProperties', { ...metric({}), unevaluatedProperties: false }, { humidity: 1 }, 'humidity', /humidity is not in the contract/],
    ['propertyNames', { propertyNames: { pattern: '^[a-z]+$' } }, { A1: 1 }, '', /"A1"/],
    ['pattern', metric({ pattern: '^a+$' }), { temperature: 'b' }, 'temperature', /"b".*\^a\+\$/],
    ['format', metric({ format: 'email' }), { temperature: 'b' }, 'temperature', / is the text "b"; the contract asks for the format email\./],
    ['minLength', metric({ minLength: 2 }), { temperature: 'b' }, 'temperature', /at least 2 characters/],
    ['maxLength', metric({ maxLength: 1 }), { temperature: 'bb' }, 'temperature', /at most 1 character\./],
    ['minProperties', { minProperties: 2 }, { a: 1 }, '', /has 1 metric; the contract asks for at least 2 metrics/],
    ['maxProperties', { maxProperties: 1 }, { a: 1, b: 1 }, '', /has 2 metrics; the contract allows at most 1 metric\./],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, { a: 1 }, 'b', /b is missing; the contract requires it wherever a is sent/],
    ['anyOf', metric({ anyOf: [{ type: 'string' }, { minimum: 5 }] }), { temperature: 1 }, 'temperature', /^temperature is 1, which meets none of the alternatives of the contract \(anyOf\)/],
    ['oneOf', metric({ oneOf: [{ type: 'number' }, { minimum: 5 }] }), { temperature: 7 }, 'temperature', /is 7, which meets more than one/],
    ['oneOf', metric({ oneOf: [{ type: 'string' }, { minimum: 9 }] }), { temperature: 7 }, 'temperature', /is 7, which meets none of the alternatives of the contract \(oneOf\)/],
    ['anyOf', { anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { c: 1 }, '', /^The sample meets none of the alternatives/],
    ['not', metric({ not: { type: 'string' } }), { temperature: 'x' }, 'temperature', /is the text "x", which is just what the contract forbids/],
    ['required', '{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]}}', { a: 1 }, 'b', /b is missing/],
    ['false schema', metric(false), { temperature: 1 }, 'temperature', /is 1, which is forbidden/],
  ];
  for (const [rule, schema, values, field, message] of sentences) {
    it(`says in a sentence what breaks ${JSON.stringify(schema)}: ${JSON.stringify(values)}`, () => {
      const reasons = check(schema, values);
      assert.equal(reasons.length, 1, JSON.stringify(reasons));
      const [reason] = reasons;
      assert.equal(reason!.field, field);
      assert.equal(reason!.rule, rule);
      if (typeof message === 'string') assert.equal(reason!.message, message);
      else assert.match(reason!.message, message);
      assert.match(reason!.message, /^\S.*\. [A-Z].*\.$/, 'what is wrong, then the cure');
    });
  }

  it('gives all reasons, but at most twenty, and then says how many are left', () => {
    const values = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`m${index}`, 'x']));
    const reasons = check({ additionalProperties: { type: 'number' } }, values);
    assert.equal(reasons.length, 20);
    assert.match(reasons[19]!.message, /^21 more/);
  });

  it('cuts long values and cleans control characters', () => {
    const [reason] = check(metric({ type: 'number' }), { temperature: `\u0007${'x'.repeat(100_000)}` });
    assert.ok(reason!.message.length < 300);
    assert.doesNotMatch(reason!.message, /\p{C}/u);
  });

  it('names a field whose name has a slash, a tilde or a dot as the device does', () => {
    const [reason] = check({ additionalProperties: { type: 'number' } }, { 'a/b~c.d': 'x' });
    assert.equal(reason!.field, 'a/b~c.d');
  });

  it('is not deceived by metrics named like methods of every object', () => {
    assert.equal(check({ required: ['toString'] }, { a: 1 }).length, 1);
    assert.deepEqual(check({ required: ['toString'] }, JSON.parse('{"toString":1}') as Values), []);
  });

  it('refuses a text that is too long for a pattern or a format, before it is tried', () => {
    const long = `${'a'.repeat(200_000)}!`;
    for (const rule of [{ pattern: '^a+!$' }, { format: 'email' }, { format: 'uri' }]) {
      const [reason] = check(metric(rule), { temperature: long });
      assert.match(reason!.message, /has 200001 characters/);
    }
    assert.deepEqual(check(metric({ pattern: '^a+$' }), { temperature: 'a'.repeat(1_024) }), []);
  });

  it('checks the formats it knows', () => {
    const good: Record<string, string> = { 'date-time': '2025-01-01T00:00:00Z', date: '2025-01-01', email: 'a@b.example', uuid: '0f8fad5b-d9cb-469f-a165-70867728950e', ipv4: '127.0.0.1', uri: 'https://a.example' };
    for (const [format, value] of Object.entries(good)) {
      assert.deepEqual(check(metric({ format }), { temperature: value }), [], format);
      assert.equal(check(metric({ format }), { temperature: 'no such thing' }).length, 1, format);
    }
  });

  it('keeps two contracts of the same $id apart', () => {
    const withId = (maximum: number): object => ({ $id: 'https://example.com/c', $defs: { t: { $id: 'https://example.com/t', maximum } }, properties: { temperature: { $ref: 'https://example.com/t' } } });
    const low = compileContract({ id: 'c', version: 1, schema: withId(1) });
    const high = compileContract({ id: 'c', version: 2, schema: withId(100) });
    assert.equal(low.check({ temperature: 50 }).length, 1);
    assert.deepEqual(high.check({ temperature: 50 }), []);
  });

  it('agrees with a plain comparison on any range and reading', () => {
    fc.assert(fc.property(fc.integer(), fc.integer(), fc.integer(), (a, b, value) => {
      const [minimum, maximum] = [Math.min(a, b), Math.max(a, b)];
      assert.equal(check(metric({ type: 'number', minimum, maximum }), { temperature: value }).length === 0, value >= minimum && value <= maximum);
    }), { numRuns: 50 });
  });
});

describe('a schema that cannot be a contract', () => {
  const cases: [what: string, schema: unknown, place: string, says: RegExp][] = [
    ['a mistyped keyword', metric({ type: 'number', minimun: 3 }), 'properties/temperature/minimun', /Did you mean "minimum"\?/],
    ['a keyword in the wrong case', metric({ anyof: [] }), 'properties/temperature/anyof', /Did you mean "anyOf"\?/],
    ['a mistyped keyword far inside', { allOf: [{ if: { propertyNames: { patern: 'x' } } }] }, 'allOf/0/if/propertyNames/patern', /"pattern"/],
    ['an invented keyword', { unit: '°C' }, 'unit', /no keyword/],
    ['a mistyped type', metric({ type: 'nubmer' }), 'properties/temperature/type', /it is the text "nubmer"; it must be one of array, boolean, integer, null, number/],
    ['a limit that is a text', metric({ maximum: '3' }), 'properties/temperature/maximum', /it is the text "3"; it must be number/],
    ['$data', metric({ maximum: { $data: '1/b' } }), 'properties/temperature/maximum', /number/],
    ['an unknown format', metric({ format: 'emial' }), 'properties/temperature/format', /no format "emial"/],
    ['a broken pattern', metric({ pattern: '(' }), 'properties/temperature/pattern', /no regular expression/],
    ['a $ref to elsewhere', metric({ $ref: 'https://example.com/s.json' }), 'properties/temperature/$ref', /nothing is fetched/],
    ['a $ref to nothing', metric({ $ref: '#/$defs/no' }), 'properties/temperature/$ref', /not part of this schema/],
    ['a draft that is not spoken', { $schema: 'http://json-schema.org/draft-04/schema#' }, '$schema', /draft-07, 2019-09 or 2020-12/],
    ['a keyword of another draft', { $schema: 'http://json-schema.org/draft-07/schema#', dependentRequired: { a: ['b'] } }, 'dependentRequired', /keyword of 2019-09 and 2020-12, and this contract is in draft-07/],
    ['a $ref to itself without end', { $ref: '#' }, '', /leads back to itself without end/],
    ['a nested object, which arrives flattened', metric({ type: 'object' }), 'properties/temperature', /flattened/],
    ['an array for a reading', metric({ type: 'array' }), 'properties/temperature', /never an array/],
    ['an asynchronous schema', { $async: true }, '$async', /Remove/],
    ['text that is not JSON', '{"a":', '', /not JSON/],
    ['a boolean', true, '', /not an object/],
    ['nothing', undefined, '', /not an object/],
    ['endless nesting', '{"not":'.repeat(5_000) + '{}' + '}'.repeat(5_000), 'not', /deeper than 64/],
  ];
  for (const [what, schema, place, says] of cases) {
    it(`is refused with the place and the cure: ${what}`, () => {
      assert.throws(() => compileContract({ id: 'c', version: 1, schema }), (error: unknown) => {
        assert.ok(error instanceof ContractError, String(error));
        assert.equal(error.code, 'HOLDFAST_CONTRACT');
        if (what === 'endless nesting') assert.ok(error.place.startsWith(place));
        else assert.equal(error.place, place);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it('is refused with a ContractError, whatever is given', () => {
    fc.assert(fc.property(fc.anything(), fc.json(), (value, text) => {
      for (const schema of [value, text, { properties: value }]) {
        try {
          compileContract({ id: 'c', version: 1, schema });
        } catch (error) {
          assert.ok(error instanceof ContractError, String(error));
        }
      }
    }), { numRuns: 100 });
  });
});
