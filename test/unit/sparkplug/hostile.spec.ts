import assert from 'node:assert/strict';
import { DecodeError, LIMITS } from '../../../core/decode/index.ts';
import { createRandom } from '../../../core/simulator/random.ts';
import { decodeSparkplug, type SparkplugResult, SparkplugState } from '../../../core/sparkplug/index.ts';
import { bdSeq, byAlias, encode, Source, T0, type TahuMetric } from './messages.ts';

const BIRTH = encode([
  bdSeq(1), { name: 'Temperature', alias: 1, type: 'Float', value: 21.5, timestamp: T0 - 5, properties: { Quality: { type: 'Int32', value: 192 } } },
  { name: 'Ort', alias: 2, type: 'String', value: 'Kühlraum' }, { name: 'count', alias: 3, type: 'Int64', value: -7 }, { name: 'gone', type: 'Double', value: null },
  { name: 'table', type: 'DataSet', value: { numOfColumns: 2, columns: ['x', 'y'], types: ['Double', 'String'], rows: [[1, 'a'], [2, 'b']] } },
  { name: 'motor', type: 'Template', value: { templateRef: 'M', isDefinition: false, metrics: [{ name: 'rpm', type: 'Int32', value: 5 }], parameters: [{ name: 'p', type: 'Double', value: 4 }] } },
  { name: 'file', type: 'File', value: new Uint8Array([1, 2, 3]), isHistorical: true },
], 0);

function birth(payload: Uint8Array, state = new SparkplugState(), position = 1, topic = 'spBv1.0/g/NBIRTH/e'): SparkplugResult {
  return decodeSparkplug({ topic, payload, received: T0, position }, state);
}

/** Protobuf by hand: a field that is a run of bytes. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as string);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  const key = (number << 3) | 2;
  return Buffer.concat([Buffer.from([...(key > 127 ? [(key & 127) | 128, key >> 7] : [key]), ...length, rest]), bytes]);
}

function reasonOf({ samples, refused }: SparkplugResult): string | undefined {
  if (refused) assert.deepEqual(samples, []);
  return refused?.reason;
}

/** Whether the store and the flow can take everything in it. */
function checkSamples({ samples, refused }: SparkplugResult): void {
  if (refused) assert.ok(refused instanceof DecodeError && /^[A-Z].*\.$/s.test(refused.message), refused.message);
  for (const sample of samples) {
    assert.ok(sample.ts === undefined || Number.isSafeInteger(sample.ts));
    const names = Object.keys(sample.values);
    assert.ok(names.length > 0 && names.length <= LIMITS.metricsPerSample);
    for (const name of names) {
      const value = sample.values[name];
      assert.ok(name.length > 0 && name.length <= LIMITS.metricName && name.isWellFormed() && name !== '__proto__');
      assert.ok(value === null || typeof value === 'boolean' || (typeof value === 'number' ? Number.isFinite(value) : value?.isWellFormed()), `${name}: ${String(value)}`);
    }
  }
  JSON.stringify(samples);
}

