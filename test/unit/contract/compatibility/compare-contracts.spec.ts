import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock as clock } from '../../../../core/clock/clock.ts';
import { compareContracts } from '../../../../core/contract/compatibility/compare-contracts.ts';
import type { ContractChange, ContractComparison } from '../../../../core/contract/compatibility/comparison.ts';
import { compileSampleContract } from '../../../../core/contract/book/sample-contract.ts';
import { ContractError } from '../../../../core/contract/contract-error.ts';
import type { MetricInfo, ReadingValue, Values } from '../../../../core/sample/sample.ts';

type Metrics = Record<string, object | boolean>;
const of = (properties: Metrics, more: object = {}): object => ({ type: 'object', properties, ...more });
const compare = (before: object, after: object): Promise<ContractComparison> => compareContracts({ version: 1, schema: before }, { version: 2, schema: after }, { clock });
const kinds = ({ changes }: ContractComparison): string[] => changes.map(({ place, kind }) => `${kind} ${place}`);

/** The only change between two schemas of the metric `t`. */
async function changeOf(before: object | boolean, after: object | boolean): Promise<ContractChange> {
  const { changes } = await compare(of({ t: before }), of({ t: after }));
  assert.equal(changes.length, 1, JSON.stringify(changes));
  return changes[0]!;
}

