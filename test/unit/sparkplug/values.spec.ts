import assert from 'node:assert/strict';
import Long from 'long';
import { decodeSparkplug, type SparkplugSample, SparkplugState } from '../../../core/sparkplug/index.ts';
import { encode, Source, T0, type TahuMetric } from './messages.ts';

/** The samples of a birth of these metrics. */
function samplesOf(metrics: TahuMetric[], received: number = T0): SparkplugSample[] {
  return new Source().send('NBIRTH', metrics, { seq: 0, received }).samples;
}

function reading(type: TahuMetric['type'], value: TahuMetric['value']): { value: unknown; flags?: unknown; raw?: unknown } {
  const [sample] = samplesOf([{ name: 'm', type, value }]);
  const { flags, raw } = sample?.metrics?.['m'] ?? {};
  return { value: sample?.values['m'], ...(flags && { flags }), ...(raw !== undefined && { raw }) };
}

/** The readings of a payload given byte by byte, as other encoders than Tahu's write it. */
function bytes(hex: string): SparkplugSample[] {
  const { samples, refused } = decodeSparkplug({ topic: 'spBv1.0/g/NBIRTH/e', payload: Buffer.from(hex.replaceAll(' ', ''), 'hex'), received: T0, position: 1 }, new SparkplugState());
  if (refused) throw refused;
  return samples;
}

