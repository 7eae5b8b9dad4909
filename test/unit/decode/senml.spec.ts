import assert from 'node:assert/strict';
import { encode } from 'cborg';
import fc from 'fast-check';
import { DecodeError, type DecodeReason } from '../../../core/decode/decode-error.ts';
import type { DecodeContext, Decoded } from '../../../core/decode/decoded.ts';
import { prepareFormats } from '../../../core/decode/optional-libraries.ts';
import { decodeSenmlCbor, decodeSenmlJson } from '../../../core/decode/senml.ts';

const RECEIVED = Date.UTC(2026, 0, 1);
const CONTEXT: DecodeContext = { received: RECEIVED, format: 'senml-json' };
/** RFC 8428, table 4. */
const LABELS: Record<string, number> = { bver: -1, bn: -2, bt: -3, bu: -4, bv: -5, bs: -6, n: 0, u: 1, v: 2, vs: 3, vb: 4, s: 5, t: 6, ut: 7, vd: 8 };

const json = (text: string): Decoded[] => decodeSenmlJson(Buffer.from(text), CONTEXT);
const pack = (...records: object[]): Decoded[] => json(JSON.stringify(records));

/** The same records in CBOR, with integers for labels. */
function cborOf(records: readonly object[]): Uint8Array {
  return encode(records.map((record) => new Map(Object.entries(record).map(([label, value]) => [LABELS[label] ?? label, value]))));
}

function refused(reason: DecodeReason, run: () => unknown, message?: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof DecodeError, String(error));
    assert.equal(error.reason, reason, error.message);
    if (message) assert.match(error.message, message);
    return true;
  });
}

