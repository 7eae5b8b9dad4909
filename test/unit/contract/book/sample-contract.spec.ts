import assert from 'node:assert/strict';
import fc from 'fast-check';
import { coerceSample } from '../../../../core/contract/book/coerce.ts';
import { compileSampleContract } from '../../../../core/contract/book/sample-contract.ts';
import type { SampleContract } from '../../../../core/contract/book/sample-contract.ts';
import { wouldRefuse } from '../../../../core/contract/book/would-refuse.ts';
import type { MetricInfo, ReadingValue, Values } from '../../../../core/sample/sample.ts';

const compile = (properties: object, more: object = {}): SampleContract => compileSampleContract({ id: 'press', version: 1, schema: { type: 'object', properties, ...more } });

describe('A contract over whole readings', () => {
  it('refuses a reading in another unit, with the cure, and no reading without a unit or a value', () => {
    const contract = compile({ t: { type: ['number', 'null'], 'x-unit': 'Cel' } });
    assert.deepEqual(contract.check({ t: 5 }, { t: { unit: 'Cel' } }), []);
    assert.deepEqual(contract.check({ t: 5 }, { t: {} }), []);
    assert.deepEqual(contract.check({ t: 5 }), []);
    assert.deepEqual(contract.check({ t: null }, { t: { unit: 'K' } }), []);
    assert.deepEqual(contract.check({ t: 5 }, { t: { unit: 'K' } }), [{ field: 't', rule: 'x-unit', message: 't is in "K"; the contract asks for "Cel". Make the device send Cel, or let the contract convert it ("x-coerce": ["unit"]).' }]);
    assert.match(contract.check({ t: 'x' }, { t: { unit: 'Pa' } }).map(({ message }) => message).join(' '), /t is the text "x".*t is in "Pa"; the contract asks for "Cel"\. Correct the unit/);
  });

  it('has metrics and values called like its own rules, which are not mistaken for them', () => {
    const contract = compile({ 'x-unit': { type: 'number' }, mode: { const: 'x-unit' }, 'x-coerce': { enum: ['a', 'b'] } });
    assert.deepEqual(contract.check({ 'x-unit': 5, mode: 'x-unit', 'x-coerce': 'a' }), []);
    assert.equal(contract.check({ 'x-unit': 'five', mode: 'auto', 'x-coerce': 'c' }).length, 3);
  });

  it('finds what is said of a metric through allOf and $ref', () => {
    const contract = compile({ p: { $ref: '#/$defs/pressure' } }, { $defs: { pressure: { type: 'number', 'x-unit': 'kPa', 'x-coerce': true } }, allOf: [{ properties: { t: { 'x-unit': 'Cel', 'x-coerce': ['unit'] } } }] });
    assert.deepEqual([...contract.rules.keys()].toSorted(), ['p', 't']);
    assert.deepEqual(coerceSample(contract, { values: { p: 2, t: 32 }, metrics: { p: { unit: 'bar' }, t: { unit: '[degF]' } } })?.values, { p: 200, t: 0 });
  });

  it('is refused at once when its $refs multiply or lead back to themselves, in itself or by way of other contracts', () => {
    const twice = (reference: string): object => ({ allOf: [{ $ref: reference }, { $ref: reference }] });
    const steps = Array.from({ length: 26 }, (_, step): [string, object] => [`s${step}`, twice(`#/$defs/s${step + 1}`)]);
    assert.throws(() => compile({}, { $ref: '#/$defs/s0', $defs: { ...Object.fromEntries(steps), s26: {} } }), /asks for more than 200000 steps/);
    assert.throws(() => compile({}, { $ref: '#/$defs/s', $defs: { s: twice('#/$defs/s') } }), /leads back to itself/);
    const known = (id: string): { version: number; schema: unknown } => ({ version: 1, schema: JSON.stringify(id === 'c26' ? {} : twice(`contract:c${Number(id.slice(1)) + 1}`)) });
    assert.throws(() => compileSampleContract({ id: 'press', version: 1, schema: twice('contract:c0'), known }), /asks for more than 200000 steps/);
  });
});