describe('values of a Sparkplug message', () => {
  const cases: [TahuMetric['type'], TahuMetric['value'], unknown][] = [
    ['Int8', -128, -128], ['Int8', 127, 127], ['Int16', -32768, -32768], ['Int32', -1, -1], ['Int32', 2 ** 31 - 1, 2 ** 31 - 1], ['Int32', -(2 ** 31), -(2 ** 31)],
    ['Int64', Long.fromNumber(-5), -5], ['UInt8', 255, 255], ['UInt16', 65535, 65535], ['UInt32', 4294967295, 4294967295], ['UInt64', 2 ** 52, 2 ** 52],
    ['Float', 0.5, 0.5], ['Double', 21.4, 21.4], ['Double', 2 ** 60, 2 ** 60], ['Boolean', true, true], ['Boolean', false, false], ['String', 'Kühlraum', 'Kühlraum'],
    ['String', '', ''], ['Text', 'a\nb', 'a\nb'], ['UUID', '4b0b6a0e-0f0a-4e5c-8a5d-3a6a1c8d9f00', '4b0b6a0e-0f0a-4e5c-8a5d-3a6a1c8d9f00'], ['DateTime', 1764000000000, 1764000000000],
  ];
  for (const [type, sent, expected] of cases) {
    it(`reads the ${type} ${String(sent).replace('\n', ' ')}`, () => assert.deepEqual(reading(type, sent), { value: expected }));
  }

  it('keeps a 64-bit integer exact, as text where no number is', () => {
    assert.deepEqual(reading('UInt64', Long.MAX_UNSIGNED_VALUE), { value: '18446744073709551615', flags: ['big-integer'] });
    assert.deepEqual(reading('Int64', Long.MIN_VALUE), { value: '-9223372036854775808', flags: ['big-integer'] });
    assert.deepEqual(reading('Int64', Long.fromString('9007199254740993')), { value: '9007199254740993', flags: ['big-integer'] });
  });

  it('makes NaN and infinities null, and says what they were', () => {
    assert.deepEqual(reading('Double', NaN), { value: null, flags: ['not-finite'], raw: 'NaN' });
    assert.deepEqual(reading('Float', -Infinity), { value: null, flags: ['not-finite'], raw: '-Infinity' });
  });

  it('makes a null null, and a metric without a value one that says so', () => {
    assert.deepEqual(reading('Int32', null), { value: null });
    const samples = bytes('1205 0a016d 2003');
    assert.deepEqual(samples, [{ values: { m: null }, metrics: { m: { flags: ['no-value'] } } }]);
  });

  it('reads a negative integer in the width of its datatype, as some encoders write it', () => {
    assert.deepEqual(bytes('1208 0a016d 2001 50ff01')[0]?.values, { m: -1 });
    assert.deepEqual(bytes('1210 0a016d 2003 50ffffffffffffffffff01')[0]?.values, { m: -1 });
  });

  it('keeps an integer that its datatype cannot hold, and says so', () => {
    assert.deepEqual(bytes('1208 0a016d 2001 50ac02'), [{ values: { m: 300 }, metrics: { m: { flags: ['out-of-range'] } } }]);
    assert.deepEqual(bytes('1208 0a016d 2005 50ac02'), [{ values: { m: 300 }, metrics: { m: { flags: ['out-of-range'] } } }]);
  });

  it('casts nothing: a value of another datatype stays what it is, and says so', () => {
    assert.deepEqual(bytes('1209 0a016d 2003 7a0231 32'), [{ values: { m: '12' }, metrics: { m: { flags: ['datatype-mismatch'] } } }]);
    assert.deepEqual(bytes('1207 0a016d 200b 5001'), [{ values: { m: 1 }, metrics: { m: { flags: ['datatype-mismatch'] } } }]);
  });

  it('makes bytes and files text that says so', () => {
    assert.deepEqual(reading('Bytes', new Uint8Array([1, 2, 255])), { value: 'AQL_', flags: ['bytes'] });
    assert.deepEqual(reading('File', new Uint8Array([0])), { value: 'AA', flags: ['bytes'] });
  });

  it('keeps a value of a datatype that cannot be a reading beside the null that stands for it', () => {
    assert.deepEqual(bytes('120a 0a016d 2016 82010201ff'), [{ values: { m: null }, metrics: { m: { flags: ['unsupported-datatype'], raw: { datatype: 'Int8Array', bytes: 'Af8' } } } }]);
    assert.deepEqual(bytes('1207 0a016d 2063 5001'), [{ values: { m: null }, metrics: { m: { flags: ['unsupported-datatype'], raw: { datatype: 'datatype 99', value: 1 } } } }]);
  });

  it('flattens a DataSet by row and column', () => {
    const value = { numOfColumns: 2, columns: ['x', 'y'], types: ['Double' as const, 'String' as const], rows: [[1.5, 'a'], [2.5, 'b']] };
    assert.deepEqual(samplesOf([{ name: 'd', type: 'DataSet', value }])[0]?.values, { 'd.0.x': 1.5, 'd.0.y': 'a', 'd.1.x': 2.5, 'd.1.y': 'b' });
  });

  it('reads a DataSet of 32-bit integers, negative ones too', () => {
    const value = { numOfColumns: 1, columns: ['x'], types: ['Int32' as const], rows: [[-7]] };
    assert.deepEqual(samplesOf([{ name: 'd', type: 'DataSet', value }])[0]?.values, { 'd.0.x': -7 });
  });

  it('keeps a DataSet whose rows do not fit its columns, unread', () => {
    const value = { numOfColumns: 1, columns: ['x', 'y'], types: ['Double' as const, 'Double' as const], rows: [[1]] };
    const [sample] = samplesOf([{ name: 'd', type: 'DataSet', value }]);
    assert.deepEqual(sample?.values, { d: null });
    assert.deepEqual(sample?.metrics?.['d']?.flags, ['unsupported-datatype']);
    assert.match(JSON.stringify(sample?.metrics?.['d']?.raw), /"DataSet","bytes":"\w{10,}/);
  });

  it('flattens a Template by member, and its parameters beside; its definition is no reading', () => {
    const instance: TahuMetric = {
      name: 'motor', type: 'Template',
      value: { isDefinition: false, templateRef: 'Motor', metrics: [{ name: 'rpm', type: 'Int32', value: -3 }, { name: 'on', type: 'Boolean', value: true }], parameters: [{ name: 'poles', type: 'UInt32', value: 4 }] },
    };
    const definition: TahuMetric = { name: '_types_/Motor', type: 'Template', value: { isDefinition: true, metrics: [{ name: 'rpm', type: 'Int32', value: 0 }] } };
    assert.deepEqual(samplesOf([definition, instance])[0]?.values, { 'motor.rpm': -3, 'motor.on': true, 'motor.parameters.poles': 4 });
  });

  it('keeps slashes in names, and takes controls and bdSeq for no readings', () => {
    const control: TahuMetric = { name: 'Node Control/Rebirth', type: 'Boolean', value: false };
    const [sample, ...more] = samplesOf([control, { name: 'bdSeq', type: 'UInt64', value: 0 }, { name: 'Line 1/Motor/Speed', type: 'Double', value: 1 }]);
    assert.deepEqual(sample?.values, { 'Line 1/Motor/Speed': 1 });
    assert.equal(more.length, 0);
  });

  it('takes a name that an object has by itself for a name like any other', () => {
    const [sample] = samplesOf([{ name: 'toString', type: 'UInt64', value: Long.MAX_UNSIGNED_VALUE }]);
    assert.deepEqual(Object.entries(sample?.metrics ?? {}), [['toString', { flags: ['big-integer'] }]]);
  });

  it('makes of a quality what QARTOD calls it', () => {
    const quality = (value: number): TahuMetric => ({ name: 'm', type: 'Double', value: 1, properties: { engUnit: { type: 'String', value: '°C' }, Quality: { type: 'Int32', value } } });
    assert.deepEqual(samplesOf([quality(0)])[0]?.metrics, { m: { q: 4, flags: ['bad-at-source'] } });
    assert.deepEqual(samplesOf([quality(500)])[0]?.metrics, { m: { q: 3, flags: ['stale'] } });
    assert.deepEqual(samplesOf([quality(64)])[0]?.metrics, { m: { q: 2, flags: ['quality-64'] } });
    assert.equal(samplesOf([quality(192)])[0]?.metrics, undefined);
  });

  it('says that a value is transient', () => {
    assert.deepEqual(samplesOf([{ name: 'm', type: 'Double', value: 1, isTransient: true }])[0]?.metrics, { m: { flags: ['transient'] } });
  });
});

describe('times of a Sparkplug message', () => {
  it('makes a sample for each time, and takes the time of the message for readings without their own', () => {
    const samples = samplesOf([
      { name: 'a', type: 'Double', value: 1, timestamp: T0 - 2_000 }, { name: 'b', type: 'Double', value: 2, timestamp: T0 - 1_000 },
      { name: 'c', type: 'Double', value: 3, timestamp: T0 - 2_000 }, { name: 'd', type: 'Double', value: 4 },
    ]);
    assert.deepEqual(samples, [{ values: { a: 1, c: 3 }, ts: T0 - 2_000 }, { values: { b: 2 }, ts: T0 - 1_000 }, { values: { d: 4 }, ts: T0 }]);
  });

  it('keeps historical readings apart from those of now', () => {
    const samples = samplesOf([{ name: 'a', type: 'Double', value: 1 }, { name: 'a', type: 'Double', value: 2, isHistorical: true }]);
    assert.deepEqual(samples, [{ values: { a: 1 }, ts: T0 }, { values: { a: 2 }, ts: T0, historical: true }]);
  });

  it('loses no reading when a metric comes twice with one time', () => {
    const samples = samplesOf([{ name: 'a', type: 'Double', value: 1 }, { name: 'a', type: 'Double', value: 2 }, { name: 'b', type: 'Double', value: 3 }]);
    assert.deepEqual(samples.map(({ values }) => values), [{ a: 1 }, { a: 2, b: 3 }]);
  });

  it('splits what is more than a sample may hold', () => {
    const metrics = Array.from({ length: 2_500 }, (_, index): TahuMetric => ({ name: `m${index}`, type: 'Double', value: index }));
    assert.deepEqual(samplesOf(metrics).map(({ values }) => Object.keys(values).length), [1_000, 1_000, 500]);
  });

  it('flags a time that is none, and one that is too far ahead', () => {
    assert.deepEqual(samplesOf([{ name: 'a', type: 'Double', value: 1, timestamp: 5 }]), [{ values: { a: 1 }, ts: T0, metrics: { a: { flags: ['clock'] } } }]);
    const ahead = T0 + 3_600_000;
    assert.deepEqual(samplesOf([{ name: 'a', type: 'Double', value: 1, timestamp: ahead }]), [{ values: { a: 1 }, ts: ahead, metrics: { a: { flags: ['clock'] } } }]);
  });

  it('leaves the time open when neither the metric nor the message has one', () => {
    const payload = encode([{ name: 'a', type: 'Double', value: 1 }]);
    const timeless = payload.subarray(payload.indexOf(0x12));
    const { samples } = decodeSparkplug({ topic: 'spBv1.0/g/NBIRTH/e', payload: timeless, received: T0, position: 1 }, new SparkplugState());
    assert.deepEqual(samples, [{ values: { a: 1 } }]);
  });
});
