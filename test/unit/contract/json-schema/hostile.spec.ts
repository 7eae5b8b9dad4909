import assert from 'node:assert/strict';
import { compileContract, compileSchema, ContractError } from '../../../../core/contract/index.ts';

const contract = (schema: unknown): ReturnType<typeof compileContract> => compileContract({ id: 'c', version: 1, schema });
const isRefused = (schema: unknown, says: RegExp): void => {
  assert.throws(() => contract(schema), (error: unknown) => error instanceof ContractError && says.test(error.message));
};

/** Definitions each of which refers to the next one twice: the last is looked at 2^levels times. */
function doubling(levels: number): Record<string, unknown> {
  const next = (index: number): object => ({ $ref: `#/$defs/d${index + 1}` });
  return Object.fromEntries(Array.from({ length: levels + 1 }, (_, index) => [`d${index}`, index === levels ? { type: 'object' } : { allOf: [next(index), next(index)] }]));
}

describe('a hostile schema', () => {
  it('whose $refs double thirty times is refused as a contract, and ends in compileSchema', () => {
    const schema = { $defs: doubling(30), $ref: '#/$defs/d0' };
    isRefused(schema, /more than 200000 steps for one sample\. Take \$refs/);
    const [reason] = compileSchema(schema).check({});
    assert.equal(reason?.rule, 'limit');
    assert.match(reason.message, /more steps than one check may take\. Take /);
  });

  it('whose $refs double a few times is as good as another', () => {
    assert.deepEqual(contract({ $defs: doubling(10), $ref: '#/$defs/d0' }).check({}), []);
  });

  it('that doubles within a metric is refused too', () => {
    isRefused({ $defs: doubling(30), properties: { t: { $ref: '#/$defs/d0' } } }, /steps for one sample/);
  });

  it('that only doubles for some samples ends there, with a reason', () => {
    const compiled = contract({ $defs: doubling(30), if: { required: ['secret'] }, then: { $ref: '#/$defs/d0' } });
    assert.deepEqual(compiled.check({ t: 1 }), []);
    assert.equal(compiled.check({ secret: 1 })[0]?.rule, 'limit');
    assert.deepEqual(compiled.check({ t: 1 }), []);
  });

  it('that leads back to itself for some samples ends there, with a reason', () => {
    const compiled = contract({ if: { required: ['secret'] }, then: { $ref: '#' } });
    assert.match(compiled.check({ secret: 1 })[0]?.message ?? '', /leads back to itself without end/);
    assert.deepEqual(compiled.check({ t: 1 }), []);
  });

  it('that asks for many names in many places is refused', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
    isRefused({ $defs: { many: { required: names } }, anyOf: Array.from({ length: 1_000 }, () => ({ $ref: '#/$defs/many' })) }, /steps for one sample/);
  });

  it('that counts the characters of a long text in many places ends, with a reason', () => {
    const compiled = contract({ $defs: { long: { minLength: 200_000 } }, properties: { t: { anyOf: Array.from({ length: 1_000 }, () => ({ $ref: '#/$defs/long' })) } } });
    assert.equal(compiled.check({ t: '🐲'.repeat(150_000) })[0]?.rule, 'limit');
  });

  it('that is nested without end is refused, as text and as an object', () => {
    isRefused(`${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`, /nested deeper than 64/);
    let deep: object = {};
    for (let level = 0; level < 50_000; level += 1) deep = { not: deep };
    assert.throws(() => compileSchema(deep), ContractError);
    assert.throws(() => compileSchema(`${'{"not":'.repeat(1_000)}{}${'}'.repeat(1_000)}`), /nested deeper than 500/);
  });

  it('with a hundred thousand values to choose from is compiled, and checked as fast as one with two', () => {
    const compiled = contract({ properties: { t: { enum: Array.from({ length: 100_000 }, (_, index) => `v${index}`) } } });
    assert.deepEqual(compiled.check({ t: 'v99999' }), []);
    assert.ok((compiled.check({ t: 'x' })[0]?.message.length ?? 999) < 300);
    const large = compileSchema({ enum: Array.from({ length: 20_000 }, (_, index) => ({ index })) });
    // Each comparison with all values would make four hundred million.
    for (let index = 0; index < 20_000; index += 1) assert.ok(large.isValid({ index }));
  });

  it('of a megabyte is compiled, and one of more than two is refused', () => {
    const metric = (index: number): [string, object] => [`metric_number_${index}`, { type: 'number', minimum: 0, maximum: index }];
    const properties = Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => metric(index)));
    assert.equal(contract({ properties }).check({ metric_number_9: 10 })[0]?.field, 'metric_number_9');
    isRefused({ description: 'x'.repeat(2_000_001) }, /characters; a schema may have 2000000/);
  });

  it('with a chain of ten thousand $refs is compiled', () => {
    const $defs = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]));
    const compiled = compileSchema({ $defs: { ...$defs, d10000: { type: 'string' } }, $ref: '#/$defs/d9990' });
    assert.deepEqual([compiled.isValid('x'), compiled.isValid(1)], [true, false]);
    assert.equal(compileSchema({ $defs: { ...$defs, d10000: true }, $ref: '#/$defs/d0' }).check(1).length, 1);
  });
});

describe('a hostile value', () => {
  const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = 0;
    for (let level = 0; level < levels; level += 1) value = wrap(value);
    return value;
  };

  it('nested a hundred thousand levels ends, with a reason', () => {
    const tree = compileSchema({ additionalProperties: { $ref: '#' } });
    const value = nested(100_000, (inner) => ({ a: inner }));
    assert.equal(tree.check(value).length, 1);
    assert.ok(!compileSchema({ enum: [{ a: 1 }] }).isValid(value));
    const list = nested(100_000, (inner) => [inner]);
    assert.ok(!compileSchema({ uniqueItems: true }).isValid([list, list]));
    assert.ok(tree.isValid({ a: { b: 1 } }));
  });

  it('with a hundred thousand elements is compared with itself in one pass', () => {
    const unique = compileSchema({ uniqueItems: true });
    const objects = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    assert.deepEqual([unique.isValid(objects), unique.isValid([...objects, { index: 7 }])], [true, false]);
  });

  it('gives at most twenty reasons, however much is wrong with it', () => {
    const reasons = compileSchema({ items: { type: 'string' } }).check(Array.from({ length: 10_000 }, () => 1));
    assert.equal(reasons.length, 20);
    assert.match(reasons[19]?.message ?? '', /^9981 more/);
  });
});