describe('Comparing two versions of a contract', () => {
  it('finds each way to ask for more, with a sample that shows it', async () => {
    const cases: Array<[string, object | boolean, object | boolean, (value: ReadingValue) => boolean]> = [
      ['properties/t/type', { type: 'number' }, { type: 'integer' }, (value) => !Number.isInteger(value)],
      ['properties/t/type', { type: ['number', 'null'] }, { type: 'number' }, (value) => value === null],
      ['properties/t/type', {}, { type: 'string' }, (value) => typeof value !== 'string'],
      ['properties/t/minimum', { type: 'number', minimum: 0 }, { type: 'number', minimum: 10 }, (value) => Number(value) >= 0 && Number(value) < 10],
      ['properties/t/maximum', { type: 'number', maximum: 120 }, { type: 'number', maximum: 119.5 }, (value) => Number(value) <= 120 && Number(value) > 119.5],
      ['properties/t/exclusiveMinimum', { type: 'number', minimum: 0 }, { type: 'number', exclusiveMinimum: 0 }, (value) => value === 0],
      ['properties/t/exclusiveMaximum', { type: 'integer' }, { type: 'integer', exclusiveMaximum: 7 }, (value) => Number(value) >= 7],
      ['properties/t/enum', { enum: ['auto', 'hand', 'off'] }, { enum: ['auto', 'hand'] }, (value) => value === 'off'],
      ['properties/t/const', { enum: ['auto', 'hand'] }, { const: 'auto' }, (value) => value === 'hand'],
      ['properties/t/enum', { type: 'string' }, { type: 'string', enum: ['a'] }, (value) => value !== 'a'],
      ['properties/t/minLength', { type: 'string', minLength: 2 }, { type: 'string', minLength: 5 }, (value) => String(value).length < 5],
      ['properties/t/maxLength', { type: 'string', maxLength: 9 }, { type: 'string', maxLength: 4 }, (value) => String(value).length > 4],
      ['properties/t/multipleOf', { type: 'number', minimum: 0, maximum: 50 }, { type: 'number', minimum: 0, maximum: 50, multipleOf: 5 }, (value) => Number(value) % 5 !== 0],
      ['properties/t/multipleOf', { type: 'number', minimum: 30, maximum: 50, multipleOf: 4 }, { type: 'number', minimum: 30, maximum: 50, multipleOf: 8 }, (value) => Number(value) % 8 !== 0],
      ['properties/t/format', { type: 'string' }, { type: 'string', format: 'date-time' }, (value) => typeof value === 'string'],
      ['properties/t', { type: 'number' }, false, (value) => typeof value === 'number'],
    ];
    for (const [place, before, after, isExample] of cases) {
      const change = await changeOf(before, after);
      assert.deepEqual([change.kind, change.place], ['tighter', place], JSON.stringify([before, after, change]));
      assert.ok(isExample(change.example!.values['t']!), JSON.stringify(change));
      assert.match(change.sentence, /\bt\b.*\.$/);
    }
  });

  it('lets those be that ask for less', async () => {
    const cases: Array<[object | boolean, object | boolean]> = [
      [{ type: 'integer' }, { type: 'number' }], [{ type: 'number', minimum: 0 }, { type: 'number', minimum: -5 }], [{ type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0 }],
      [{ type: 'number', maximum: 5 }, { type: 'number' }], [{ const: 'a' }, { enum: ['a', 'b'] }], [{ type: 'string', maxLength: 3 }, { type: 'string', maxLength: 4 }],
      [{ multipleOf: 10 }, { multipleOf: 5 }], [{ type: 'string', pattern: '^a' }, { type: 'string' }], [{ type: 'string', format: 'date' }, { type: 'string' }], [false, { type: 'number' }],
      [{ type: 'number', 'x-unit': 'Cel' }, { type: 'number' }],
    ];
    for (const [before, after] of cases) assert.equal((await changeOf(before, after)).kind, 'looser', JSON.stringify([before, after]));
    assert.equal((await compare(of({ t: { type: 'integer' } }), of({ t: { type: 'number' } }))).compatible, true);
  });

  it('knows what is asked of metrics that are not named, before and after', async () => {
    const number = { type: 'number' };
    assert.deepEqual(kinds(await compare(of({ t: number }), of({ t: number }, { additionalProperties: false }))), ['tighter additionalProperties']);
    assert.deepEqual(kinds(await compare(of({ t: number }, { additionalProperties: false }), of({ t: number }))), ['looser additionalProperties']);
    const removed = await compare(of({ t: number, p: number }, { additionalProperties: false }), of({ t: number }, { additionalProperties: false }));
    assert.deepEqual(kinds(removed), ['tighter properties/p']);
    assert.ok('p' in removed.changes[0]!.example!.values);
    assert.deepEqual(kinds(await compare(of({ t: number }, { additionalProperties: false }), of({ t: number, p: number }, { additionalProperties: false }))), ['looser properties/p']);
    // While others were allowed, a name for one of them is a rule that was not there.
    assert.deepEqual(kinds(await compare(of({ t: number }), of({ t: number, p: number }))), ['tighter properties/p/type']);
    assert.deepEqual(kinds(await compare(of({ t: number, p: number }), of({ t: number }))), ['looser properties/p/type']);
    assert.deepEqual(kinds(await compare(of({}, { additionalProperties: number }), of({}, { additionalProperties: { type: 'integer' } }))), ['tighter additionalProperties/type']);
  });

  it('shows what is required, and how many metrics there have to be', async () => {
    const metrics = { t: { type: 'number', minimum: 5 }, p: { enum: ['on'] } };
    const required = await compare(of(metrics, { required: ['t'] }), of(metrics, { required: ['t', 'p'] }));
    assert.deepEqual(kinds(required), ['tighter required/p']);
    assert.deepEqual(Object.keys(required.changes[0]!.example!.values), ['t']);
    assert.deepEqual(kinds(await compare(of(metrics, { required: ['t', 'p'] }), of(metrics))), ['looser required/t', 'looser required/p']);
    assert.deepEqual(kinds(await compare(of(metrics, { minProperties: 1 }), of(metrics, { minProperties: 2 }))), ['tighter minProperties']);
    assert.deepEqual(kinds(await compare(of(metrics), of(metrics, { maxProperties: 3 }))), ['tighter maxProperties']);
    // It asked for as much already.
    assert.deepEqual(kinds(await compare(of(metrics, { required: ['t', 'p'] }), of(metrics, { required: ['t', 'p'], minProperties: 2 }))), ['unclear minProperties']);
  });

  it('shows a change of unit by a reading in the former unit', async () => {
    const change = await changeOf({ type: 'number', 'x-unit': 'Cel' }, { type: 'number', 'x-unit': 'K' });
    assert.deepEqual([change.kind, change.place, change.example!.metrics], ['tighter', 'properties/t/x-unit', { t: { unit: 'Cel' } }]);
    assert.equal((await changeOf({ type: 'number' }, { type: 'number', 'x-unit': 'K' })).kind, 'tighter');
  });

  it('says where it cannot tell, and takes it for no promise', async () => {
    const cases: Array<[object, object, string]> = [
      [of({ t: { type: 'string', pattern: '^q[0-9]{3}z$' } }), of({ t: { type: 'string', pattern: '^q[0-9]{2}z$' } }), 'unclear properties/t/pattern'],
      [of({ t: {} }), of({ t: {} }, { anyOf: [{ required: ['t'] }] }), 'unclear anyOf'],
      [of({ t: { $ref: '#/$defs/a' } }, { $defs: { a: { type: 'number' } } }), of({ t: { $ref: '#/$defs/a' } }, { $defs: { a: { type: 'integer' } } }), 'unclear $defs'],
      [of({ t: { type: 'integer', minimum: 0.2 } }), of({ t: { type: 'integer', minimum: 0.8 } }), 'unclear properties/t/minimum'],
      [of({ t: { type: 'number' }, p: { $ref: '#/properties/t' } }), of({ t: { type: 'number', minimum: 1 }, p: { $ref: '#/properties/t' } }), 'unclear $ref'],
    ];
    for (const [before, after, expected] of cases) {
      const comparison = await compare(before, after);
      assert.ok(kinds(comparison).includes(expected), `${expected} in ${JSON.stringify(comparison)}`);
      assert.equal(comparison.compatible, false);
    }
  });

  it('is about what is asked, not about how it is written', async () => {
    const before = { type: 'object', required: ['t', 'p'], properties: { t: { minimum: 0, type: 'number', title: 'Temperature' } } };
    const after = { properties: { t: { type: ['integer', 'number'], description: 'of the die', minimum: 0 } }, required: ['p', 't'] };
    assert.deepEqual(await compare(before, after), { compatible: true, changes: [] });
  });

  it('reads JSON Type Definition too', async () => {
    const before = { properties: { t: { type: 'float64' } }, optionalProperties: { mode: { enum: ['auto', 'hand'] } } };
    const after = { properties: { t: { type: 'int8' }, mode: { enum: ['auto'] } } };
    const { changes, compatible } = await compareContracts({ version: 1, schema: before, dialect: 'jtd' }, { version: 2, schema: after, dialect: 'jtd' }, { clock });
    assert.equal(compatible, false);
    assert.deepEqual(kinds({ changes, compatible }).toSorted(), ['tighter properties/mode/enum', 'tighter properties/t/maximum', 'tighter properties/t/minimum', 'tighter properties/t/type', 'tighter required/mode']);
  });

  it('refuses what is no contract, and survives one with many changes', async () => {
    await assert.rejects(() => compare(of({ t: { type: 'nubmer' } }), of({})), ContractError);
    const many = (minimum: number): object => of(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`m${index}`, { type: 'number', minimum }])));
    const { changes } = await compare(many(0), many(1));
    assert.equal(changes.length, 201);
    assert.match(changes.at(-1)!.sentence, /There are 100 more changes/);
  });

  /** A clock that goes on by so many milliseconds each time it is looked at. */
  const hasty = (step: number): typeof clock => {
    let now = 0;
    return { ...clock, now: () => (now += step) };
  };
  const [wide, narrow] = [{ enum: Array.from({ length: 100 }, (_, value) => value), maximum: 98 }, { enum: Array.from({ length: 100 }, (_, value) => value), maximum: 97 }].map((schema) => ({ version: 1, schema: of({ t: schema }) }));

  it('lets everything else have its turn while it looks for a sample of one change', async () => {
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    const { changes } = await compareContracts(wide!, narrow!, { clock: hasty(1) });
    isDone = true;
    assert.deepEqual(changes.map(({ kind, example }) => [kind, example?.values]), [['tighter', { t: 98 }]]);
    assert.ok(turns > 5, `${turns} turns`);
  });

  it('takes what it finds no sample for in time for unclear, and for no promise', async () => {
    const { compatible, changes } = await compareContracts(wide!, narrow!, { clock: hasty(6_000) });
    assert.deepEqual([compatible, changes.map(({ kind, example }) => [kind, example])], [false, [['unclear', undefined]]]);
  });

  /** The check refuses some schemas that say the same of a metric twice. */
  function isContract(schema: object): boolean {
    try {
      compileSampleContract({ id: 'x', version: 1, schema });
      return true;
    } catch {
      return false;
    }
  }

  const VALUES: readonly ReadingValue[] = [0, 1, 2, 3, 4.5, 5, 6, 10, -1, 'a', 'ab', 'abcd', '2024-01-01', true, false, null];
  const number = fc.constantFrom(-1, 0, 0.5, 1, 2, 3, 5, 10);
  const metricSchema = fc.oneof(
    fc.boolean(),
    fc.record(
      {
        type: fc.constantFrom('number', 'integer', 'string', 'boolean', ['number', 'null'], ['string', 'integer']), minimum: number, maximum: number, exclusiveMinimum: number, exclusiveMaximum: number,
        multipleOf: fc.constantFrom(1, 2, 3, 0.5), minLength: fc.nat(3), maxLength: fc.nat(4), pattern: fc.constantFrom('^a', 'b$'), format: fc.constant('date'), 'x-unit': fc.constantFrom('Cel', 'K'),
        enum: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 4 }), const: fc.constantFrom(...VALUES), not: fc.constantFrom({ const: 1 }, { type: 'string' }),
      },
      { requiredKeys: [] },
    ),
  );
  const names = ['t', 'p', 'q'];
  const schema = fc.record(
    {
      properties: fc.dictionary(fc.constantFrom(...names), metricSchema), required: fc.uniqueArray(fc.constantFrom(...names)), additionalProperties: metricSchema, minProperties: fc.nat(3), maxProperties: fc.nat(4),
      patternProperties: fc.constantFrom({ '^p': { type: 'number' } }, { '^q': false }), anyOf: fc.constantFrom([{ required: ['t'] }, { required: ['p'] }]), unevaluatedProperties: fc.constant(false),
    },
    { requiredKeys: [] },
  );
  const sample = fc.tuple(fc.dictionary(fc.constantFrom(...names, 'other'), fc.constantFrom(...VALUES)), fc.constantFrom<Record<string, MetricInfo> | undefined>(undefined, { t: { unit: 'Cel' }, p: { unit: 'K' } }));

  it('never calls compatible what refuses a sample that was taken, and proves each tightening', async () => {
    await fc.assert(
      fc.asyncProperty(schema, schema, fc.boolean(), fc.array(sample, { minLength: 20, maxLength: 40 }), async (before, other, mostlySame, samples) => {
        const after = mostlySame ? { ...before, ...Object.fromEntries(Object.entries(other).slice(0, 1)) } : other;
        fc.pre([before, after].every(isContract));
        const { compatible, changes } = await compare(before, after);
        const [former, latter] = [before, after].map((one) => compileSampleContract({ id: 'x', version: 1, schema: one }));
        const isLost = (values: Values, metrics: Record<string, MetricInfo> | undefined): boolean => former!.check(values, metrics).length === 0 && latter!.check(values, metrics).length > 0;
        for (const { kind, example } of changes) {
          assert.equal(kind === 'tighter', example !== undefined);
          if (example) assert.ok(isLost(example.values, example.metrics));
        }
        if (samples.some(([values, metrics]) => isLost(values, metrics))) assert.equal(compatible, false, JSON.stringify(changes));
      }),
      { numRuns: 120 },
    );
  });
});
