import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../../core/clock/clock.ts';
import { compileSampleContract } from '../../../../core/contract/book/sample-contract.ts';
import { ContractLearner } from '../../../../core/contract/learn/contract-learner.ts';
import type { ProposedMetric } from '../../../../core/contract/learn/proposed-contract.ts';
import { countRefusals } from '../../../../core/contract/learn/count-refusals.ts';
import type { ReadingValue, Sample, Values } from '../../../../core/sample/sample.ts';

type Seen = Pick<Sample, 'device' | 'ts' | 'values' | 'metrics'>;

const sample = (values: Values, units: Record<string, string> = {}, device = 'press-1'): Seen =>
  ({ device, ts: 0, values, metrics: Object.fromEntries(Object.entries(units).map(([metric, unit]) => [metric, { unit }])) });

function learned(samples: readonly Seen[]): ContractLearner {
  const learner = new ContractLearner();
  for (const one of samples) learner.add(one);
  return learner;
}

/** What is proposed for one metric that had these values, one a sample. */
function proposedFor(values: readonly ReadingValue[], { metric = 'x', unit = undefined as string | undefined, margin = 0.1 } = {}): ProposedMetric {
  const units: Record<string, string> = unit === undefined ? {} : { [metric]: unit };
  const { metrics } = learned(values.map((value) => sample({ [metric]: value }, units))).propose({ margin });
  assert.equal(metrics.length, 1);
  return metrics[0]!;
}

