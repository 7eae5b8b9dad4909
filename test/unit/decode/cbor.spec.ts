import assert from 'node:assert/strict';
import { encode } from 'cborg';
import fc from 'fast-check';
import { decodeCbor, readCbor } from '../../../core/decode/cbor.ts';
import { DecodeError, type DecodeReason } from '../../../core/decode/decode-error.ts';
import { prepareFormats } from '../../../core/decode/optional-libraries.ts';
import type { ReadingValue } from '../../../core/sample/sample.ts';

const TS = Date.UTC(2026, 0, 1);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function refused(reason: DecodeReason, bytes: Uint8Array, message?: RegExp): DecodeError {
  try {
    decodeCbor(bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    assert.equal(error.reason, reason, error.message);
    if (message) assert.match(error.message, message);
    return error;
  }
  return assert.fail(`${Buffer.from(bytes).toString('hex')} was not refused`);
}

/** What the one reading `value` of a payload is, and what its flags are. */
function reading(bytes: Uint8Array): { value: ReadingValue | undefined; flags?: string[] } {
  const [sample] = decodeCbor(bytes);
  const flags = sample?.metrics?.['value']?.flags;
  return { value: sample?.values['value'], ...(flags && { flags }) };
}

describe('decodeCbor', () => {
  before(() => prepareFormats());

  describe('values of RFC 8949, appendix A', () => {
    const numbers: [string, number][] = [
      ['00', 0], ['01', 1], ['0a', 10], ['17', 23], ['1818', 24], ['1819', 25], ['1864', 100], ['1903e8', 1_000], ['1a000f4240', 1_000_000],
      ['1b000000e8d4a51000', 1_000_000_000_000], ['20', -1], ['29', -10], ['3863', -100], ['3903e7', -1_000],
      ['f90000', 0], ['f98000', -0], ['f93c00', 1], ['fb3ff199999999999a', 1.1], ['f93e00', 1.5], ['f97bff', 65_504], ['fa47c35000', 100_000],
      ['fa7f7fffff', 3.4028234663852886e+38], ['fb7e37e43c8800759c', 1.0e+300], ['f90001', 5.960464477539063e-8], ['f90400', 0.00006103515625],
      ['f9c400', -4], ['fbc010666666666666', -4.1],
    ];
    for (const [bytes, value] of numbers) {
      it(`reads ${bytes} as ${Object.is(value, -0) ? '-0' : value}`, () => assert.deepEqual(reading(hex(bytes)), { value }));
    }

    const integers: [string, string][] = [
      ['1bffffffffffffffff', '18446744073709551615'], ['c249010000000000000000', '18446744073709551616'],
      ['3bffffffffffffffff', '-18446744073709551616'], ['c349010000000000000000', '-18446744073709551617'],
    ];
    for (const [bytes, value] of integers) {
      it(`keeps all digits of ${value}`, () => assert.deepEqual(reading(hex(bytes)), { value, flags: ['big-integer'] }));
    }

    for (const bytes of ['f97c00', 'f97e00', 'f9fc00', 'fa7f800000', 'fa7fc00000', 'faff800000', 'fb7ff0000000000000', 'fb7ff8000000000000', 'fbfff0000000000000']) {
      it(`reads ${bytes}, which is no finite number, as null and says so`, () => assert.deepEqual(reading(hex(bytes)), { value: null, flags: ['not-finite'] }));
    }

    const others: [string, ReadingValue, string?][] = [
      ['f4', false], ['f5', true], ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
      ['c11a514b67b0', '2013-03-21T20:04:00.000Z'], ['c1fb41d452d9ec200000', '2013-03-21T20:04:00.500Z'],
      ['d74401020304', 'AQIDBA', 'bytes'], ['d818456449455446', 'ZElFVEY', 'bytes'],
      ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
      ['40', '', 'bytes'], ['4401020304', 'AQIDBA', 'bytes'], ['60', ''], ['6161', 'a'], ['6449455446', 'IETF'], ['62225c', '"\\'], ['62c3bc', '\u00fc'],
      ['63e6b0b4', '\u6c34'], ['64f0908591', '\ud800\udd51'],
      ['5f42010243030405ff', 'AQIDBAU', 'bytes'], ['7f657374726561646d696e67ff', 'streaming'],
    ];
    for (const [bytes, value, flag] of others) {
      it(`reads ${bytes} as ${JSON.stringify(value)}`, () => assert.deepEqual(reading(hex(bytes)), flag === undefined ? { value } : { value, flags: [flag] }));
    }

    const containers: [string, unknown][] = [
      ['80', []], ['83010203', [1, 2, 3]], ['8301820203820405', [1, [2, 3], [4, 5]]],
      ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, index) => index + 1)],
      ['a0', {}], ['a26161016162820203', { a: 1, b: [2, 3] }], ['826161a161626163', ['a', { b: 'c' }]],
      ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
      ['9fff', []], ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]], ['9f01820203820405ff', [1, [2, 3], [4, 5]]], ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
      ['83019f0203ff820405', [1, [2, 3], [4, 5]]], ['9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff', Array.from({ length: 25 }, (_, index) => index + 1)],
      ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }], ['826161bf61626163ff', ['a', { b: 'c' }]], ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
      ['f7', null], ['f6', null],
    ];
    for (const [bytes, item] of containers) {
      it(`reads ${bytes} as ${JSON.stringify(item)}`, () => assert.deepEqual(readCbor(hex(bytes), 'object'), item));
    }

    it('reads maps with integers for keys where they are asked for', () => {
      assert.deepEqual(readCbor(hex('a201020304'), 'map'), new Map([[1, 2], [3, 4]]));
    });

    it('refuses a simple value that has no meaning', () => {
      for (const bytes of ['f0', 'f818', 'f8ff']) refused('syntax', hex(bytes));
    });
  });

  describe('shapes', () => {
    it('reads a flat map, with ts and seq beside the readings', () => {
      assert.deepEqual(decodeCbor(encode({ temperature: 21.5, running: true, mode: 'auto', fan: null, ts: TS, seq: 7 })), [
        { values: { temperature: 21.5, running: true, mode: 'auto', fan: null }, ts: TS, seq: 7 },
      ]);
    });

    it('reads nested maps, the ts and values form, and an array of samples', () => {
      assert.deepEqual(decodeCbor(encode([{ engine: { rpm: 900 } }, { ts: TS, values: { a: 1 } }])), [{ values: { 'engine.rpm': 900 } }, { ts: TS, values: { a: 1 } }]);
    });

    it('takes a tagged time, and nanoseconds in 64 bits, for ts', () => {
      assert.deepEqual(decodeCbor(hex('a26174016274 73c11a514b67b0'.replace(' ', ''))), [{ values: { t: 1 }, ts: 1_363_896_240_000 }]);
      assert.equal(decodeCbor(encode({ a: 1, ts: BigInt(TS) * 1_000_000n }))[0]?.ts, TS);
    });

    it('reads a decimal fraction as the number it is', () => {
      assert.deepEqual(reading(hex('c48221196ab3')), { value: 273.15 });
      assert.deepEqual(reading(hex('c482011b0020000000000001')), { value: '90071992547409930', flags: ['big-integer'] });
    });

    it('does not call a large float an integer, as it lost no digit', () => {
      assert.deepEqual(reading(hex('fb4415af1d78b58c40')), { value: 1e20 });
    });

    it('reads an integer with more digits than any double as what no number holds', () => {
      assert.deepEqual(reading(hex(`c25901f4${'ff'.repeat(500)}`)), { value: null, flags: ['not-finite'] });
    });

    it('reads CBOR that says that it is CBOR', () => {
      assert.deepEqual(decodeCbor(hex('d9d9f7a1616101')), [{ values: { a: 1 } }]);
    });

    it('gives back what was written, with exact integers', () => {
      const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !['__proto__', 'constructor', 'prototype', 'ts', 'seq', 'values'].includes(text));
      const value = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }), fc.boolean(), fc.string({ unit: 'grapheme' }), fc.constant(null));
      fc.assert(fc.property(fc.dictionary(name, value, { minKeys: 1 }), (payload) => {
        const [sample] = decodeCbor(encode(payload));
        for (const [key, sent] of Object.entries(payload)) {
          const got = sample?.values[key];
          if (typeof sent === 'bigint') assert.equal(got, Number.isSafeInteger(Number(sent)) ? Number(sent) : String(sent));
          else if (typeof sent === 'number') assert.ok(Number.isFinite(sent) ? got === sent : got === null, `${sent} became ${got}`);
          else assert.equal(got, sent);
        }
        assert.equal(Object.keys(sample?.values ?? {}).length, Object.keys(payload).length);
      }));
    });
  });

  describe('what is refused', () => {
    it('refuses a key that is there twice, and names it', () => {
      assert.equal(refused('duplicate-key', hex('a2616101616102'), /"a"/).position, 6);
      refused('duplicate-key', hex('a16178a2616101616102'));
    });

    it('refuses a key that is not text', () => {
      for (const bytes of ['a10102', 'a1416102', 'a1f402', 'a1a002', 'a18002', 'a1f97e0002']) refused('type', hex(bytes), /key that is not text/);
    });

    it('refuses keys that reach a prototype', () => {
      for (const key of ['__proto__', 'constructor', 'prototype']) refused('forbidden-key', encode(new Map([[key, 1]])));
    });

    it('refuses text that is not UTF-8, and takes the replacement character for text', () => {
      for (const bytes of ['62c328', '61ff', '63eda080', 'a161c301', '7f61c361bcff', `7828${'61'.repeat(39)}ff`]) refused('encoding', hex(bytes));
      assert.deepEqual(reading(hex('63efbfbd')), { value: '\uFFFD' });
    });

    it('refuses a tag that may change what a value means, and a tag before what it cannot mean', () => {
      refused('type', hex('c601'), /tag 6/);
      for (const bytes of ['c001', 'c16161', 'c201', 'c301', 'c401', 'c48101', 'c4820161 61'.replace(' ', ''), 'c482f93e0001']) refused('type', hex(bytes));
    });

    it('refuses an array for a reading, and nothing to read', () => {
      refused('type', encode({ a: [1] }));
      for (const bytes of ['', 'f6', '80', 'a0']) refused('empty', hex(bytes));
    });

    it('refuses whatever stands behind the end', () => {
      assert.equal(refused('syntax', hex('a161610100'), /byte 4/).position, 4);
    });

    it('refuses a break where none can be', () => {
      for (const bytes of ['ff', 'a16161ff', 'bf6161ff', '81ff', 'c1ff', '9f82ff', '5f00ff', '7f4100ff', '5f5f4100ffff']) refused('syntax', hex(bytes));
    });

    it('refuses a payload that ends at any byte before its last', () => {
      const whole = Buffer.concat([hex('bf'), ...[{ a: 1.1 }, { b: 'text' }, { c: 2n ** 60n }, { d: { e: [] } }, { f: new Uint8Array(30) }].map((map) => encode(map).subarray(1)),
        hex('6167c249010000000000000000'), hex('61687f6161616 2ff'.replace(' ', '')), hex('6169c48221196ab3ff')]);
      for (let length = 0; length < whole.length; length++) {
        const error = refused(length === 0 ? 'empty' : 'syntax', whole.subarray(0, length));
        if (length > 0) assert.match(error.message, /ends too early|announces/);
      }
    });
  });

  describe('hostile payloads', () => {
    it('allocates nothing for lengths that are only claimed', () => {
      const before = process.memoryUsage();
      for (const head of ['5a', '5b', '7a', '7b', '9a', '9b', 'ba', 'bb']) {
        for (const claim of ['ffffffff', '7fffffff', '00ffffff']) {
          const length = head.endsWith('b') ? `00000000${claim}` : claim;
          refused('syntax', hex(`${head}${length}`));
          refused('syntax', hex(`a16161${head}${length}00`));
        }
      }
      const after = process.memoryUsage();
      assert.ok(after.rss + after.arrayBuffers - before.rss - before.arrayBuffers < 64 * 2 ** 20);
    });

    it('refuses what is nested too deep, however deep it is', () => {
      for (const head of ['81', '9f', 'a16161', 'bf6161', 'c1', 'd9d9f7']) refused('depth', hex(head.repeat(100_000)), /deeper than 32/);
      const nested = (levels: number): Buffer => hex(`${'a16161'.repeat(levels)}01`);
      assert.equal(Object.keys(decodeCbor(nested(32))[0]?.values ?? {}).length, 1);
      refused('depth', nested(33));
    });

    it('reads or refuses whatever a payload is changed into', () => {
      const sources = [encode({ ts: TS, seq: 3, values: { a: 1.5, b: 'x', c: { d: true } } }), encode([{ a: 2n ** 63n }, { b: new Uint8Array(4) }]), hex('bf61617f616161627fffff61629f0102ff6163c1fb41d452d9ec20000061c4c48221196ab3ff')];
      fc.assert(fc.property(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 6 }), (source, changes) => {
        const bytes = Uint8Array.from(source);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        onlyDecodeErrors(bytes);
      }), { numRuns: 10_000, seed: 8949 });
      fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), onlyDecodeErrors), { numRuns: 10_000, seed: 7049 });
    });

    function onlyDecodeErrors(bytes: Uint8Array): void {
      try {
        decodeCbor(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
      }
    }
  });
});

describe('payloads whose library is not installed', () => {
  afterEach(() => prepareFormats());

  it('are refused with the command that installs it', async () => {
    const absent = (): Promise<never> => Promise.reject(new Error('Cannot find package'));
    await prepareFormats({ cborg: absent, messagePack: absent });
    refused('unsupported-format', encode({ a: 1 }), /npm install cborg/);
  });
});
