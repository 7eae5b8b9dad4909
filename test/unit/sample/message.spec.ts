import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MessageError, samplesOf, toBatchMessage, toMessage, writeBack, writeBackBatch } from '../../../core/sample/message.ts';
import type { Sample } from '../../../core/sample/sample.ts';

const sample = (more: Partial<Sample> = {}): Sample => ({
  id: 'press-7/s1-x', device: 'press-7', ts: 1, received: 2, tsSource: 'device', src: { via: 'mqtt', topic: 't' }, values: { temperature: 21.4 }, ...more,
});
const full = sample({
  profile: 'press', seq: 1, historical: true, metrics: { temperature: { unit: '°C' } }, contract: { id: 'c', version: 1 }, lifecycle: 'active',
  anomalies: { temperature: { score: 1, anomaly: false, why: '' } }, refused: { reasons: [] },
});

describe('a message of one sample', () => {
  it('has the device as topic, the plain values as payload and the rest in iot', () => {
    assert.deepEqual(toMessage(sample({ seq: 4 })), {
      topic: 'press-7', payload: { temperature: 21.4 },
      iot: { v: 1, kind: 'sample', id: 'press-7/s1-x', device: 'press-7', ts: 1, received: 2, tsSource: 'device', src: { via: 'mqtt', topic: 't' }, seq: 4 },
    });
  });

  it('gives back the same sample, with every field of the header', () => {
    for (const given of [sample(), full]) assert.deepEqual(samplesOf(toMessage(given)), { form: 'single', samples: [given] });
  });

  it('keeps unknown header properties in every direction', () => {
    const msg = { ...toMessage(full), extra: 1 };
    Object.assign(msg.iot, { site: { hall: 3 } });
    const read = samplesOf(msg).samples[0]!;
    assert.deepEqual({ ...read }, { ...full, site: { hall: 3 } });
    assert.deepEqual(toMessage(read).iot, msg.iot);
  });

  it('takes back what a node changed, and touches nothing else', () => {
    const msg = { ...toMessage(full), _msgid: 'abc', extra: { deep: true } };
    Object.assign(msg.iot, { site: 'A' });
    const before = structuredClone(msg);
    const iot = msg.iot;
    const read = samplesOf(msg).samples[0]!;
    const { historical: _, ...without } = read;
    writeBack(msg, { ...without, values: { temperature: 22, mean: 21 }, metrics: { mean: { q: 1 } }, anomalies: {} });
    const { historical: __, ...expected } = before.iot;
    assert.equal(msg.iot, iot);
    assert.deepEqual(msg, { ...before, payload: { temperature: 22, mean: 21 }, iot: { ...expected, metrics: { mean: { q: 1 } }, anomalies: {} } });
  });

  it('takes back every field of the header that differs', () => {
    const other: Sample = {
      id: 'i', device: 'd', ts: 8, received: 9, tsSource: 'server', src: { via: 'flow' }, values: { x: 1 }, profile: 'p', seq: 9, historical: false,
      metrics: {}, contract: { id: 'd', version: 2 }, lifecycle: 'retired', anomalies: {}, refused: { reasons: [{ field: '', rule: 'x', message: 'y' }] },
    };
    const msg = toMessage(full);
    writeBack(msg, other);
    assert.deepEqual(samplesOf(msg).samples, [other]);
  });

  it('survives any unknown properties, unchanged', () => {
    const bag = fc.dictionary(fc.string({ maxLength: 8 }).map((key) => `x-${key}`), fc.jsonValue(), { maxKeys: 5, noNullPrototype: true });
    fc.assert(fc.property(bag, bag, (ofMsg, ofIot) => {
      const msg = { ...ofMsg, ...toMessage(full), iot: { ...toMessage(full).iot, ...ofIot } };
      const before = structuredClone(msg);
      writeBack(msg, samplesOf(msg).samples[0]!);
      assert.deepEqual(msg, before);
    }));
  });
});

