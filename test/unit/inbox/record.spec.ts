import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeRecords, encodeRecords, RecordError } from '../../../core/inbox/record.ts';
import type { InboxRecord, Released } from '../../../core/inbox/record.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const time = fc.integer({ min: 0, max: 4e12 });
const released: fc.Arbitrary<Released> = fc.oneof(
  fc.record({ position: fc.maxSafeNat(), at: time }),
  fc.record({ position: fc.maxSafeNat(), sample: fc.integer({ min: 0, max: 2 ** 31 - 1 }), at: time }),
).map((made) => ({ ...made }));
const extension = fc.constantFrom<Pick<InboxRecord, 'format' | 'conflated' | 'pooled'>>({}, { format: 'json' }, { conflated: true }, { pooled: true }, { format: 'cbor', conflated: true, pooled: true });
const record: fc.Arbitrary<InboxRecord> = fc.tuple(fc.record({
  received: fc.double({ noNaN: true }),
  via: fc.constantFrom('mqtt', 'http', 'coap', 'flow'),
  device: text,
  principal: text,
  topic: text,
  payload: fc.uint8Array({ maxLength: 300 }),
}), extension, fc.option(released, { nil: undefined })).map(([plainly, more, out]) => ({ ...plainly, ...more, ...(out && { released: out }) }));
const plain = (records: readonly InboxRecord[]): unknown => records.map((one) => ({ ...one, payload: [...one.payload] }));

describe('a record of the inbox', () => {
  it('comes back as it was written, whatever its bytes', () => {
    fc.assert(fc.property(fc.array(record, { maxLength: 8 }), (records) => {
      assert.deepEqual(plain(decodeRecords(encodeRecords(records))), plain(records));
    }));
  });

  it('comes back from within a larger buffer, and does not keep that buffer', () => {
    const payload = Buffer.from('{"a":1}');
    const bytes = encodeRecords([{ received: 1, via: 'mqtt', device: 'a', principal: 'a', topic: 't', payload }]);
    const large = Buffer.alloc(1_000_000);
    large.set(bytes, 77);
    const [back] = decodeRecords(large.subarray(77, 77 + bytes.length));
    assert.equal(Buffer.from(back?.payload ?? []).toString(), '{"a":1}');
    assert.notEqual(back?.payload.buffer, large.buffer);
  });

  it('is refused with a RangeError wherever its bytes are cut off', () => {
    fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), fc.nat(), (records, random) => {
      const bytes = encodeRecords(records);
      const ends = records.map((_, index) => encodeRecords(records.slice(0, index)).length);
      const cut = random % bytes.length;
      if (ends.includes(cut)) assert.equal(decodeRecords(bytes.subarray(0, cut)).length, ends.indexOf(cut));
      else assert.throws(() => decodeRecords(bytes.subarray(0, cut)), RangeError);
    }));
  });

  it('is refused with a RangeError when its bytes are noise, or read as something, never with another error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      try {
        decodeRecords(noise);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }));
  });

  it('with a topic beyond what the format holds is refused with a sentence', () => {
    const long = { received: 1, via: 'flow', device: 'a', principal: '', topic: 'é'.repeat(32_768), payload: Buffer.alloc(0) } as const;
    assert.throws(() => encodeRecords([long]), (error: unknown) => error instanceof RecordError && error.code === 'HOLDFAST_RECORD' && /65536 bytes/.test(error.message));
    assert.equal(decodeRecords(encodeRecords([{ ...long, topic: 'é'.repeat(32_767) }]))[0]?.topic.length, 32_767);
  });
});