describe('SenML', () => {
  before(() => prepareFormats());

  describe('the examples of RFC 8428, section 5.1', () => {
    it('reads a single datapoint (5.1.1), whose name is the metric', () => {
      assert.deepEqual(json('[ {"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1} ]'), [
        { values: { 'urn:dev:ow:10e2073a01080063': 23.1 }, metrics: { 'urn:dev:ow:10e2073a01080063': { unit: 'Cel' } } },
      ]);
    });

    it('reads multiple datapoints (5.1.2) of now as one sample without a time', () => {
      assert.deepEqual(json('[ {"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1}, {"n":"current","u":"A","v":1.2} ]'), [
        { values: { voltage: 120.1, current: 1.2 }, metrics: { voltage: { unit: 'V' }, current: { unit: 'A' } } },
      ]);
    });

    const current = { current: { unit: 'A' } };
    // Tue Jun 8 18:01:16.001 UTC 2010 and the five seconds before it.
    const last = Date.UTC(2010, 5, 8, 18, 1, 16, 1);
    const history: Decoded[] = [
      { values: { voltage: 120.1, current: 1.7 }, ts: last, metrics: { voltage: { unit: 'V' }, ...current } },
      { values: { current: 1.2 }, ts: last - 5_000, metrics: current },
      { values: { current: 1.3 }, ts: last - 4_000, metrics: current },
      { values: { current: 1.4 }, ts: last - 3_000, metrics: current },
      { values: { current: 1.5 }, ts: last - 2_000, metrics: current },
      { values: { current: 1.6 }, ts: last - 1_000, metrics: current },
    ];

    it('resolves times against the base time (5.1.2)', () => {
      assert.deepEqual(json(`[ {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09, "bu":"A","bver":5, "n":"voltage","u":"V","v":120.1},
        {"n":"current","t":-5,"v":1.2}, {"n":"current","t":-4,"v":1.3}, {"n":"current","t":-3,"v":1.4}, {"n":"current","t":-2,"v":1.5},
        {"n":"current","t":-1,"v":1.6}, {"n":"current","v":1.7} ]`), history);
    });

    it('reads the same in CBOR, as section 6 has it', () => {
      assert.deepEqual(decodeSenmlCbor(Buffer.from(
        '87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666'
        + 'a3006763757272656e74062402fb3ff3333333333333a3006763757272656e74062302fb3ff4cccccccccccda3006763757272656e74062202fb3ff6666666666666'
        + 'a3006763757272656e74062102f93e00a3006763757272656e74062002fb3ff999999999999aa3006763757272656e74060002fb3ffb333333333333', 'hex'), CONTEXT), history);
    });

    it('tells multiple measurements (5.1.3) apart by their unit where nothing else does', () => {
      const start = Date.UTC(2011, 9, 31, 13, 24, 24);
      const name = '10e2073a01080063';
      assert.deepEqual(json(`[ {"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09, "bu":"%RH","v":20}, {"u":"lon","v":24.30621}, {"u":"lat","v":60.07965},
        {"t":60,"v":20.3}, {"u":"lon","t":60,"v":24.30622}, {"u":"lat","t":60,"v":60.07965}, {"u":"%EL","t":150,"v":98} ]`), [
        { values: { [name]: 20, [`${name}.lon`]: 24.30621, [`${name}.lat`]: 60.07965 }, ts: start, metrics: { [name]: { unit: '%RH' }, [`${name}.lon`]: { unit: 'lon' }, [`${name}.lat`]: { unit: 'lat' } } },
        { values: { [name]: 20.3, [`${name}.lon`]: 24.30622, [`${name}.lat`]: 60.07965 }, ts: start + 60_000, metrics: { [name]: { unit: '%RH' }, [`${name}.lon`]: { unit: 'lon' }, [`${name}.lat`]: { unit: 'lat' } } },
        { values: { [`${name}.%EL`]: 98 }, ts: start + 150_000, metrics: { [`${name}.%EL`]: { unit: '%EL' } } },
      ]);
    });

    it('reads multiple data types (5.1.5)', () => {
      assert.deepEqual(json('[ {"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1}, {"n":"label","vs":"Machine Room"}, {"n":"open","vb":false}, {"n":"nfc-reader","vd":"aGkgCg"} ]'), [
        { values: { temp: 23.1, label: 'Machine Room', open: false, 'nfc-reader': 'aGkgCg' }, metrics: { temp: { unit: 'Cel' }, 'nfc-reader': { flags: ['bytes'] } } },
      ]);
    });

    it('refuses a collection of resources (5.1.6), since it would mix two devices, and names both', () => {
      refused('type', () => json(`[ {"bn":"2001:db8::2/","bt":1.320078429e+09, "n":"temperature","u":"Cel","v":25.2}, {"n":"humidity","u":"%RH","v":30},
        {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3}, {"n":"humidity","u":"%RH","v":67} ]`), /record 3 \(2001:db8::1\/temperature\) and record 1 \(2001:db8::2\/temperature\).* temperature /);
    });
  });

  describe('names', () => {
    const metric = (record: object): string[] => Object.keys(pack({ v: 1, ...record })[0]?.values ?? {});

    it('takes the name as it is, and without one the last segment of the base name', () => {
      assert.deepEqual(metric({ bn: 'urn:dev:mac:0024befffe804ff1/', n: 'a/b:c' }), ['a/b:c']);
      assert.deepEqual(metric({ bn: 'urn:dev:mac:0024befffe804ff1/temp' }), ['temp']);
      assert.deepEqual(metric({ bn: 'urn:dev:ow:10e2073a01080063:temp' }), ['temp']);
      assert.deepEqual(metric({ bn: 'http://[2001:db8::2]/temp/', n: '' }), ['temp']);
      assert.deepEqual(metric({ bn: '/3303/0/5700' }), ['5700']);
      assert.deepEqual(metric({ bn: '2001:db8::2/' }), ['2001:db8::2']);
    });

    it('refuses a record without a name, and names that no metric may have', () => {
      refused('type', () => pack({ v: 1 }), /record 1 has no name/);
      refused('type', () => pack({ bn: '/', v: 1 }), /no name/);
      refused('forbidden-key', () => pack({ n: '__proto__', v: 1 }));
      refused('too-many', () => pack({ n: 'x'.repeat(129), v: 1 }));
    });

    it('refuses one metric in two units', () => {
      refused('type', () => pack({ n: 'a', u: 'Cel', t: -1, v: 1 }, { n: 'a', u: 'K', v: 274 }), /record 2 .*in K.*in Cel/);
    });
  });

  describe('time', () => {
    it('takes a time below 2^28 seconds for relative to the reception, and others for absolute', () => {
      assert.deepEqual(pack({ n: 'a', t: -90.5, v: 1 }, { n: 'a', t: 30, v: 2 }, { n: 'a', v: 3 }, { n: 'a', t: 2 ** 28, v: 4 }).map(({ ts }) => ts), [RECEIVED - 90_500, RECEIVED + 30_000, undefined, 2 ** 28 * 1_000]);
    });

    it('decides what is relative after the base time was added', () => {
      assert.deepEqual(pack({ bt: 2 ** 28 - 10, n: 'a', t: 10, v: 1 }, { bt: -60, n: 'a', t: 10, v: 1 }, { n: 'a', t: 60, v: 2 }).map(({ ts }) => ts), [2 ** 28 * 1_000, RECEIVED - 50_000, undefined]);
    });

    it('puts records of one time into one sample, in the order in which the times came', () => {
      assert.deepEqual(pack({ n: 'a', t: -1, v: 1 }, { n: 'a', t: -2, v: 2 }, { n: 'b', t: -1, v: 3 }), [
        { values: { a: 1, b: 3 }, ts: RECEIVED - 1_000 }, { values: { a: 2 }, ts: RECEIVED - 2_000 },
      ]);
    });

    it('refuses two readings of one metric within a millisecond', () => {
      refused('type', () => pack({ bt: 1.7e9, n: 'a', v: 1 }, { n: 'a', t: 0.0004, v: 2 }), /record 2 \(a\) and record 1 \(a\)/);
    });

    it('keeps the readings of a time that cannot be, flagged', () => {
      assert.deepEqual(pack({ n: 'a', t: 1e300, v: 1 }), [{ values: { a: 1 }, metrics: { a: { flags: ['clock'] } } }]);
      assert.deepEqual(pack({ n: 'a', t: -1e11, v: 1 })[0]?.metrics, { a: { flags: ['clock'] } });
    });
  });

  describe('values and sums', () => {
    it('adds the base value, and keeps all digits', () => {
      assert.deepEqual(pack({ bv: 20, n: 'a', v: 1.5 }, { n: 'b', v: 2 }, { n: 'c', vs: 'on' })[0]?.values, { a: 21.5, b: 22, c: 'on' });
      assert.deepEqual(json('[{"bv":9007199254740992,"n":"a","v":1},{"n":"b","v":9007199254740993}]'), [
        { values: { a: '9007199254740993', b: '18014398509481985' }, metrics: { a: { flags: ['big-integer'] }, b: { flags: ['big-integer'] } } },
      ]);
    });

    it('makes a sum a metric of its own, in the unit multiplied by seconds', () => {
      assert.deepEqual(pack({ bs: 1_000, bu: 'W', n: 'power', v: 5, s: 20 }, { n: 'heat', s: 1, u: 'J' }), [
        { values: { power: 5, 'power.sum': 1_020, 'heat.sum': 1_001 }, metrics: { power: { unit: 'W' }, 'power.sum': { unit: 'W.s' }, 'heat.sum': { unit: 'J.s' } } },
      ]);
    });

    it('reads what no number holds as null, and says so', () => {
      assert.deepEqual(json('[{"n":"a","v":1e999},{"n":"b","v":null}]'), [{ values: { a: null, b: null }, metrics: { a: { flags: ['not-finite'], raw: '1e999' } } }]);
      assert.deepEqual(decodeSenmlCbor(cborOf([{ n: 'a', v: NaN }]), CONTEXT), [{ values: { a: null }, metrics: { a: { flags: ['not-finite'], raw: 'NaN' } } }]);
    });

    it('refuses a value of another type than its field', () => {
      for (const [field, value] of [['v', '1'], ['v', true], ['vs', 1], ['vb', 'true'], ['vb', 0], ['vd', 1], ['vd', 'not base64url!'], ['vs', null], ['s', '1'], ['t', '1'], ['u', 1], ['bn', 1], ['bt', 'x'], ['bver', '5'], ['bver', 0.5]] as const) {
        refused('type', () => pack({ n: 'a', ...(field.startsWith('v') ? {} : { v: 1 }), [field]: value }), new RegExp(`record 1 has .*${field}`));
      }
    });

    it('refuses two values in a record, and a record with none', () => {
      refused('type', () => pack({ n: 'a', v: 1, vs: 'x' }), /two values/);
      refused('type', () => pack({ n: 'a', v: 1 }, { n: 'b', t: 4 }), /record 2 \(b\) holds no value/);
      refused('empty', () => pack());
      refused('empty', () => pack({ bn: 'x', bt: 1 }));
    });

    it('lets a record of base fields alone set them', () => {
      assert.deepEqual(pack({ bn: 'x:', bt: 1.7e9, bu: 'Cel' }, { n: 'a', v: 1 }), [{ values: { a: 1 }, ts: 1.7e12, metrics: { a: { unit: 'Cel' } } }]);
    });
  });

  describe('versions and labels', () => {
    it('refuses a later version, and reads those before', () => {
      refused('unsupported-format', () => pack({ bver: 11, n: 'a', v: 1 }), /version 11/);
      assert.equal(pack({ bver: 10, n: 'a', v: 1 }).length, 1);
    });

    it('passes over labels it does not know and the update time, and refuses those that must be understood', () => {
      assert.deepEqual(pack({ n: 'a', v: 1, ut: 60, ct: 'text/plain', x: { y: [1] } })[0]?.values, { a: 1 });
      refused('type', () => pack({ n: 'a', v: 1, x_: 1 }), /"x_"/);
      refused('type', () => decodeSenmlCbor(cborOf([{ n: 'a', v: 1, x_: 1 }]), CONTEXT), /"x_"/);
    });

    it('refuses a label that is there twice', () => {
      refused('duplicate-key', () => json('[{"n":"a","v":1,"v":2}]'));
      refused('duplicate-key', () => decodeSenmlCbor(Buffer.from('81a3006161020102 02'.replace(' ', ''), 'hex'), CONTEXT));
      refused('duplicate-key', () => decodeSenmlCbor(encode([new Map<unknown, unknown>([[0, 'a'], [2, 1], ['v', 2]])]), CONTEXT));
    });

    it('reads text labels in CBOR too', () => {
      assert.deepEqual(decodeSenmlCbor(encode([{ n: 'a', v: 1.5, vd_: undefined }].map(({ n, v }) => ({ n, v }))), CONTEXT), [{ values: { a: 1.5 } }]);
    });

    it('refuses what is no array of records', () => {
      for (const text of ['{"n":"a","v":1}', '5', '[5]', '[null]', '[[{"n":"a","v":1}]]']) refused('type', () => json(text));
      for (const bytes of [encode({ n: 'a', v: 1 }), encode([5]), encode([[]])]) refused('type', () => decodeSenmlCbor(bytes, CONTEXT));
      refused('syntax', () => json('[{"n":'));
      refused('encoding', () => decodeSenmlJson(Buffer.from('[{"n":"\xff","v":1}]', 'latin1'), CONTEXT));
      refused('encoding', () => json('[{"n":"a","u":"\\ud800","v":1}]'));
      refused('too-many', () => pack({ n: 'a', u: 'x'.repeat(65), v: 1 }));
      refused('depth', () => json(`[{"n":"a","v":1,"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`));
    });
  });

  it('reads JSON and CBOR alike, whatever the records hold', () => {
    const record = fc.record({
      bn: fc.constantFrom('urn:dev:ow:1:', 'a/'), bt: fc.constantFrom(0, 1.7e9, -5), bv: fc.integer(), bs: fc.integer(), n: fc.constantFrom('a', 'b', 'c', 'd'), t: fc.integer({ min: -9, max: 9 }),
      u: fc.constantFrom('Cel', 'W'), s: fc.double({ noNaN: true, noDefaultInfinity: true }), v: fc.double({ noNaN: true, noDefaultInfinity: true }), vs: fc.string(), vb: fc.boolean(), ut: fc.nat(),
    }, { requiredKeys: [] });
    const outcome = (run: () => Decoded[]): unknown => {
      try {
        return JSON.parse(JSON.stringify(run()));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
        return error.message;
      }
    };
    fc.assert(fc.property(fc.array(record, { maxLength: 5 }), (records) => {
      assert.deepEqual(outcome(() => decodeSenmlCbor(cborOf(records), CONTEXT)), outcome(() => pack(...records)));
    }), { numRuns: 2_000, seed: 8428 });
  });

  it('reads or refuses whatever a pack is changed into', () => {
    const records = [{ bn: 'urn:dev:ow:1:', bt: 1.7e9, bu: 'A', n: 'a', v: 1.5 }, { n: 'b', t: -5, s: 3 }, { n: 'c', vs: 'on' }, { n: 'd', vb: true }];
    const sources: [Uint8Array, typeof decodeSenmlCbor][] = [[cborOf(records), decodeSenmlCbor], [Buffer.from(JSON.stringify(records)), decodeSenmlJson]];
    fc.assert(fc.property(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 6 }), ([source, decode], changes) => {
      const bytes = Uint8Array.from(source);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      try {
        decode(bytes, CONTEXT);
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
      }
    }), { numRuns: 10_000, seed: 6 });
    for (const [source, decode] of sources) {
      for (let length = 0; length < source.length; length++) refused(length === 0 ? 'empty' : 'syntax', () => decode(source.subarray(0, length), CONTEXT));
    }
  });
});