describe('a contract that is learned', () => {
  it('names what was seen of each metric, and what it would ask', () => {
    const learner = learned(Array.from({ length: 100 }, (_, index) => sample({ temperature: 60 + index / 10, running: index % 2 === 0, mode: index % 3 === 0 ? 'auto' : 'hand', ...(index < 60 && { parts: index }) }, { temperature: 'Cel' }, `press-${index % 4}`)));
    assert.deepEqual([learner.samples, learner.devices], [100, 4]);
    const { schema, metrics } = learner.propose();
    assert.deepEqual(schema, {
      $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object',
      properties: {
        mode: { enum: ['auto', 'hand'] },
        parts: { type: 'integer', minimum: 0, maximum: 65 },
        running: { type: 'boolean' },
        temperature: { type: 'number', minimum: 59, maximum: 70.9, 'x-unit': 'Cel' },
      },
      required: ['mode', 'running', 'temperature'],
    });
    const parts = metrics.find(({ metric }) => metric === 'parts');
    assert.deepEqual([parts?.seen, parts?.presence, parts?.required, parts?.notes], [{ low: 0, high: 59 }, 0.6, false, ['sometimes']]);
  });

  it('requires nothing and lists no texts before it has seen fifty', () => {
    const samples = Array.from({ length: 50 }, (_, index) => sample({ mode: index % 2 === 0 ? 'auto' : 'hand' }));
    const few = learned(samples.slice(1)).propose();
    assert.deepEqual(few.schema.properties, { mode: { type: 'string', maxLength: 16 } });
    assert.deepEqual([few.schema.required, few.metrics[0]?.notes], [undefined, ['few']]);
    const enough = learned(samples).propose();
    assert.deepEqual([enough.schema.properties, enough.schema.required], [{ mode: { enum: ['auto', 'hand'] } }, ['mode']]);
  });

  it('lists neither the one text that ever came, nor the firmwares that are there today', () => {
    const { schema } = learned(Array.from({ length: 100 }, (_, index) => sample({ site: 'north', 'system.fw': index < 50 ? '2.1' : '2.2' }))).propose();
    assert.deepEqual(schema.properties, { site: { type: 'string', maxLength: 16 }, 'system.fw': { type: 'string', maxLength: 16 } });
  });

  it('lists no texts of which there is always another one', () => {
    const { longest, enumeration } = proposedFor(Array.from({ length: 100 }, (_, index) => `batch ${index}`));
    assert.deepEqual([enumeration, longest], [undefined, { seen: 8, proposed: 16 }]);
  });

  it('widens a range outwards to sensible numbers, a constant as well', () => {
    assert.deepEqual(proposedFor([12.34, 87.1], { unit: 'bar' }).proposed, { low: 4, high: 95 });
    assert.deepEqual(proposedFor([1013.25, 1013.25]).proposed, { low: 910, high: 1120 });
    assert.deepEqual(proposedFor([3, 3, 3]).proposed, { low: 2, high: 4 });
    assert.deepEqual(proposedFor([0.0012, 0.0019]).proposed, { low: 0.00112, high: 0.00197 });
    assert.deepEqual(proposedFor([10, 20], { margin: 1 }).proposed, { low: 0, high: 30 });
  });

  it('does not cross a bound that is in the nature of the thing', () => {
    assert.deepEqual(proposedFor([2, 98], { unit: '%' }).proposed, { low: 0, high: 100 });
    assert.deepEqual(proposedFor([2, 98], { metric: 'humidity' }).proposed, { low: 0, high: 100 });
    assert.deepEqual(proposedFor([0, 4], { metric: 'parts' }).proposed, { low: 0, high: 5 });
    assert.deepEqual(proposedFor([1.5, 20.5], { metric: 'outside', unit: 'Cel' }).proposed, { low: -1, high: 23 });
    assert.deepEqual(proposedFor([95, 130], { unit: '%' }).proposed, { low: 91, high: 134 });
  });

  it('takes no unit where several came, and says when some readings came without one', () => {
    const mixed = learned([sample({ t: 1.5 }, { t: 'Cel' }), sample({ t: 2 }, { t: '[degF]' })]).propose();
    assert.deepEqual([mixed.schema.properties, mixed.metrics[0]?.notes.includes('units')], [{ t: { type: 'number', minimum: 1.45, maximum: 2.05 } }, true]);
    const partly = learned([sample({ t: 1.5 }, { t: 'Cel' }), sample({ t: 2 })]).propose();
    assert.ok(partly.metrics[0]?.notes.includes('someWithoutUnit'));
    assert.equal(partly.metrics[0]?.unit, 'Cel');
  });

  it('takes no unit that cannot stand in a contract', () => {
    for (const unit of [' Cel ', ' ', '\u0007', 'x'.repeat(200)]) assert.equal(proposedFor([1, 2], { unit }).unit, undefined);
  });

  it('allows no value where some came without one, and says when types were mixed', () => {
    const { types, nulls, notes } = proposedFor([1, 2.5, null, 'off']);
    assert.deepEqual([types, nulls, notes], [['number', 'string', 'null'], 0.25, ['few', 'types']]);
  });

  it('passes over a sample that holds something else than readings, and counts it', () => {
    const learner = learned([sample({ t: 1 }), sample({ t: Number.NaN }), { ...sample({}), values: { t: { deep: 1 } } as unknown as Values }]);
    assert.deepEqual([learner.samples, learner.unusable, learner.last.length], [1, 2, 1]);
  });

  it('keeps copies of the last samples, bounded in number and bytes', () => {
    const learner = new ContractLearner({ keep: 10 });
    for (let index = 0; index < 25; index += 1) learner.add(sample({ index }));
    assert.deepEqual(learner.last.map(({ values }) => values['index']), Array.from({ length: 10 }, (_, index) => index + 15));
    const small = new ContractLearner({ keep: 1_000, keptBytes: 10_000 });
    for (let index = 0; index < 500; index += 1) small.add(sample({ index, text: 'x'.repeat(200) }));
    assert.ok(small.last.length >= 5 && small.last.length <= 20, String(small.last.length));
    assert.equal(small.last.at(-1)?.values['index'], 499);
  });

  it('stays small whatever names a device makes up', () => {
    const learner = new ContractLearner({ keep: 1 });
    for (let index = 0; index < 3_000; index += 1) learner.add(sample({ [`made-up-${index}`]: index, ['__proto__x']: 1 }));
    assert.equal(learner.metrics, 1_000);
    assert.equal(learner.others, 2_001);
  });

  it('tells how many of the last samples a contract would have refused, and why', async () => {
    const learner = learned([...Array.from({ length: 97 }, (_, index) => sample({ t: index })), ...[120, 130, 140].map((t) => sample({ t, u: 'odd' }, {}, 'press-9'))]);
    const contract = compileSampleContract({ id: 'edited', version: 2, schema: { properties: { t: { maximum: 100 }, u: { const: 'even' } } } });
    const told = await countRefusals(contract, learner.last, systemClock);
    assert.deepEqual([told.samples, told.refused], [100, 3]);
    assert.deepEqual(told.reasons.map(({ field, rule, count, example }) => ({ field, rule, count, device: example.device })), [
      { field: 't', rule: 'maximum', count: 3, device: 'press-9' }, { field: 'u', rule: 'const', count: 3, device: 'press-9' },
    ]);
    assert.match(told.reasons[0]?.message ?? '', /t is 120; the contract allows at most 100/);
  });

  it('never refuses a sample that it was learned from', () => {
    const metric = fc.oneof(fc.constantFrom('temperature', 'humidity', 'soc', 'toString', 'a/b', '$ref', 'x~1', ''), fc.string({ maxLength: 8 })).filter((name) => name !== '__proto__');
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, 0.1 + 0.2, 21.5), fc.string({ unit: 'binary' }), fc.constantFrom('auto', 'hand'), fc.boolean(), fc.constant(null));
    const values = fc.dictionary(metric, value, { maxKeys: 6 });
    const unit = fc.option(fc.constantFrom('Cel', '%', 'bar', ' Cel ', ' ', '\u0007', 'x'.repeat(200)), { nil: undefined });
    fc.assert(fc.property(fc.array(fc.tuple(values, unit), { minLength: 1, maxLength: 80 }), fc.constantFrom(0, 0.1, 1), (given, margin) => {
      const seen = given.map(([one, shared]) => sample(one, shared === undefined ? {} : Object.fromEntries(Object.keys(one).map((name) => [name, shared]))));
      const contract = compileSampleContract({ id: 'learned', version: 1, schema: learned(seen).propose({ margin }).schema });
      for (const one of seen) assert.deepEqual(contract.check(one.values, one.metrics), []);
    }), { numRuns: 150 });
  });
});
