import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodePayload, decodeValue, formatOfCoap, formatOfContentType, guessFormat, prepareFormats, type PayloadFormat } from '../../../core/decode/index.ts';
import { createRandom } from '../../../core/simulator/random.ts';
import { read, readOrRefused, RECEIVED, refused, TS } from './support.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A payload of each kind, as a device would send it, and the format that it is guessed to have. */
const PAYLOADS: [PayloadFormat, string | Buffer][] = [
  ['json', `{"ts":${TS},"temperature":21.4}`], ['json', ' \n{"a":1}\n'], ['json', '{\n  "a": 1\n}\n'], ['json', '[{"a":1},{"a":2}]'], ['json', '[{"n":"x","v":1,"other":2}]'],
  ['json', '21.4'], ['json', ' -1e3\n'], ['json', 'true'], ['json', '"on"'], ['json', '"a\\nb"'], ['json', '{"a":NaN}'], ['json', '{"a":1'], ['json', '[1,2'], ['json', '"half'],
  ['senml-json', '[{"bn":"room/","n":"temperature","u":"Cel","v":21.4},{"n":"open","vb":true}]'],
  ['json-lines', '{"a":1}\n{"a":2}'], ['json-lines', '{"a":1}\r\n\r\n{"a":2}\r\n'], ['json-lines', '{"a":1}\n{"a":'],
  ['line-protocol', 'room,floor=2 temperature=21.4 1764000000000000000'], ['line-protocol', '# comment\ncpu usage=5i\n'],
  ['csv', 'ts,temperature\n1764000000000,21.4\n'], ['csv', '"time","temperature"\n1764000000,21.4'], ['csv', 'a;b\n1;2'],
  ['text', 'on'], ['text', 'Kühlraum offen'], ['text', '21,4'], ['text', '007'], ['text', 'Hello, world'], ['text', '1,2\n3,4'], ['text', '0x1F'], ['text', '\u0002 21.4 \u0003'], ['text', 'Übertemperatur'],
  ['cbor', hex('a1 61 61 01')], ['cbor', hex('bf 61 61 f9 3c 00 ff')], ['cbor', hex('81 a1 61 61 01')], ['cbor', hex('18 64')], ['cbor', hex('fb 40 35 66 66 66 66 66 66')],
  ['senml-cbor', hex('81 a2 00 61 74 02 18 15')],
  ['messagepack', hex('81 a1 61 01')], ['messagepack', hex('91 81 a1 61 01')], ['messagepack', hex('de 00 01 a1 61 01')], ['messagepack', hex('cb 40 35 66 66 66 66 66 66')],
];

before(() => prepareFormats());

describe('the format auto', () => {
  it('finds each format in a payload as devices send it', () => {
    for (const [format, payload] of PAYLOADS) assert.equal(guessFormat(Buffer.from(payload)), format, payload.toString('latin1'));
  });

  it('reads a payload as if its format had been given', () => {
    for (const [format, payload] of PAYLOADS) {
      const given = readOrRefused(() => read(format, payload));
      assert.deepEqual(readOrRefused(() => read('auto', payload)), given, payload.toString('latin1'));
    }
  });

  it('says where a damaged object is wrong, as for JSON', () => {
    refused('syntax', () => read('auto', '{"a":1,}'), /position 7/, 7);
    refused('syntax', () => read('auto', '{"a":1}\n{"a":nope}'), /^Line 2: .*position/, 14);
    refused('encoding', () => read('auto', Buffer.from('K\xfchlraum', 'latin1')), /byte 1 /, 1);
    refused('syntax', () => read('auto', hex('a1 61 61')), /neither text in UTF-8 nor whole CBOR or MessagePack/);
    refused('empty', () => read('auto', ''), /empty/);
  });

  it('finds JSON in whatever JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(undefined, 2), (value, space) => {
      assert.equal(guessFormat(Buffer.from(JSON.stringify(value, null, space))), 'json');
    }), { numRuns: 500 });
  });

  it('throws nothing but DecodeError on any bytes and any text', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readOrRefused(() => read('auto', bytes))), { numRuns: 1_000 });
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void readOrRefused(() => read('auto', text))), { numRuns: 500 });
  });
});

