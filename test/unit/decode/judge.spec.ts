import assert from 'node:assert/strict';
import { decodePayload, decodeValue, type Decoded } from '../../../core/decode/index.ts';
import type { MetricDeclaration, Profile } from '../../../core/profile/profile.ts';
import { RECEIVED, TS } from './support.ts';

const profile = (metrics: Record<string, MetricDeclaration>, maximumAge = 0): Profile => ({ name: 'press', format: 'auto', maximumAge, metrics });

const read = (values: Record<string, unknown>, kind: Profile): Decoded | undefined => decodePayload(Buffer.from(JSON.stringify(values)), { received: RECEIVED, format: 'json', profile: kind })[0];

describe('what a profile declares', () => {
  it('turns a text into the number or boolean that it spells, and keeps the text beside', () => {
    const kind = profile({ t: { type: 'number' }, n: { type: 'integer' }, on: { type: 'boolean' }, off: { type: 'boolean' } });
    const flags = ['converted'];
    assert.deepEqual(read({ t: ' 021.40', n: '7', on: 'ON', off: '0' }, kind), {
      values: { t: 21.4, n: 7, on: true, off: false },
      metrics: { t: { flags, raw: ' 021.40' }, n: { flags, raw: '7' }, on: { flags, raw: 'ON' }, off: { flags, raw: '0' } },
    });
  });

  it('leaves what it does not declare, or declares a text, as it came', () => {
    assert.deepEqual(read({ a: '21.4', b: '21.4' }, profile({ b: { type: 'string' } })), { values: { a: '21.4', b: '21.4' } });
  });

  it('leaves what is not of the declared type, and flags it', () => {
    const kind = profile({ t: { type: 'number' }, n: { type: 'integer' }, on: { type: 'boolean' }, s: { type: 'string' }, none: { type: 'number' } });
    const type = { flags: ['type'] };
    assert.deepEqual(read({ t: 'warm', n: 1.5, on: 1, s: 3, none: null }, kind), { values: { t: 'warm', n: 1.5, on: 1, s: 3, none: null }, metrics: { t: type, n: type, on: type, s: type } });
    for (const text of ['', ' ', '1e999', '0x10', 'NaN', '1,5', '1.5.']) assert.deepEqual(read({ t: text }, kind), { values: { t: text }, metrics: { t: type } }, text);
  });

  it('never loses digits of a long integer', () => {
    const big = { flags: ['big-integer'] };
    assert.deepEqual(read({ t: '9007199254740993', n: '9007199254740993' }, profile({ t: { type: 'number' }, n: { type: 'integer' } })), {
      values: { t: '9007199254740993', n: '9007199254740993' }, metrics: { t: big, n: big },
    });
    assert.deepEqual(decodePayload('{"n":9007199254740993}', { received: RECEIVED, format: 'json', profile: profile({ n: { type: 'integer' } }) }), [{ values: { n: '9007199254740993' }, metrics: { n: big } }]);
  });

  it('gives a unit to readings that come without', () => {
    assert.deepEqual(read({ t: 21.4, toString: 1 }, profile({ t: { unit: 'Cel' } })), { values: { t: 21.4, toString: 1 }, metrics: { t: { unit: 'Cel' } } });
    const senml = decodePayload('[{"n":"t","u":"K","v":1},{"n":"p","v":2}]', { received: RECEIVED, format: 'senml-json', profile: profile({ t: { unit: 'Cel' }, p: { unit: 'Pa' } }) });
    assert.deepEqual([senml[0]?.metrics?.['t']?.unit, senml[0]?.metrics?.['p']?.unit], ['K', 'Pa']);
  });

  it('holds in every format, and for values of a flow', () => {
    const kind = profile({ a: { type: 'number' } });
    const expected = [{ values: { a: 5 }, metrics: { a: { flags: ['converted'], raw: '+5' } } }];
    assert.deepEqual(decodePayload('a,b\n+5,', { received: RECEIVED, format: 'csv', profile: kind }), expected);
    assert.deepEqual(decodePayload('{"a":"+5"}', { received: RECEIVED, format: 'auto', profile: kind }), expected);
    assert.deepEqual(decodeValue({ a: '+5' }, RECEIVED, { profile: kind }), expected);
  });
});

describe('the time of a reading', () => {
  const flagged = { a: { flags: ['clock'] } };

  it('is flagged when it is older than the profile allows, and kept', () => {
    const day = 86_400_000;
    assert.deepEqual(read({ a: 1, ts: RECEIVED - day - 1 }, profile({}, day)), { values: { a: 1 }, ts: RECEIVED - day - 1, metrics: flagged });
    assert.deepEqual(read({ a: 1, ts: RECEIVED - day }, profile({}, day)), { values: { a: 1 }, ts: RECEIVED - day });
    assert.deepEqual(read({ a: 1, ts: RECEIVED - 1_000 * day }, profile({})), { values: { a: 1 }, ts: RECEIVED - 1_000 * day });
  });

  it('is flagged in every format when it is more than five minutes ahead', () => {
    const ts = RECEIVED + 5 * 60_000 + 1;
    assert.deepEqual(decodePayload(`m a=1 ${ts}`, { received: RECEIVED, format: 'line-protocol' }), [{ values: { 'm.a': 1 }, ts, metrics: { 'm.a': { flags: ['clock'] } } }]);
    assert.deepEqual(decodePayload(`ts,a\n${ts},1`, { received: RECEIVED, format: 'csv' }), [{ values: { a: 1 }, ts, metrics: flagged }]);
    assert.deepEqual(decodePayload(`[{"n":"a","v":1,"t":${ts / 1_000}}]`, { received: RECEIVED, format: 'senml-json' })[0]?.metrics?.['a']?.flags, ['clock']);
    assert.deepEqual(decodePayload(`ts,a\n${TS},1`, { received: RECEIVED, format: 'csv' }), [{ values: { a: 1 }, ts: TS }]);
  });
});
