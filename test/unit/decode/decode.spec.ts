import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { decodeJson, decodeValue, DecodeError, type Decoded, type DecodeReason } from '../../../core/decode/index.ts';

const RECEIVED = Date.UTC(2026, 0, 1);
const TS = RECEIVED - 1_000;

function refused(reason: DecodeReason, run: () => unknown, message?: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof DecodeError, String(error));
    assert.equal(error.code, 'HOLDFAST_DECODE');
    assert.equal(error.reason, reason, error.message);
    if (message) assert.match(error.message, message);
    return true;
  });
}

const json = (value: unknown): Decoded[] => decodeJson(Buffer.from(JSON.stringify(value)), RECEIVED);

describe('decodeJson', () => {
  describe('forms', () => {
    it('reads a flat object, with ts and seq beside the readings', () => {
      assert.deepEqual(json({ temperature: 21.4, running: true, mode: 'auto', fan: null, ts: TS, seq: 7 }), [
        { values: { temperature: 21.4, running: true, mode: 'auto', fan: null }, ts: TS, seq: 7 },
      ]);
    });

    it('reads the ts and values form of ThingsBoard', () => {
      assert.deepEqual(json({ ts: TS, seq: 1, values: { temperature: 21.4 } }), [{ values: { temperature: 21.4 }, ts: TS, seq: 1 }]);
    });

    it('takes from that form that the reading was kept for a while, and nowhere else', () => {
      assert.deepEqual(json({ ts: TS, historical: true, values: { temperature: 21.4 } }), [{ values: { temperature: 21.4 }, ts: TS, historical: true }]);
      assert.deepEqual(json({ historical: 'yes', values: { temperature: 21.4 } }), [{ values: { historical: 'yes', 'values.temperature': 21.4 } }]);
    });

    it('keeps every member when an object with values has others beside', () => {
      assert.deepEqual(json({ site: 'A', values: { temperature: 21.4 } }), [{ values: { site: 'A', 'values.temperature': 21.4 } }]);
    });

    it('reads an array as one sample each, in order and in either form', () => {
      const samples = json([{ a: 1, ts: TS }, { ts: TS + 1, values: { a: 2 } }]);
      assert.deepEqual(samples, [{ values: { a: 1 }, ts: TS }, { values: { a: 2 }, ts: TS + 1 }]);
    });

    it('takes one number, boolean or text for the metric value', () => {
      for (const value of [21.4, true, 'on']) assert.deepEqual(json(value), [{ values: { value } }]);
    });

    it('flattens nested objects with dots', () => {
      assert.deepEqual(json({ engine: { rpm: 900, oil: { pressure: 3 } } }), [{ values: { 'engine.rpm': 900, 'engine.oil.pressure': 3 } }]);
    });

    it('reads UTF-8, with or without a byte order mark', () => {
      assert.deepEqual(decodeJson(Buffer.from('\uFEFF{"ort":"Kühlraum"}'), RECEIVED), [{ values: { ort: 'Kühlraum' } }]);
      assert.deepEqual(decodeJson('{"ort":"Kühlraum"}', RECEIVED), [{ values: { ort: 'Kühlraum' } }]);
    });
  });

  describe('time and sequence', () => {
    it('keeps the readings and flags each when ts is not understood', () => {
      assert.deepEqual(json({ a: 1, b: 2, ts: 'yesterday' }), [{ values: { a: 1, b: 2 }, metrics: { a: { flags: ['clock'] }, b: { flags: ['clock'] } } }]);
    });

    it('keeps a ts that lies more than five minutes ahead, and flags it', () => {
      const ts = RECEIVED + 5 * 60_000 + 1;
      assert.deepEqual(json({ a: 1, ts }), [{ values: { a: 1 }, ts, metrics: { a: { flags: ['clock'] } } }]);
      assert.deepEqual(json({ a: 1, ts: RECEIVED + 60_000 }), [{ values: { a: 1 }, ts: RECEIVED + 60_000 }]);
    });

    it('reads nanoseconds although they are beyond 2^53', () => {
      assert.deepEqual(json({ a: 1, ts: 1764000000123000000 }), [{ values: { a: 1 }, ts: 1764000000123 }]);
    });

    it('takes null for no ts and no seq', () => {
      assert.deepEqual(json({ a: 1, ts: null, seq: null }), [{ values: { a: 1 } }]);
    });

    it('flags a seq that is not a whole number, and goes without it', () => {
      assert.deepEqual(json({ a: 1, seq: 1.5 }), [{ values: { a: 1 }, metrics: { a: { flags: ['sequence'] } } }]);
    });
  });

  describe('numbers beyond the double', () => {
    it('keeps an integer beyond 2^53 exact, as text, and flags it', () => {
      assert.deepEqual(decodeJson('{"counter":9007199254740993,"low":-9007199254740993,"t":1.5}', RECEIVED), [{
        values: { counter: '9007199254740993', low: '-9007199254740993', t: 1.5 },
        metrics: { counter: { flags: ['big-integer'] }, low: { flags: ['big-integer'] } },
      }]);
    });

    it('does so in every form', () => {
      const metrics = { flags: ['big-integer'] };
      assert.deepEqual(decodeJson('12345678901234567890', RECEIVED), [{ values: { value: '12345678901234567890' }, metrics: { value: metrics } }]);
      assert.deepEqual(decodeJson('[{"a":1},{"values":{"b":{"c":12345678901234567890}}}]', RECEIVED),
        [{ values: { a: 1 } }, { values: { 'b.c': '12345678901234567890' }, metrics: { 'b.c': metrics } }]);
      assert.equal(decodeJson('{"ts":1764000000123000000,"a":12345678901234567890}', RECEIVED)[0]?.ts, 1764000000123);
    });

    it('leaves floats and safe integers as they are', () => {
      assert.deepEqual(decodeJson('{"a":1e300,"b":9007199254740991,"c":12345678901234567000.5}', RECEIVED),
        [{ values: { a: 1e300, b: 9007199254740991, c: 12345678901234567000 } }]);
    });

    it('makes an overflow null and keeps what was written', () => {
      assert.deepEqual(decodeJson('{"a":1e999,"b":-1e999}', RECEIVED), [{
        values: { a: null, b: null },
        metrics: { a: { flags: ['not-finite'], raw: '1e999' }, b: { flags: ['not-finite'], raw: '-1e999' } },
      }]);
    });

    it('does not keep an endless integer', () => {
      const [sample] = decodeJson(`{"a":${'9'.repeat(100_000)}}`, RECEIVED);
      assert.equal(sample?.values['a'], null);
      assert.ok(String(sample?.metrics?.['a']?.raw).length < 100);
    });
  });

  describe('refusals', () => {
    it('says where the JSON is wrong', () => {
      refused('syntax', () => decodeJson('{"a":1,}', RECEIVED), /position 7/);
      refused('syntax', () => decodeJson('{"temperature":21.4,"b":nope}', RECEIVED), /"o" where it cannot be, at position 25/);
      refused('syntax', () => decodeJson('{"a":1', RECEIVED), /ends too early|the end.*position 6/);
      refused('syntax', () => decodeJson(Buffer.from('hello'), RECEIVED), /position 0/);
    });

    it('names the byte that is not UTF-8', () => {
      refused('encoding', () => decodeJson(Buffer.from([0x22, 0xc3, 0xa4, 0xff, 0x22]), RECEIVED), /byte 3/);
    });

    it('refuses half a character, in a value and in a name', () => {
      refused('encoding', () => decodeJson('{"a":"\\ud800"}', RECEIVED));
      refused('encoding', () => decodeJson('{"\\ud800":1}', RECEIVED));
    });

    it('refuses keys that reach a prototype, at any depth and in any form', () => {
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        for (const text of [`{"${key}":1}`, `{"a":{"${key}":{"b":1}}}`, `{"values":{"${key}":1}}`, `[{"a":1},{"${key}":1}]`, `{"\\u005f\\u005fproto__":1}`]) {
          refused('forbidden-key', () => decodeJson(text, RECEIVED));
        }
      }
    });

    it('refuses nesting deeper than 32, however deep', () => {
      const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
      assert.equal(decodeJson(nested(32), RECEIVED).length, 1);
      refused('depth', () => decodeJson(nested(33), RECEIVED));
      refused('depth', () => decodeJson(nested(100_000), RECEIVED));
      refused('depth', () => decodeJson('['.repeat(100_000) + ']'.repeat(100_000), RECEIVED));
      refused('depth', () => decodeJson(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, RECEIVED));
    });

    it('names the metric whose value is an array', () => {
      refused('type', () => json({ temperatures: [1, 2] }), /^temperatures is an array/);
    });

    it('refuses arrays of anything but objects', () => {
      refused('type', () => json([1, 2]), /Element 0/);
      refused('type', () => json([{ a: 1 }, [{ a: 1 }]]), /Element 1/);
    });

    it('refuses what holds no reading', () => {
      for (const text of ['', '  ', '{}', '[]', 'null', '{"ts":1764000000000}', '{"a":{}}', '[{}]']) refused('empty', () => decodeJson(text, RECEIVED));
    });

    it('refuses more metrics, samples or letters than the limits', () => {
      const wide = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));
      assert.equal(Object.keys(json(wide(1_000))[0]!.values).length, 1_000);
      refused('too-many', () => json(wide(1_001)));
      refused('too-many', () => json({ inner: wide(1_001) }));
      assert.equal(json(Array.from({ length: 10_000 }, () => ({ a: 1 }))).length, 10_000);
      refused('too-many', () => json(Array.from({ length: 10_001 }, () => ({ a: 1 }))));
      assert.equal(json({ ['a'.repeat(128)]: 1 }).length, 1);
      refused('too-many', () => json({ ['a'.repeat(129)]: 1 }));
      refused('too-many', () => json({ ['a'.repeat(100)]: { ['b'.repeat(100)]: 1 } }));
    });

    it('refuses a name that flattening makes twice, in either order', () => {
      refused('type', () => decodeJson('{"a.b":1,"a":{"b":2}}', RECEIVED), /twice/);
      refused('type', () => decodeJson('{"a":{"b":2},"a.b":1}', RECEIVED), /twice/);
    });
  });

  describe('properties', () => {
    const name = fc.string({ minLength: 1, maxLength: 20 })
      .filter((key) => !['__proto__', 'constructor', 'prototype', 'ts', 'seq', 'values'].includes(key));
    const reading = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter(withinSafe), fc.maxSafeInteger(), fc.string(), fc.boolean(), fc.constant(null));

    it('gives back the flat values that were sent', () => {
      fc.assert(fc.property(fc.dictionary(name, reading, { minKeys: 1, maxKeys: 20, noNullPrototype: true }), (values) => {
        const [sample, ...others] = json(values);
        assert.deepEqual(others, []);
        assert.deepEqual(sample, { values: JSON.parse(JSON.stringify(values)) });
      }));
    });

    it('throws nothing but DecodeError on any bytes', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => onlyDecodeError(() => decodeJson(bytes, RECEIVED))), { numRuns: 500 });
    });

    it('throws nothing but DecodeError on any JSON, and makes only plain readings of it', () => {
      fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => onlyDecodeError(() => decodeJson(text, RECEIVED))), { numRuns: 1_000 });
    });

    it('throws nothing but DecodeError on damaged JSON', () => {
      fc.assert(fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (text, at, junk) => {
        const place = at % (text.length + 1);
        onlyDecodeError(() => decodeJson(text.slice(0, place) + junk + text.slice(place + 1), RECEIVED));
      }), { numRuns: 500 });
    });

    it('throws nothing but DecodeError on any value of a flow', () => {
      fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withSparseArray: true, withBoxedValues: true, withNullPrototype: true }),
        (value) => onlyDecodeError(() => decodeValue(value, RECEIVED))), { numRuns: 1_000 });
    });
  });
});

