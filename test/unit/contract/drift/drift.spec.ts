import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContractDrift } from '../../../../core/contract/drift/contract-drift.ts';
import { declaredMetrics } from '../../../../core/contract/drift/declared-metrics.ts';
import { DeviceDrift } from '../../../../core/contract/drift/device-drift.ts';
import { DriftRecords } from '../../../../core/contract/drift/drift-records.ts';
import type { Drift } from '../../../../core/contract/drift/drift.ts';
import { MemoryStates } from '../../../../core/contract/drift/memory-states.ts';
import { sentenceOf } from '../../../../core/contract/drift/sentences.ts';
import type { MetricInfo, Sample, Values } from '../../../../core/sample/sample.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;
const SCHEMA = { properties: { temperature: { type: 'number', 'x-unit': 'Cel' }, mode: { enum: ['auto', 'hand'] }, parts: { type: 'integer' }, fw: {} } };
const CONTRACT = { id: 'press', version: 2, declared: declaredMetrics(SCHEMA) };

function sampleAt(ts: number, values: Values, { device = 'press-1', metrics, historical }: { device?: string; metrics?: Record<string, MetricInfo>; historical?: boolean } = {}): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts + 50, tsSource: 'device', src: { via: 'mqtt' }, values, ...(metrics && { metrics }), ...(historical !== undefined && { historical }) };
}

/** States that survive in JSON, as on a disk: `restart` gives those of the next run. */
class KeptStates<Value extends { snapshot(): unknown }> {
  readonly values = new Map<string, Value>();
  readonly begin: (snapshot?: unknown) => Value;
  constructor(begin: (snapshot?: unknown) => Value, kept: ReadonlyMap<string, string> = new Map()) {
    this.begin = begin;
    for (const [name, text] of kept) this.values.set(name, begin(JSON.parse(text)));
  }
  get(name: string): Value {
    const value = this.values.get(name) ?? this.begin();
    this.values.set(name, value);
    return value;
  }
  changed(): void {}
  restart(): KeptStates<Value> {
    return new KeptStates(this.begin, new Map(Array.from(this.values, ([name, value]) => [name, JSON.stringify(value.snapshot())])));
  }
}