describe('Coercing a sample', () => {
  const coerced = (property: object, value: ReadingValue, unit?: string): [ReadingValue | undefined, MetricInfo | undefined, number] => {
    const found = coerceSample(compile({ t: property }), { values: { t: value }, ...(unit !== undefined && { metrics: { t: { unit } } }) });
    return found ? [found.values['t'], found.metrics?.['t'], found.reasons.length] : [value, undefined, -1];
  };

  it('makes of a reading what the contract allows and asks for', () => {
    const cases: Array<[object, ReadingValue, ReadingValue]> = [
      [{ type: 'number', 'x-coerce': ['number'] }, ' 21.5 ', 21.5], [{ type: 'number', 'x-coerce': ['number'] }, '-1.5e3', -1_500], [{ type: 'number', 'x-coerce': ['number'] }, true, 1],
      [{ type: 'integer', 'x-coerce': ['integer'] }, 2.6, 3], [{ type: 'integer', 'x-coerce': ['number', 'integer'] }, '2.4', 2], [{ type: 'integer', 'x-coerce': ['integer'] }, -0.2, 0],
      [{ type: 'boolean', 'x-coerce': ['boolean'] }, 'ON', true], [{ type: 'boolean', 'x-coerce': ['boolean'] }, ' false ', false], [{ type: 'boolean', 'x-coerce': true }, 0, false], [{ type: 'boolean', 'x-coerce': true }, '1', true],
      [{ type: 'string', 'x-coerce': ['string'] }, 7, '7'], [{ type: 'string', 'x-coerce': true }, false, 'false'],
      [{ type: ['number', 'null'], 'x-coerce': ['number', 'null'] }, 'n/a', null], [{ type: ['number', 'null'], maximum: 100, 'x-coerce': ['null'] }, 65_535, null],
      [{ enum: ['auto', null], 'x-coerce': ['null'] }, 'party', null],
    ];
    for (const [property, value, expected] of cases) {
      const [became, info, reasons] = coerced(property, value);
      assert.deepEqual([became, info, reasons], [expected, { flags: ['coerced'], raw: value }, 0], JSON.stringify([property, value]));
      assert.ok(!Object.is(became, -0));
    }
  });

  it('converts units, alone or after a number was read from a text', () => {
    assert.deepEqual(coerced({ type: 'number', maximum: 100, 'x-unit': 'Cel', 'x-coerce': ['unit'] }, 212, '[degF]'), [100, { unit: 'Cel', flags: ['coerced'], raw: 212 }, 0]);
    assert.deepEqual(coerced({ type: 'number', 'x-unit': 'Cel', 'x-coerce': true }, '70.52', '[degF]'), [21.4, { unit: 'Cel', flags: ['coerced'], raw: '70.52' }, 0]);
    assert.deepEqual(coerced({ type: 'integer', 'x-unit': 'Pa', 'x-coerce': true }, 1.01325432, 'bar'), [101_325, { unit: 'Pa', flags: ['coerced'], raw: 1.01325432 }, 0]);
    assert.deepEqual(coerced({ type: 'number', 'x-unit': 'Cel', 'x-coerce': true }, 5, 'Pa'), [5, { unit: 'Pa' }, 1]);
  });

  it('leaves alone what meets the contract, what may not be altered and what cannot be helped', () => {
    assert.deepEqual(coerced({ type: ['number', 'string'], 'x-coerce': true }, '5'), ['5', undefined, -1]);
    for (const [property, value] of [
      [{ type: 'number' }, '5'], [{ type: 'number', 'x-coerce': false }, '5'], [{ type: 'number', 'x-coerce': ['boolean'] }, '5'], [{ type: 'number', 'x-coerce': true }, 'five'], [{ type: 'number', 'x-coerce': true }, ''], [{ type: 'number', 'x-coerce': true }, '0x10'],
      [{ type: 'number', maximum: 4, 'x-coerce': true }, '5'], [{ type: 'number', 'x-coerce': true }, null], [{ type: 'boolean', 'x-coerce': true }, 'perhaps'], [{ type: 'number', 'x-coerce': true }, '9007199254740993'], [{ type: 'string', maxLength: 2, 'x-coerce': true }, 1_234],
    ] as const) assert.deepEqual(coerced(property, value), [value, undefined, 1], JSON.stringify([property, value]));
  });

  it('alters copies, only of readings at fault, and says what is still wrong', () => {
    const contract = compile({ t: { type: 'number', 'x-coerce': true }, p: { type: 'number', 'x-coerce': true }, mode: { const: 'auto' } }, { required: ['t', 'p', 'q'] });
    const sample = { values: { t: '5', p: 7, mode: 'party' }, metrics: { t: { q: 3 as const, flags: ['late'], raw: 'five' }, p: { unit: 'bar' } } };
    const before = structuredClone(sample);
    const found = coerceSample(contract, sample);
    assert.deepEqual(sample, before);
    assert.deepEqual(found?.values, { t: 5, p: 7, mode: 'party' });
    assert.deepEqual(found?.metrics, { t: { q: 3, flags: ['late', 'coerced'], raw: 'five' }, p: { unit: 'bar' } });
    assert.deepEqual([found?.coerced, found?.reasons.map(({ field }) => field).toSorted()], [['t'], ['mode', 'q']]);
  });

  it('helps also where more is broken than is told of', () => {
    const names = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const contract = compile(Object.fromEntries(names.map((name) => [name, { type: 'number', 'x-coerce': true }])), { required: [...names, ...names.map((name) => `other_${name}`)] });
    assert.equal(coerceSample(contract, { values: Object.fromEntries(names.map((name) => [name, '5'])) })?.coerced.length, 60);
  });

  it('leaves a sample alone that takes more than one check may, so that it holds nobody up', () => {
    const metrics = Array.from({ length: 300 }, (_, index) => `m${index}`);
    const contract = compile(Object.fromEntries(metrics.map((metric) => [metric, { type: 'string', pattern: '(?=a*b)a*c', 'x-coerce': true }])));
    let asked = 0;
    const counted: SampleContract = { ...contract, admits: (...reading) => { asked += 1; return contract.admits(...reading); } };
    const values = Object.fromEntries(metrics.map((metric) => [metric, `${'a'.repeat(1_022)}!`]));
    const { coerced: altered, reasons } = coerceSample(counted, { values }) ?? {};
    assert.deepEqual([altered, reasons?.map(({ rule }) => rule), asked], [[], ['limit'], 0]);
  });

  it('never makes a sample worse, and leaves nothing that its own rules could mend', () => {
    const property = fc.record({ type: fc.constantFrom('number', 'integer', 'boolean', 'string', ['number', 'null']), minimum: fc.constantFrom(0, 5), maximum: fc.constantFrom(10, 50), 'x-unit': fc.constantFrom('Cel', 'kPa'), 'x-coerce': fc.constant(true) }, { requiredKeys: ['x-coerce'] });
    const value = fc.oneof(fc.constantFrom<ReadingValue>('5', '5.5', 'on', '', null, true, 1, 0), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ maxLength: 4 }));
    const unit = fc.constantFrom(undefined, 'Cel', '[degF]', 'kPa', 'bar', 'widgets');
    fc.assert(
      fc.property(property, property, value, value, unit, (t, p, one, other, given) => {
        const contract = compile({ t, p }, { required: ['t'] });
        const values: Values = { t: one, p: other };
        const metrics = given === undefined ? undefined : { t: { unit: given } };
        const before = contract.check(values, metrics);
        const found = coerceSample(contract, { values, ...(metrics && { metrics }) });
        assert.equal(found === undefined, before.length === 0);
        if (!found) return;
        assert.ok(found.reasons.length <= before.length);
        for (const metric of found.coerced) {
          assert.ok(!found.reasons.some(({ field }) => field === metric));
          assert.deepEqual([found.metrics?.[metric]?.raw, found.metrics?.[metric]?.flags], [values[metric], ['coerced']]);
        }
        assert.deepEqual(coerceSample(contract, { values: found.values, ...(found.metrics && { metrics: found.metrics }) })?.coerced ?? [], []);
      }),
      { numRuns: 300 },
    );
  });
});