describe('a message of many samples', () => {
  it('holds the samples as they are', () => {
    assert.deepEqual(toBatchMessage([sample(), full]), { payload: [sample(), full], iot: { v: 1, kind: 'batch', count: 2 } });
    assert.deepEqual(samplesOf(toBatchMessage([])), { form: 'batch', samples: [] });
  });

  it('gives its own items, unknown properties and all, and takes back a selection', () => {
    fc.assert(fc.property(fc.array(fc.dictionary(fc.string({ maxLength: 8 }).map((key) => `x-${key}`), fc.jsonValue(), { noNullPrototype: true }), { maxLength: 5 }), (bags) => {
      const msg = { ...toBatchMessage(bags.map((bag) => ({ ...full, ...bag }))), extra: 1 };
      const before = structuredClone(msg);
      const { form, samples } = samplesOf(msg);
      assert.equal(form, 'batch');
      writeBackBatch(msg, samples);
      assert.deepEqual(msg, before);
      writeBackBatch(msg, samples.slice(1));
      assert.deepEqual(msg.payload, before.payload.slice(1));
      assert.equal(msg.iot.count, Math.max(0, bags.length - 1));
    }));
  });
});

describe('a message that is not made of samples', () => {
  const iot = toMessage(sample()).iot;
  const cases: [what: string, msg: unknown, says: RegExp][] = [
    ['no message', null, /not a message/],
    ['no iot', { payload: {} }, /no msg\.iot/],
    ['another version', { payload: {}, iot: { ...iot, v: 2 } }, /msg\.iot\.v is 2/],
    ['an alarm', { payload: {}, iot: { v: 1, kind: 'alarm' } }, /kind is "alarm"/],
    ['a payload that is a number', { payload: 21.4, iot }, /msg\.payload/],
    ['a payload that is an array', { payload: [1], iot }, /msg\.payload/],
    ['a payload of bytes', { payload: Buffer.from('x'), iot }, /msg\.payload/],
    ['no payload', { iot }, /msg\.payload/],
    ['a number for a device', { payload: {}, iot: { ...iot, device: 7 } }, /msg\.iot\.device is 7 and must be a text/],
    ['an empty id', { payload: {}, iot: { ...iot, id: '' } }, /msg\.iot\.id is ""/],
    ['a text for ts', { payload: {}, iot: { ...iot, ts: '1' } }, /msg\.iot\.ts is "1" and must be a time/],
    ['NaN for received', { payload: {}, iot: { ...iot, received: NaN } }, /msg\.iot\.received is NaN/],
    ['no src', { payload: {}, iot: { ...iot, src: undefined } }, /msg\.iot\.src is missing/],
    ['metrics that are a text', { payload: {}, iot: { ...iot, metrics: 'x' } }, /msg\.iot\.metrics/],
    ['a batch without an array', { payload: {}, iot: { v: 1, kind: 'batch', count: 0 } }, /not an array/],
    ['a damaged item of a batch', { payload: [sample(), { ...sample(), ts: null }], iot: { v: 1, kind: 'batch', count: 2 } }, /Element 1 of msg\.payload\.ts is null/],
    ['an item without values', { payload: [{ ...sample(), values: 1 }], iot: { v: 1, kind: 'batch', count: 1 } }, /Element 0 .*values/],
    ['an item that is a number', { payload: [1], iot: { v: 1, kind: 'batch', count: 1 } }, /Element 0/],
  ];
  for (const [what, msg, says] of cases) {
    it(`is refused with the cause and the cure: ${what}`, () => {
      assert.throws(() => samplesOf(msg), (error: unknown) => {
        assert.ok(error instanceof MessageError);
        assert.equal(error.code, 'HOLDFAST_MESSAGE');
        assert.match(error.message, /holdfast-gateway or holdfast-ingest/);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it('is refused by the way back too, when a node removed msg.iot', () => {
    assert.throws(() => writeBack({}, sample()), MessageError);
    assert.throws(() => writeBackBatch({}, []), MessageError);
  });

  it('never causes another error, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), fc.anything(), fc.constantFrom('sample', 'batch'), (payload, header, kind) => {
      const extra = typeof header === 'object' && header !== null ? header : {};
      for (const msg of [payload, { payload, iot: header }, { payload, iot: { ...extra, v: 1, kind } }]) {
        try {
          samplesOf(msg);
        } catch (error) {
          assert.ok(error instanceof MessageError, String(error));
        }
      }
    }));
  });
});