describe('drift away from a contract', () => {
  let drift: ContractDrift;
  let records: MemoryStates<DriftRecords>;
  let tooMany: string[];
  beforeEach(() => {
    records = new MemoryStates(() => new DriftRecords());
    tooMany = [];
    drift = new ContractDrift({ devices: new MemoryStates(() => new DeviceDrift()), records, tooMany: (contract) => void tooMany.push(contract) });
  });
  const judge = (ts: number, values: Values, more: Parameters<typeof sampleAt>[2] = {}, contract = CONTRACT): readonly Drift[] => drift.judge(sampleAt(ts, values, more), contract);

  it('tells of a metric that is not in the contract, with the first device and its firmware', () => {
    assert.deepEqual(judge(START, { temperature: 20, fw: '2.1.0' }), []);
    const [told, ...others] = judge(START + 1_000, { temperature: 20, humidity: 40 });
    assert.deepEqual(others, []);
    assert.deepEqual(told, { kind: 'new', metric: 'humidity', was: null, is: 'number', contract: { id: 'press', version: 2 }, device: 'press-1', firmware: '2.1.0', ts: START + 1_000, last: START + 1_000, devices: 1, samples: 1 });
    assert.equal(told && sentenceOf(told), 'press-1 (firmware 2.1.0) sends humidity, a number, which is not in the contract press (version 2). Add it to the contract, or stop the device from sending it.');
  });

  it('finds the firmware also in a nested name, and the newest one counts', () => {
    judge(START, { 'system.firmware_version': '1.0' });
    const [told] = judge(START + 1, { 'system.firmware_version': '1.1', extra: true });
    assert.equal(told?.firmware, '1.1');
  });

  it('tells once, not for each device, and counts the devices and samples since', () => {
    assert.equal(judge(START, { extra: 1 }).length, 1);
    for (let device = 2; device <= 5; device += 1) assert.deepEqual(judge(START + device, { extra: 1 }, { device: `press-${device}` }), []);
    const [listed] = records.get('press').list();
    assert.deepEqual([listed?.device, listed?.devices, listed?.samples], ['press-1', 5, 5]);
  });

  it('tells again only after it was gone for a day', () => {
    assert.equal(judge(START, { extra: 1 }).length, 1);
    assert.equal(judge(START + DAY - 1, { extra: 1 }).length, 0);
    assert.equal(judge(START + 2 * DAY - 2, { extra: 1 }).length, 0);
    assert.equal(judge(START + 3 * DAY, { extra: 1 }).length, 1);
  });

  it('tells of another type than the contract has; a whole number is a number, and no value is of no type', () => {
    assert.deepEqual(judge(START, { temperature: 21, parts: 3, mode: 'auto' }), []);
    assert.deepEqual(judge(START, { temperature: null, parts: null, mode: null }), []);
    const told = judge(START + 1, { temperature: '21.4', parts: 1.5, mode: 3 });
    assert.deepEqual(told.map(({ metric, was, is }) => [metric, was, is]), [['temperature', 'number', 'string'], ['parts', 'integer', 'number'], ['mode', 'string', 'number']]);
    assert.match(told.map(sentenceOf).join('\n'), /sends temperature as a text; it was a number\./);
  });

  it('tells of another unit than the contract has, and where it has none, than the device had before', () => {
    assert.deepEqual(judge(START, { temperature: 20, fw: 'a' }, { metrics: { temperature: { unit: 'Cel' }, fw: { unit: 'x' } } }), []);
    const told = judge(START + 1, { temperature: 70, fw: 'a' }, { metrics: { temperature: { unit: '[degF]' }, fw: { unit: 'y' } } });
    assert.deepEqual(told.map(({ kind, metric, was, is }) => [kind, metric, was, is]), [['unit', 'temperature', 'Cel', '[degF]'], ['unit', 'fw', 'x', 'y']]);
    assert.deepEqual(judge(START + 2, { temperature: 70 }), [], 'a reading without a unit says nothing');
  });

  it('tells that a metric is missing which was in nearly all samples of a device, at the tenth sample without it', () => {
    let ts = START;
    for (let index = 0; index < 40; index += 1) assert.deepEqual(judge((ts += 1_000), index === 20 ? { parts: 1 } : { temperature: 20, parts: 1 }), []);
    const told: Drift[][] = [];
    for (let index = 0; index < 12; index += 1) told.push([...judge((ts += 1_000), { parts: 1 })]);
    assert.deepEqual(told.map(({ length }) => length), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    const [missing] = told[9] ?? [];
    assert.deepEqual([missing?.kind, missing?.metric, missing?.was, missing?.is], ['missing', 'temperature', 'number', null]);
  });

  it('begins anew with what comes back after it was missing', () => {
    const state = new DeviceDrift();
    const missing = (values: Values): boolean => state.judge({ values }, CONTRACT.declared).length > 0;
    for (let index = 0; index < 1_000; index += 1) missing({ temperature: 20, parts: 1 });
    assert.equal(Array.from({ length: 20 }, () => missing({ parts: 1 })).filter(Boolean).length, 11);
    missing({ temperature: 20, parts: 1 });
    assert.equal(Array.from({ length: 20 }, () => missing({ parts: 1 })).filter(Boolean).length, 0, 'one reading makes no habit');
  });

  it('does not miss what only came now and then', () => {
    let ts = START;
    for (let index = 0; index < 200; index += 1) assert.deepEqual(judge((ts += 1_000), index % 2 === 0 ? { temperature: 20 } : { parts: 1 }), []);
    for (let index = 0; index < 50; index += 1) assert.deepEqual(judge((ts += 1_000), { parts: 1 }), []);
  });

  it('takes nothing for new where the contract names no metrics, or cannot list them', () => {
    for (const schema of [{ type: 'object', minProperties: 1 }, { properties: { a: {} }, patternProperties: { '^x': {} } }, { properties: { a: {} }, $ref: 'contract:base' }]) {
      assert.deepEqual(judge(START, { whatever: 1 }, {}, { ...CONTRACT, declared: declaredMetrics(schema) }), []);
    }
    const parts = declaredMetrics({ properties: { a: {} }, allOf: [{ properties: { b: { type: 'number' } } }], then: { properties: { c: {} } } });
    assert.deepEqual([...parts.metrics.keys()], ['a', 'b', 'c']);
    assert.equal(judge(START, { d: 1 }, {}, { ...CONTRACT, declared: parts }).length, 1);
  });

  it('reads JSON Type Definition as well', () => {
    const { metrics } = declaredMetrics({ properties: { t: { type: 'float64', metadata: { 'x-unit': 'Cel' } } }, optionalProperties: { n: { type: 'uint8', nullable: true } } });
    assert.deepEqual([...metrics], [['t', { types: new Set(['number']), unit: 'Cel' }], ['n', { types: new Set(['integer', 'null']) }]]);
  });

  it('learns nothing from backfill, and is not led astray by a clock that leapt ahead', () => {
    assert.deepEqual(judge(START, { extra: 1 }, { historical: true }), []);
    const [told] = drift.judge({ ...sampleAt(START, { extra: 1 }), ts: START + 1_000 * DAY }, CONTRACT);
    assert.equal(told?.ts, START + 50);
  });

  it('stays small whatever a device sends', () => {
    const state = new DeviceDrift();
    for (let index = 0; index < 2_000; index += 1) state.judge({ values: { [`made-up-${index}`]: index } }, CONTRACT.declared);
    assert.ok(JSON.stringify(state.snapshot()).length < 20_000);
  });

  it('is not flooded by a device that makes names up, and says that there is more', () => {
    const told = Array.from({ length: 1_000 }, (_, index) => judge(START + index, { [`m${index}`]: 1 })).flat();
    assert.equal(told.length, 200);
    assert.deepEqual([records.get('press').list().length, records.get('press').untold, new Set(tooMany)], [200, 800, new Set(['press'])]);
    assert.equal(judge(START + 2 * DAY, { another: 1 }).length, 1, 'what has been gone for a day makes room');
  });

  it('goes on after a restart at any point as if there had been none', () => {
    const values = fc.dictionary(fc.constantFrom('temperature', 'parts', 'mode', 'extra', 'fw'), fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom('auto', '2.0'), fc.constant(null)));
    const unit = fc.option(fc.constantFrom('Cel', '[degF]'), { nil: undefined });
    const step = fc.record({ values, unit, device: fc.constantFrom('a', 'b'), after: fc.constantFrom(1_000, DAY) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, restartAt) => {
      let devices = new KeptStates((snapshot) => new DeviceDrift(snapshot));
      let contracts = new KeptStates((snapshot) => new DriftRecords(snapshot));
      let restarted = new ContractDrift({ devices, records: contracts, tooMany: () => undefined });
      const whole = new ContractDrift({ devices: new MemoryStates(() => new DeviceDrift()), records: new MemoryStates(() => new DriftRecords()), tooMany: () => undefined });
      let ts = START;
      for (const [index, one] of steps.entries()) {
        if (index === restartAt) {
          devices = devices.restart();
          contracts = contracts.restart();
          restarted = new ContractDrift({ devices, records: contracts, tooMany: () => undefined });
        }
        ts += one.after;
        const sample = sampleAt(ts, one.values, { device: one.device, ...(one.unit !== undefined && { metrics: { temperature: { unit: one.unit } } }) });
        assert.deepEqual(restarted.judge(sample, CONTRACT), whole.judge(sample, CONTRACT));
      }
    }), { numRuns: 200 });
  });

  it('begins anew with a snapshot that cannot be read', () => {
    for (const broken of [null, 7, 'x', {}, { samples: 'x', metrics: [] }, { samples: 3, metrics: [1, [2], ['a', 1, 1, 'x']] }, [1, { drift: {}, devices: [] }, { drift: null }]]) {
      assert.deepEqual(new DeviceDrift(broken).judge({ values: { temperature: 1 } }, CONTRACT.declared), []);
      assert.deepEqual(new DriftRecords(broken).list(), []);
    }
  });
});
