import assert from 'node:assert/strict';
import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { DecodeError, type DecodeReason } from '../../../core/decode/decode-error.ts';
import { decodeMessagePack } from '../../../core/decode/messagepack.ts';
import { prepareFormats } from '../../../core/decode/optional-libraries.ts';

const TS = Date.UTC(2026, 0, 1);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const pack = (value: unknown): Uint8Array => encode(value, { useBigInt64: true });

function refused(reason: DecodeReason, bytes: Uint8Array, message?: RegExp): DecodeError {
  try {
    decodeMessagePack(bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    assert.equal(error.reason, reason, error.message);
    if (message) assert.match(error.message, message);
    return error;
  }
  return assert.fail(`${Buffer.from(bytes).toString('hex')} was not refused`);
}

describe('decodeMessagePack', () => {
  before(() => prepareFormats());

  describe('what is read', () => {
    it('reads a flat map, with ts and seq beside the readings', () => {
      assert.deepEqual(decodeMessagePack(pack({ temperature: 21.4, running: true, mode: 'auto', fan: null, ts: TS, seq: 7 })), [
        { values: { temperature: 21.4, running: true, mode: 'auto', fan: null }, ts: TS, seq: 7 },
      ]);
    });

    it('reads nested maps, the ts and values form, and an array of samples', () => {
      assert.deepEqual(decodeMessagePack(pack([{ engine: { rpm: 900 } }, { ts: TS, values: { a: 1 } }])), [{ values: { 'engine.rpm': 900 } }, { ts: TS, values: { a: 1 } }]);
    });

    it('reads every head byte of the specification', () => {
      const scalars: [string, unknown][] = [
        ['7f', 127], ['e0', -32], ['c0', null], ['c2', false], ['c3', true], ['ca3fc00000', 1.5], ['cb3ff8000000000000', 1.5],
        ['ccff', 255], ['cdffff', 65_535], ['ceffffffff', 4_294_967_295], ['cf000000e8d4a51000', 1e12], ['d080', -128], ['d18000', -32_768], ['d280000000', -2_147_483_648],
        ['d3ffffff172b5af000', -1e12], ['a161', 'a'], ['d90161', 'a'], ['da000161', 'a'], ['db0000000161', 'a'],
        ['c4020102', 'AQI'], ['c500020102', 'AQI'], ['c6000000020102', 'AQI'],
      ];
      for (const [bytes, value] of scalars) {
        for (const map of ['81a161', 'de0001d90161', 'df00000001da000161']) assert.deepEqual(decodeMessagePack(hex(map + bytes))[0]?.values, { a: value }, bytes);
      }
      for (const array of ['91', 'dc0001', 'dd00000001']) assert.deepEqual(decodeMessagePack(hex(`${array}81a16101`)), [{ values: { a: 1 } }]);
    });

    it('keeps all digits of 64-bit integers, and calls no large float an integer', () => {
      assert.deepEqual(decodeMessagePack(pack({ a: 2n ** 64n - 1n, b: -(2n ** 63n), c: 2n ** 40n, d: 1e20 })), [{
        values: { a: '18446744073709551615', b: '-9223372036854775808', c: 2 ** 40, d: 1e20 }, metrics: { a: { flags: ['big-integer'] }, b: { flags: ['big-integer'] } },
      }]);
    });

    it('reads what is no finite number as null, and bytes as base64url, and says so', () => {
      assert.deepEqual(decodeMessagePack(pack({ a: NaN, b: -Infinity, c: new Uint8Array([255, 254]) })), [{
        values: { a: null, b: null, c: '__4' },
        metrics: { a: { flags: ['not-finite'], raw: 'NaN' }, b: { flags: ['not-finite'], raw: '-Infinity' }, c: { flags: ['bytes'] } },
      }]);
    });

    it('takes the timestamp of 4, 8 and 12 bytes for ts, and as a reading for RFC 3339', () => {
      for (const [time, iso] of [[1_700_000_000_000, '2023-11-14T22:13:20.000Z'], [1_700_000_000_250, '2023-11-14T22:13:20.250Z']] as const) {
        assert.deepEqual(decodeMessagePack(pack({ at: new Date(time), ts: new Date(time) })), [{ values: { at: iso }, ts: time }]);
      }
      assert.deepEqual(decodeMessagePack(hex('81a161c70cff00000000ffffffffffffffff')), [{ values: { a: '1969-12-31T23:59:59.000Z' } }]);
    });

    it('takes a 64-bit integer for seq, and nanoseconds for ts', () => {
      assert.deepEqual(decodeMessagePack(pack({ a: 1, seq: 41n, ts: BigInt(TS) * 1_000_000n })), [{ values: { a: 1 }, ts: TS, seq: 41 }]);
    });

    it('gives back what was written, with exact integers', () => {
      const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !['__proto__', 'constructor', 'prototype', 'ts', 'seq', 'values'].includes(text));
      const value = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), fc.boolean(), fc.string({ unit: 'grapheme' }), fc.constant(null));
      fc.assert(fc.property(fc.dictionary(name, value, { minKeys: 1 }), (payload) => {
        const values = decodeMessagePack(pack(payload))[0]?.values ?? {};
        for (const [key, sent] of Object.entries(payload)) {
          if (typeof sent === 'bigint') assert.equal(values[key], Number.isSafeInteger(Number(sent)) ? Number(sent) : String(sent));
          else if (typeof sent === 'number') assert.ok(Number.isFinite(sent) ? values[key] === sent : values[key] === null, `${sent} became ${values[key]}`);
          else assert.equal(values[key], sent);
        }
        assert.equal(Object.keys(values).length, Object.keys(payload).length);
      }));
    });
  });

  describe('what is refused', () => {
    it('refuses a key that is there twice, wherever it is, and names it', () => {
      assert.equal(refused('duplicate-key', hex('82a16101a16102'), /"a"/).position, 4);
      refused('duplicate-key', hex('82a16101d9016102'), /"a"/);
      refused('duplicate-key', hex('9281a1610181a17882a162c0a162c0'), /"b"/);
    });

    it('refuses a key that is not text', () => {
      for (const bytes of ['810101', '81c40161 01'.replace(' ', ''), '81c001', '818001', '819001', '81d6ff0000000001']) refused('type', hex(bytes), /key that is not text/);
    });

    it('refuses keys that reach a prototype', () => {
      for (const key of ['__proto__', 'constructor', 'prototype']) refused('forbidden-key', hex(`81${(0xa0 + key.length).toString(16)}${Buffer.from(key).toString('hex')}01`));
    });

    it('refuses extensions but the timestamp, and a timestamp of another length', () => {
      refused('type', pack({ a: new ExtData(5, new Uint8Array(4)) }), /extension type 5/);
      refused('type', pack({ a: new ExtData(-2, new Uint8Array(4)) }), /extension type -2/);
      refused('syntax', pack({ a: new ExtData(-1, new Uint8Array(5)) }), /timestamp/);
    });

    it('refuses text that is not UTF-8, in keys too', () => {
      for (const bytes of ['81a161a1ff', '81a1ff01', '81a161a3eda080', `81a161d928${'61'.repeat(39)}ff`]) refused('encoding', hex(bytes));
    });

    it('refuses the byte that is never used, what stands behind the end, and nothing to read', () => {
      refused('syntax', hex('81a161c1'), /byte 3/);
      refused('syntax', hex('81a1610100'), /byte 4/);
      for (const bytes of ['', 'c0', '80', '90']) refused('empty', hex(bytes));
      refused('type', pack({ a: [1] }));
    });

    it('refuses a payload that ends at any byte before its last', () => {
      const whole = pack({ a: 1.1, b: 'text', c: 2n ** 60n, d: { e: [] }, f: new Uint8Array(300), g: new Date(TS + 1), h: 'x'.repeat(300), i: -5, j: 70_000 });
      for (let length = 0; length < whole.length; length++) {
        const error = refused(length === 0 ? 'empty' : 'syntax', whole.subarray(0, length));
        if (length > 0) assert.match(error.message, /ends too early|announces/);
      }
    });
  });

  describe('hostile payloads', () => {
    it('allocates nothing for lengths that are only claimed', () => {
      const before = process.memoryUsage();
      const claims = ['dc0fff', 'dd00ffffff', 'ddffffffff', 'de0fff', 'dfffffffff', 'daffff', 'dbffffffff', 'c5ffff', 'c6ffffffff', 'c9ffffffffff'];
      for (const claim of claims) refused('syntax', hex(`81a161${claim}00`));
      // Each of these arrays announces as many items as bytes follow, which a parser that believes it would make room for.
      const levels = 30;
      refused('syntax', Buffer.concat([...Array.from({ length: levels }, () => hex('dd000fffff')), Buffer.alloc(2 ** 20, 0xc0)]));
      const after = process.memoryUsage();
      assert.ok(after.rss + after.arrayBuffers - before.rss - before.arrayBuffers < 64 * 2 ** 20);
    });

    it('refuses what is nested too deep, however deep it is', () => {
      for (const head of ['91', '81a161', 'dc0001']) refused('depth', hex(`${head.repeat(100_000)}01`), /deeper than 32/);
      const nested = (levels: number): Buffer => hex(`${'81a161'.repeat(levels)}01`);
      assert.equal(Object.keys(decodeMessagePack(nested(32))[0]?.values ?? {}).length, 1);
      refused('depth', nested(33));
    });

    it('reads or refuses whatever a payload is changed into', () => {
      const sources = [pack({ ts: TS, seq: 3, values: { a: 1.5, b: 'x', c: { d: true } } }), pack([{ a: 2n ** 63n }, { b: new Uint8Array(4), c: new Date(TS + 1) }])];
      fc.assert(fc.property(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 6 }), (source, changes) => {
        const bytes = Uint8Array.from(source);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        onlyDecodeErrors(bytes);
      }), { numRuns: 10_000, seed: 1 });
      fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), onlyDecodeErrors), { numRuns: 10_000, seed: 2 });
    });

    function onlyDecodeErrors(bytes: Uint8Array): void {
      try {
        decodeMessagePack(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
      }
    }
  });

  it('refuses payloads with the command that installs the library, where it is absent', async () => {
    const absent = (): Promise<never> => Promise.reject(new Error('Cannot find package'));
    await prepareFormats({ cborg: absent, messagePack: absent });
    try {
      refused('unsupported-format', pack({ a: 1 }), /npm install @msgpack\/msgpack/);
    } finally {
      await prepareFormats();
    }
  });
});