describe('decodeValue', () => {
  const value = (given: unknown): Decoded[] => decodeValue(given, RECEIVED);

  it('reads objects, numbers, JSON text and bytes like a payload', () => {
    const expected = [{ values: { a: 1 }, ts: TS }];
    assert.deepEqual(value({ a: 1, ts: TS }), expected);
    assert.deepEqual(value([{ a: 1, ts: TS }]), expected);
    assert.deepEqual(value(`{"a":1,"ts":${TS}}`), expected);
    assert.deepEqual(value(Buffer.from(`{"a":1,"ts":${TS}}`)), expected);
    assert.deepEqual(value(21.4), [{ values: { value: 21.4 } }]);
    assert.deepEqual(value(' 21.4 '), [{ values: { value: 21.4 } }]);
  });

  it('takes a text that is not JSON for a reading, but not a damaged object', () => {
    assert.deepEqual(value('on'), [{ values: { value: 'on' } }]);
    refused('syntax', () => value('{"a":'));
    refused('empty', () => value(''));
  });

  it('takes objects of the realm that function nodes run in', () => {
    assert.deepEqual(value(runInNewContext('({ a: 1, b: { c: 2 }, d: new Date(0) })')), [{ values: { a: 1, 'b.c': 2, d: '1970-01-01T00:00:00.000Z' } }]);
  });

  it('writes a Date as text, and reads one as ts', () => {
    assert.deepEqual(value({ at: new Date(TS), ts: new Date(TS) }), [{ values: { at: new Date(TS).toISOString() }, ts: TS }]);
  });

  it('makes NaN and infinities null, and flags them', () => {
    assert.deepEqual(value({ a: NaN, b: -Infinity }), [{
      values: { a: null, b: null }, metrics: { a: { flags: ['not-finite'], raw: 'NaN' }, b: { flags: ['not-finite'], raw: '-Infinity' } },
    }]);
  });

  it('keeps a bigint exact, and flags a number that may have lost digits before', () => {
    assert.deepEqual(value({ a: 12n, b: 12345678901234567890n, c: 2 ** 60, d: 1e300 }), [{
      values: { a: 12, b: '12345678901234567890', c: 2 ** 60, d: 1e300 }, metrics: { b: { flags: ['big-integer'] }, c: { flags: ['big-integer'] } },
    }]);
  });

  it('refuses functions, class instances and cycles', () => {
    class Probe { temperature = 1; }
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    refused('type', () => value({ probe: new Probe() }), /probe is a Probe object/);
    refused('type', () => value({ f: () => 1 }));
    refused('type', () => value({ image: Buffer.from('x') }));
    refused('type', () => value(new Map()));
    refused('depth', () => value(cyclic), /refers to itself/);
  });

  it('gives up early on an object that reaches itself by many ways', () => {
    let shared: Record<string, unknown> = {};
    for (let level = 0; level < 30; level++) shared = { a: shared, b: shared };
    refused('too-many', () => value(shared));
  });

  it('refuses an object whose properties throw', () => {
    refused('type', () => value({ get a() { throw new Error('no'); } }));
  });
});

function withinSafe(number: number): boolean {
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER;
}

function onlyDecodeError(run: () => Decoded[]): void {
  let samples: Decoded[];
  try {
    samples = run();
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return;
  }
  assert.ok(samples.length > 0);
  for (const { values } of samples) {
    assert.ok(Object.keys(values).length > 0);
    for (const reading of Object.values(values)) {
      assert.ok(reading === null || ['string', 'boolean'].includes(typeof reading) || Number.isFinite(reading));
    }
  }
}
