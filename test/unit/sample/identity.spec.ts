import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hashText, sampleId, sampleIds } from '../../../core/sample/identity.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('the id of a sample', () => {
  it('is the same when the same bytes come again', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (payload, seq) => {
      assert.equal(sampleId('press-7', { seq }, payload, 'a'), sampleId('press-7', { seq }, Uint8Array.from(payload), 'b'));
      assert.equal(sampleId('press-7', { ts: seq }, payload, 'a'), sampleId('press-7', { ts: seq }, Uint8Array.from(payload), 'b'));
    }));
  });

  it('differs when one byte differs, or one more is there', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, change) => {
      const other = Uint8Array.from(payload);
      other[at % other.length]! ^= change;
      assert.notEqual(hashText(other), hashText(payload));
      assert.notEqual(hashText(Uint8Array.from([...payload, 0])), hashText(payload));
    }), { numRuns: 500 });
  });

  it('differs over a hundred thousand similar payloads', () => {
    const seen = new Set<string>();
    for (let index = 0; index < 100_000; index++) seen.add(hashText(bytes(`{"temperature":${(index / 100).toFixed(2)}}`)));
    assert.equal(seen.size, 100_000);
  });

  it('differs between devices, sequence numbers and times', () => {
    const payload = bytes('{"a":1}');
    const ids = [sampleId('a', { seq: 1 }, payload, ''), sampleId('b', { seq: 1 }, payload, ''), sampleId('a', { seq: 2 }, payload, ''),
      sampleId('a', { ts: 1 }, payload, ''), sampleId('a', { ts: 2 }, payload, '')];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('tells two messages of one millisecond apart', () => {
    assert.notEqual(sampleId('a', { ts: 5 }, bytes('{"ts":5,"x":1}'), ''), sampleId('a', { ts: 5 }, bytes('{"ts":5,"y":1}'), ''));
  });

  it('is the inbox position when the device said neither time nor number', () => {
    assert.equal(sampleId('a', {}, bytes('1'), 'inbox/42'), 'inbox/42');
  });

  it('tells the samples of one payload apart, and is the same when the payload comes again', () => {
    const decoded = [{ ts: 5 }, { ts: 5 }, {}, {}, { seq: 5 }];
    const ids = sampleIds('a', decoded, bytes('[…]'), 'inbox/42');
    assert.equal(new Set(ids).size, decoded.length);
    assert.deepEqual(sampleIds('a', decoded, bytes('[…]'), 'inbox/42'), ids);
    assert.deepEqual(sampleIds('a', [{ ts: 5 }], bytes('x'), ''), [sampleId('a', { ts: 5 }, bytes('x'), '')]);
  });
});