describe('any format', () => {
  const formats: PayloadFormat[] = ['auto', 'json', 'json-lines', 'text', 'csv', 'line-protocol'];

  it('throws nothing but DecodeError on payloads that were damaged', () => {
    const random = createRandom(7);
    const pick = (count: number): number => Math.floor(random.uniform() * count);
    for (let round = 0; round < 4_000; round++) {
      const bytes = Buffer.concat([Buffer.from(PAYLOADS[pick(PAYLOADS.length)]![1]), Buffer.from([0])]);
      for (let change = 0; change <= pick(3); change++) {
        const at = pick(bytes.length);
        if (pick(2) === 0) bytes[at] = pick(256);
        else bytes.copyWithin(at, pick(bytes.length));
      }
      const damaged = bytes.subarray(0, bytes.length - pick(4));
      for (const format of formats) readOrRefused(() => read(format, damaged));
    }
  });

  it('reads or refuses payloads that are made to be long work', () => {
    const size = 256 * 1_024;
    const fill = (piece: string): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
    const hostile = [
      ...['[', '{', '"', '\\', ',', ':', '\n', ' ', '\t', '#', '=', '[{"n":', '{"a":', '"a":', '\\"', '""', '",', 'a=', 'm a=1,', '\\ ', '"n" ', '1', '-', 'a ', '\r', '\ud83d\ude00', ';"', '# \n', 'a,b\n', '"\n'].map(fill),
      `{"a":"${fill('\\\\')}`, `{"a":"${fill('":')}`, `{${fill('"":1,')}"a":1}`, `[${fill('{},')}{}]`, `{"n":1,${fill('"a":1,')}"b":2}`, `"n"${fill(' ')}`, `m a="${fill('\\"')}`, `m ${fill('a=1,')}b=?`,
      `a,b\n"${fill('""')}`, `${fill(' ')}x`, `1${fill(' ')}x`, `{"a":1${fill(' ')}x`, `{"a":1}\n${fill('{')}`, `[{"n":"a","v":1}${fill(',{"n":"a","v":1}')}`, `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":${index}`).join(',')}}`,
    ];
    for (const payload of hostile) for (const format of formats) readOrRefused(() => read(format, payload));
  }).timeout(20_000);

  it('refuses Sparkplug B, which cannot be read message by message', () => {
    refused('unsupported-format', () => read('sparkplug-b', 'x'), /Sparkplug B/);
  });

  it('reads text as it reads bytes', () => {
    for (const [format, payload] of PAYLOADS) {
      if (typeof payload !== 'string') continue;
      const given = readOrRefused(() => read('auto', payload));
      assert.deepEqual(readOrRefused(() => decodePayload(payload, { received: RECEIVED, format })), given, payload);
      assert.deepEqual(readOrRefused(() => decodeValue(payload, RECEIVED, { format: 'auto' })), given, payload);
    }
  });
});

describe('plain text', () => {
  it('is one reading: the number that it spells, or the text', () => {
    for (const [text, value] of [['21.4', 21.4], [' -3e2\n', -300], ['on', 'on'], ['true', 'true'], ['007', '007'], ['+5', '+5'], ['21.4 °C', '21.4 °C'], ['{"a":1}', '{"a":1}']] as const) {
      assert.deepEqual(read('text', text), [{ values: { value } }]);
    }
  });

  it('keeps an integer beyond 2^53 exact, and makes NaN null', () => {
    assert.deepEqual(read('text', '9007199254740993'), [{ values: { value: '9007199254740993' }, metrics: { value: { flags: ['big-integer'] } } }]);
    assert.deepEqual(read('text', 'nan'), [{ values: { value: null }, metrics: { value: { flags: ['not-finite'], raw: 'nan' } } }]);
    assert.deepEqual(read('text', '-Inf'), [{ values: { value: null }, metrics: { value: { flags: ['not-finite'], raw: '-Inf' } } }]);
  });
});

describe('JSON lines', () => {
  it('reads each line like a payload of its own', () => {
    assert.deepEqual(read('json-lines', `{"a":1,"ts":${TS}}\n\n[{"a":2},{"a":3}]\r\n4\n`), [{ values: { a: 1 }, ts: TS }, { values: { a: 2 } }, { values: { a: 3 } }, { values: { value: 4 } }]);
  });

  it('names the line, and the position in the whole', () => {
    refused('syntax', () => read('json-lines', '{"a":1}\n{"a":}'), /^Line 2: /, 13);
    refused('duplicate-key', () => read('json-lines', '{"a":1}\n\n{"a":1,"a":2}'), /^Line 3: .*"a" twice/, 16);
    refused('empty', () => read('json-lines', '\n \n'), /empty/);
    refused('too-many', () => read('json-lines', '1\n'.repeat(10_001)), /10000/);
  });
});

describe('the format that a sender names', () => {
  it('is known by its media type, whatever the case and parameters', () => {
    const known: Record<string, PayloadFormat> = {
      'application/json': 'json', 'Application/JSON; charset=UTF-8': 'json', 'application/senml+json': 'senml-json', 'application/senml+cbor': 'senml-cbor', 'application/cbor': 'cbor',
      'application/msgpack': 'messagepack', 'application/x-msgpack': 'messagepack', 'application/vnd.msgpack': 'messagepack', 'text/csv; header=present': 'csv', 'application/x-ndjson': 'json-lines',
      'application/jsonl': 'json-lines', 'text/plain;charset="utf-8"': 'auto', 'application/octet-stream': 'auto', '': 'auto',
    };
    for (const [type, format] of Object.entries(known)) assert.equal(formatOfContentType(type), format, type);
    assert.equal(formatOfContentType(undefined), 'auto');
  });

  it('is refused where it is not supported, or in another character set', () => {
    for (const type of ['application/xml', 'image/png', 'application/x-www-form-urlencoded', 'text/plain; charset=iso-8859-1', 'toString']) assert.equal(formatOfContentType(type), undefined, type);
  });

  it('is known by its CoAP number', () => {
    assert.deepEqual([undefined, 0, 50, 60, 110, 112, 41, 42, 11542].map(formatOfCoap), ['auto', 'text', 'json', 'cbor', 'senml-json', 'senml-cbor', undefined, undefined, undefined]);
  });
});
