import assert from 'node:assert/strict';
import { compileSchema } from '../../../core/contract/index.ts';

const CASES: [format: string, good: string[], bad: string[]][] = [
  ['date', ['2024-02-29', '2000-02-29'], ['2023-02-29', '1900-02-29', '2024-13-01', '2024-1-1', '২024-01-01']],
  ['time', ['12:00:00Z', '12:00:00.5+01:30', '01:29:60+01:30'], ['12:00:00', '24:00:00Z', '12:00:60Z', '12:00:00+24:00', '12:00:00+0100']],
  ['date-time', ['2024-02-29T23:59:59z', '1998-12-31T23:59:60Z'], ['2024-02-29 23:59:59Z', '2024-02-30T00:00:00Z', '1998-12-31T23:58:60Z']],
  ['iso-date-time', ['2024-02-29 23:59:59'], ['2024-02-29']],
  ['duration', ['P1Y2M3DT4H5M6S', 'P2W', 'PT0S'], ['P', 'PT', 'P1', 'P1Y2W', 'P2D1Y', 'PT1D']],
  ['email', ['a@b', 'a.b+c@example.com', '"a b"@example.com', 'a@[127.0.0.1]', 'a@[ipv6:::1]', 'a@c--n.com'], ['a', '.a@b', 'a..b@c', 'a b@c', 'a@b.', 'a@[256.0.0.1]', 'é@b.c', '"\\"@b']],
  ['idn-email', ['실례@실례.테스트'], ['2962']],
  ['hostname', ['a', 'a-b.example', '1host', 'xn--4gbwdl.xn--wgbh1c'], ['', '-a', 'a-', 'a_b', 'a..b', 'ab--cd', 'xn--X', `${'a'.repeat(64)}.com`]],
  ['idn-hostname', ['실례.테스트', 'ßς་〇', 'l·l', 'क्‍ष'], ['〮실례.테스트', 'a·l', '̀hello', '-> $1.00 <--']],
  ['ipv4', ['0.0.0.0', '255.255.255.255'], ['256.0.0.0', '1.2.3', '01.2.3.4', '1.2.3.4/24']],
  ['ipv6', ['::', '::1', '1:2:3:4:5:6:7:8', '1::8', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4'], ['1:2:3:4:5:6:7', '1::2::3', '12345::', ':1:2:3:4:5:6:7', '::1.2.3', 'fe80::1%eth0', '1.2.3.4::']],
  ['uri', ['http://a.example/b?c#d', 'urn:isbn:1', 'ldap://[2001:db8::7]/c'], ['/a', '//a', 'http:// a', 'a,b:c', 'http://a/\\b', 'http://a/%zz', 'http://a/é', 'https://[@a/']],
  ['uri-reference', ['/a', '//a/b', '#c', ''], ['\\\\a', '#a\\b', 'a b']],
  ['iri', ['http://ƒøø.ßår/?∂éœ=πîx#πîüx'], ['/ƒ', 'http://2001:0db8::7334']],
  ['uri-template', ['http://a/{b}{?c,d*}', 'x{e:3}', '{a.b}', "a'b", '{%41}'], ['{', 'a}', '{b', '{b:0}', '{a..b}', '{a,}', '{,+a}', '{}', 'a b']],
  ['uuid', ['0F8fad5b-d9cb-469f-a165-70867728950e'], ['0f8fad5b-d9cb-469f-a165', '0f8fad5bd9cb469fa16570867728950e']],
  ['json-pointer', ['', '/a~0~1'], ['a', '/~2']],
  ['relative-json-pointer', ['0', '1/a', '0#'], ['/a', '01', '-1']],
  ['regex', ['^a+$', '\\p{L}'], ['(', '\\Z']],
  ['byte', ['YWJj', ''], ['YWJ', 'a=bc']],
];

describe('formats', () => {
  for (const [format, good, bad] of CASES) {
    it(`tell a ${format} from what is none`, () => {
      const schema = compileSchema({ format }, { formats: true });
      for (const text of good) assert.ok(schema.isValid(text), text);
      for (const text of bad) assert.ok(!schema.isValid(text), text);
      assert.ok(schema.isValid(7) || format.startsWith('int'), 'a format says nothing about other types');
    });
  }

  it('tell a whole number of 32 and 64 bits', () => {
    const int32 = compileSchema({ format: 'int32' }, { formats: true });
    assert.deepEqual([2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 0.5, 'x'].map((value) => int32.isValid(value)), [true, false, true, false, false, true]);
    const int64 = compileSchema({ format: 'int64' }, { formats: true });
    assert.deepEqual([2 ** 62, 2 ** 64].map((value) => int64.isValid(value)), [true, false]);
  });

  it('refuse a text of more than 1,024 characters untried', () => {
    assert.ok(!compileSchema({ format: 'json-pointer' }, { formats: true }).isValid('/a'.repeat(600)));
  });
});
