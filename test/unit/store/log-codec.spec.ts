import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import type { MetricInfo, Quality, ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { qualityOfKind, valueOfKind } from '../../../core/store/codec/kind.ts';
import { noteOf } from '../../../core/store/codec/note.ts';
import { checkLog, readLog } from '../../../core/store/embedded/log/log-codec.ts';
import { LogEncoder } from '../../../core/store/embedded/log/log-encoder.ts';
import { DeviceSeries, Series } from '../../../core/store/embedded/series/series-index.ts';

const quality = fc.constantFrom<Quality>(1, 2, 3, 4, 9);
const value: fc.Arbitrary<ReadingValue> = fc.oneof(
  fc.double(), fc.integer(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53 + 2, -1.7976931348623157e308),
  fc.boolean(), fc.constant(null), fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'a\0b', '1', 'true', 'x'.repeat(70_000)),
);
const time = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.nat(1000));
const info: fc.Arbitrary<MetricInfo> = fc.record({
  q: quality, unit: fc.constantFrom('', '°C', 'bar', '\ud800'), flags: fc.constantFrom([], ['late'], ['late', 'spike'], ['late', 'flat']), raw: fc.oneof(fc.jsonValue(), fc.constant('x'.repeat(70_000))),
}, { requiredKeys: ['q'] });

interface Found {
  series: number;
  ts: number;
  received: number;
  value: ReadingValue;
  quality: Quality;
  note: string | undefined;
}

/** What a blob holds. */
function read(blob: Buffer): Found[] {
  checkLog(blob);
  const found: Found[] = [];
  const notes: Array<string | undefined> = [undefined];
  const sink = {
    received: NaN,
    note: (text: string): number => notes.push(text) - 1,
    add(series: number, ts: number, kind: number, number: number, text: string | undefined, note: number): void {
      found.push({ series, ts, received: this.received, value: valueOfKind(kind, number, text), quality: qualityOfKind(kind), note: notes[note] });
    },
  };
  readLog(blob, sink);
  return found;
}

describe('the codec of the log', () => {
  it('gives back every reading of every sample to the bit, with its note and when it was received, in order, blob after blob', () => {
    const reading = fc.record({ value, info });
    const sample = fc.record({ ts: time, received: time, values: fc.dictionary(fc.string({ minLength: 1 }), reading, { maxKeys: 8 }) });
    fc.assert(fc.property(fc.array(fc.array(sample, { maxLength: 12 }), { maxLength: 3 }), time, (blobs, now) => {
      const encoder = new LogEncoder();
      const series: Series[] = [];
      const device = new DeviceSeries('a');
      for (const samples of blobs) {
        const expected: unknown[] = [];
        encoder.begin(now);
        for (const { ts, received, values } of samples) {
          const entries = Object.entries(values);
          const sampled: Sample = {
            id: 'x', device: 'a', ts, received, tsSource: 'device', src: { via: 'mqtt' },
            values: Object.fromEntries(entries.map(([metric, each]) => [metric, each.value])),
            metrics: Object.fromEntries(entries.map(([metric, each]) => [metric, each.info])),
          };
          encoder.add(sampled, device, (_, metric) => {
            const known = device.metrics.get(metric) ?? new Series(series.push(new Series(series.length, 'a', metric)) - 1, 'a', metric);
            device.metrics.set(metric, known);
            return known;
          });
          for (const [metric, each] of entries) {
            // Object.entries and for…in have one order; __proto__ is set to no avail by a plain object.
            const infoOf = each.info;
            expected.push({ series: device.metrics.get(metric)?.id, ts, received, value: each.value, quality: infoOf.q, note: noteOf(infoOf) });
          }
        }
        assert.deepEqual([encoder.count, read(Buffer.from(encoder.finish()))], [expected.length, expected]);
      }
    }), { numRuns: 200 });
  });

  it('says of a sample that does not tell when it was received that it came when the blob was written', () => {
    const encoder = new LogEncoder();
    encoder.begin(77);
    for (const received of [NaN, undefined, 'now', 1e300, 5]) {
      encoder.add({ id: 'x', device: 'a', ts: 1, received: received as number, tsSource: 'device', src: { via: 'flow' }, values: { v: 1 } }, new DeviceSeries('a'), () => new Series(1, 'a', 'v'));
    }
    assert.deepEqual(read(encoder.finish()).map(({ received }) => received), [77, 77, 77, 77, 5]);
  });

  it('takes a sample of more metrics than a byte counts', () => {
    for (const count of [127, 128, 300, 20_000]) {
      const encoder = new LogEncoder();
      const values = Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));
      encoder.begin(0);
      for (let ts = 0; ts < 2; ts += 1) encoder.add({ id: 'x', device: 'a', ts, received: 5, tsSource: 'device', src: { via: 'flow' }, values }, new DeviceSeries('a'), (_, metric) => new Series(Number(metric.slice(1)), 'a', metric));
      assert.deepEqual(read(encoder.finish()).map((found) => [found.series, found.ts, found.value]), [0, 1].flatMap((ts) => Array.from({ length: count }, (_, index) => [index, ts, index])));
    }
  });

  it('reads what version 1 wrote', () => {
    const blob = Buffer.alloc(13 + 12 + 13 + 5 + 11);
    blob[0] = 1;
    blob.writeDoubleLE(1234, 5);
    blob.writeDoubleLE(77, 13);
    blob.writeUInt32LE(3, 21);
    blob.writeUInt32LE(5, 25);
    blob[29] = 0x13;
    blob.writeDoubleLE(1.5, 30);
    blob.writeUInt32LE(6, 38);
    blob[42] = 0x22;
    blob.writeUInt32LE(7, 43);
    blob[47] = 0x44;
    blob.writeUInt32LE(2, 48);
    blob.write('hi', 52);
    blob.writeUInt32LE(crc32(blob.subarray(5)), 1);
    const same = { ts: 77, received: 1234, note: undefined };
    assert.deepEqual(read(blob), [{ series: 5, ...same, value: 1.5, quality: 1 }, { series: 6, ...same, value: true, quality: 2 }, { series: 7, ...same, value: 'hi', quality: 4 }]);
  });
});