describe('hostile Sparkplug messages', () => {
  it('is ended anywhere: readings or a refusal, and no reading that was not sent', () => {
    const whole = birth(BIRTH).samples;
    assert.equal(whole.length, 3);
    let refused = 0;
    for (let length = 0; length < BIRTH.length; length++) {
      const result = birth(BIRTH.subarray(0, length));
      checkSamples(result);
      if (result.refused) refused += 1;
      const known = new Set(whole.flatMap((sample) => Object.entries(sample.values).map(([name, value]) => `${name}=${String(value)}`)));
      for (const { values } of result.samples) for (const [name, value] of Object.entries(values)) assert.ok(known.has(`${name}=${String(value)}`), `${name} at ${length}`);
    }
    assert.ok(refused > BIRTH.length - 20, `${refused} of ${BIRTH.length}`);
  });

  it('has any of its bytes changed: readings that can be stored or a refusal, and a state that can be kept', () => {
    const numbers = createRandom(3);
    const random = (): number => numbers.uniform();
    for (let run = 0; run < 4_000; run++) {
      const payload = Buffer.from(BIRTH);
      for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256);
      const state = new SparkplugState();
      checkSamples(birth(payload, state));
      checkSamples(birth(payload, state, 2, 'spBv1.0/g/DDATA/e/d'));
      checkSamples(birth(payload, state, 3, 'spBv1.0/g/NDEATH/e'));
      const kept = JSON.stringify(state.snapshot());
      const restored = new SparkplugState({ load: (key) => (JSON.parse(kept) as Record<string, unknown>)[key], problem: assert.ifError });
      if (state.snapshot()['g/e'] === undefined) continue;
      restored.get('g', 'e');
      assert.equal(JSON.stringify(restored.snapshot()), kept);
    }
  });

  it('is noise: readings or a refusal', () => {
    const numbers = createRandom(4);
    const random = (): number => numbers.uniform();
    for (let run = 0; run < 10_000; run++) checkSamples(birth(Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256))));
  });

  it('has a number of more than 64 bits', () => {
    assert.equal(reasonOf(birth(Buffer.from('18ffffffffffffffffff01', 'hex'))), undefined);
    assert.equal(reasonOf(birth(Buffer.from('18ffffffffffffffffff02', 'hex'))), 'syntax');
    assert.equal(reasonOf(birth(Buffer.from('18ffffffffffffffffffff01', 'hex'))), 'syntax');
  });

  it('holds more metrics than are read at once', () => {
    assert.equal(reasonOf(birth(Buffer.alloc(1 << 20, Buffer.from([0x12, 0])))), 'too-many');
  });

  it('holds more cells than are read at once', () => {
    const row = field(4, Buffer.concat(Array.from({ length: 5_000 }, () => field(1, Buffer.from([8, 1])))));
    const dataSet = field(2, Buffer.concat([field(1, 'd'), Buffer.from([0x20, 16]), field(17, Buffer.concat([row, row, row]))]));
    assert.equal(reasonOf(birth(dataSet)), 'too-many');
  });

  it('has Templates nested without end', () => {
    let template: Buffer = Buffer.alloc(0);
    for (let level = 0; level < 2_000; level++) template = field(2, Buffer.concat([field(1, 'm'), Buffer.from([0x20, 19]), field(18, template)]));
    assert.equal(reasonOf(birth(template)), 'depth');
  });

  it('has names that may not be', () => {
    const named = (name: string | Uint8Array): string | undefined => reasonOf(birth(field(2, Buffer.concat([field(1, name), Buffer.from([0x20, 3, 0x50, 1])]))));
    assert.equal(named('__proto__'), 'forbidden-key');
    assert.equal(named('constructor'), 'forbidden-key');
    assert.equal(named(''), 'type');
    assert.equal(named('x'.repeat(129)), 'too-many');
    assert.equal(named(`Node Control/${'x'.repeat(129)}`), 'too-many');
    assert.equal(named(Uint8Array.from([0xc3, 0x28])), 'encoding');
    assert.equal(named('x'.repeat(128)), undefined);
    const template = (key: string): TahuMetric => ({ name: 't', type: 'Template', value: { templateRef: 'T', metrics: [{ name: key, type: 'Int32', value: 1 }] } });
    assert.equal(reasonOf(birth(encode([template('__proto__')]))), 'forbidden-key');
    assert.equal(reasonOf(birth(encode([template('')]))), 'type');
    assert.equal(({} as Record<string, unknown>)['flags'], undefined);
  });

  it('has a topic that is none, or longer than is remembered', () => {
    assert.equal(reasonOf(birth(BIRTH, new SparkplugState(), 1, 'devices/press-7/telemetry')), 'type');
    assert.equal(reasonOf(birth(BIRTH, new SparkplugState(), 1, `spBv1.0/g/NBIRTH/${'e'.repeat(129)}`)), 'too-many');
  });

  it('leaves the state as it was where it is refused', () => {
    const source = new Source().born();
    const before = JSON.stringify(source.state.snapshot());
    for (const type of ['NDATA', 'NBIRTH', 'NDEATH']) {
      const record = { ...source.record(type, []), payload: BIRTH.subarray(0, BIRTH.length - 4) };
      assert.equal(reasonOf(decodeSparkplug(record, source.state)), 'syntax');
    }
    assert.equal(JSON.stringify(source.state.snapshot()), before);
  });

  it('announces more metrics than are remembered of an edge node: refused, and what is known stays', () => {
    const source = new Source();
    const many = (prefix: string, length: number): TahuMetric[] => Array.from({ length }, (_, index) => ({ name: `${prefix}${index}`, alias: index, type: 'Double', value: index }));
    source.send('NBIRTH', [bdSeq(0)], { seq: 0 });
    assert.equal(source.send('DBIRTH', many('a', 6_000), { seq: 1, device: 'd1' }).refused, undefined);
    assert.equal(reasonOf(source.send('DBIRTH', many('b', 6_000), { seq: 2, device: 'd2' })), 'too-many');
    assert.equal(reasonOf(source.send('DBIRTH', many('c', 9_000), { seq: 3, device: 'd1' })), undefined);
    assert.equal(reasonOf(source.send('DDEATH', [], { seq: 4, device: 'd1' })), undefined);
    assert.equal(reasonOf(source.send('DBIRTH', many('b', 9_000), { seq: 5, device: 'd2' })), undefined);
    assert.deepEqual(source.send('DDATA', [{ name: 'b7', type: 'Double', value: 1 }], { seq: 6, device: 'd2' }).samples.map(({ values }) => values), [{ b7: 1 }]);
  });

  it('keeps being born with other names: what is remembered stays bounded', () => {
    const source = new Source().born();
    const early = source.record('DDATA', [byAlias(2, 'Int32', 5)], { seq: 2, device: 'press' });
    assert.equal(decodeSparkplug(early, source.state).samples.length, 1);
    source.send('DDEATH', [], { seq: 3, device: 'press' });
    for (let round = 0; round < 30; round++) {
      const metrics = Array.from({ length: 3_000 }, (_, index): TahuMetric => ({ name: `${round}-${index}`, type: 'Double', value: 1 }));
      assert.equal(source.send('DBIRTH', metrics, { seq: round, device: `d${round}` }).refused, undefined);
      source.send('DDEATH', [], { seq: round, device: `d${round}` });
      assert.ok(source.state.get('plant', 'edge-1').size <= 20_000);
    }
    assert.match(decodeSparkplug(early, source.state).refused?.message ?? '', /no longer known/);
    const snapshot = source.state.snapshot()['plant/edge-1'];
    assert.ok((snapshot?.births.reduce((sum, { length }) => sum + length, 0) ?? Infinity) <= 20_000);
  });

  it('comes from more edge nodes than are remembered: those that are known go on', () => {
    const state = new SparkplugState({ edgeNodes: 3 });
    const metric: TahuMetric = { name: 'a', alias: 1, type: 'Double', value: 1 };
    const send = (type: string, node: string, position: number): SparkplugResult => birth(encode([metric], 0), state, position, `spBv1.0/g/${type}/${node}`);
    assert.equal(send('NBIRTH', 'known', 1).refused, undefined);
    // Edge nodes that were never born make way for others.
    for (let node = 0; node < 20; node++) assert.equal(send('NDATA', `stranger-${node}`, 2 + node).samples.length, 1);
    assert.equal(send('NBIRTH', 'second', 30).refused, undefined);
    assert.equal(send('NBIRTH', 'third', 31).refused, undefined);
    assert.equal(reasonOf(send('NBIRTH', 'fourth', 32)), 'too-many');
    assert.equal(send('NDATA', 'known', 33).samples.length, 1);
  });

  it('announces more metrics than are remembered of all edge nodes together', () => {
    const state = new SparkplugState({ metrics: 10 });
    const metrics = Array.from({ length: 6 }, (_, index): TahuMetric => ({ name: `m${index}`, type: 'Double', value: 1 }));
    assert.equal(birth(encode(metrics, 0), state, 1, 'spBv1.0/g/NBIRTH/a').refused, undefined);
    assert.equal(reasonOf(birth(encode(metrics, 0), state, 2, 'spBv1.0/g/NBIRTH/b')), 'too-many');
    assert.equal(birth(encode(metrics, 0), state, 3, 'spBv1.0/g/NBIRTH/a').refused, undefined);
  });
});