describe('What a contract would refuse', () => {
  it('is counted by rule and field, the commonest first, with an example of each', () => {
    const contract = compile({ t: { type: 'number', maximum: 100, 'x-unit': 'Cel' }, mode: { enum: ['auto'] } });
    const samples: Array<{ values: Values; metrics?: Record<string, MetricInfo>; device: string }> = [
      { device: 'a', values: { t: 50 } }, { device: 'b', values: { t: 140, mode: 'party' } }, { device: 'c', values: { t: 120 } }, { device: 'd', values: { t: 5 }, metrics: { t: { unit: 'K' } } },
    ];
    const { samples: count, refused, share, reasons } = wouldRefuse(contract, samples);
    assert.deepEqual([count, refused, share], [4, 3, 0.75]);
    assert.deepEqual(reasons.map(({ field, rule, count: times, example }) => [field, rule, times, example.device]), [['t', 'maximum', 2, 'b'], ['mode', 'enum', 1, 'b'], ['t', 'x-unit', 1, 'd']]);
    assert.match(reasons[0]?.message ?? '', /t is 140/);
    assert.deepEqual(wouldRefuse(contract, []), { samples: 0, refused: 0, share: 0, reasons: [] });
  });

  it('stays small however many names devices make up', () => {
    const contract = compile({}, { additionalProperties: false });
    const { refused, reasons } = wouldRefuse(contract, Array.from({ length: 5_000 }, (_, index) => ({ values: { [`m${index}`]: 1 } })));
    assert.deepEqual([refused, reasons.length, reasons[0]?.rule, reasons[0]?.count], [5_000, 10, 'others', 4_800]);
  });
});
