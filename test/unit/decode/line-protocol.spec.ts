import assert from 'node:assert/strict';
import fc from 'fast-check';
import { read, refused, TS } from './support.ts';

const lines = (text: string): ReturnType<typeof read> => read('line-protocol', text);

describe('InfluxDB line protocol', () => {
  it('reads fields as measurement.field, and tags as text beside them', () => {
    assert.deepEqual(lines(`room,floor=2,side=north temperature=21.4,people=3i,lux=7u,open=t,note="a \\"b\\", c=d\\\\" ${TS}000000`), [{
      ts: TS,
      values: { 'room.floor': '2', 'room.side': 'north', 'room.temperature': 21.4, 'room.people': 3, 'room.lux': 7, 'room.open': true, 'room.note': 'a "b", c=d\\' },
    }]);
  });

  it('makes a sample of each line, and skips comments and empty lines', () => {
    assert.deepEqual(lines('# from a logger\ncpu usage=5\r\n\n  # more\nmem free=1e3\n'), [{ values: { 'cpu.usage': 5 } }, { values: { 'mem.free': 1_000 } }]);
  });

  it('understands escaped names and all spellings of true and false', () => {
    assert.deepEqual(lines('my\\ room,a\\=b=c\\,d f\\ 1=T,f2=TRUE,f3=False,f4=f'), [{ values: { 'my room.a=b': 'c,d', 'my room.f 1': true, 'my room.f2': true, 'my room.f3': false, 'my room.f4': false } }]);
  });

  it('takes a line end in a quoted text for a part of it, and counts it', () => {
    assert.deepEqual(lines('m a="x\ny"'), [{ values: { 'm.a': 'x\ny' } }]);
    refused('syntax', () => lines('m a="x\ny"\nm b=?'), /^Line 3: /);
  });

  it('takes a time of any unit by its size', () => {
    for (const ts of [`${TS}000000`, `${TS}000`, `${TS}`, `${TS / 1_000}`]) assert.equal(lines(`m a=1 ${ts}`)[0]?.ts, TS, ts);
    assert.deepEqual(lines('m a=1 17'), [{ values: { 'm.a': 1 }, metrics: { 'm.a': { flags: ['clock'] } } }]);
  });

  it('keeps the largest 64-bit integers exact', () => {
    assert.deepEqual(lines('m a=9223372036854775807i,b=18446744073709551615u'), [{
      values: { 'm.a': '9223372036854775807', 'm.b': '18446744073709551615' }, metrics: { 'm.a': { flags: ['big-integer'] }, 'm.b': { flags: ['big-integer'] } },
    }]);
  });

  it('names line and position of what is wrong', () => {
    refused('syntax', () => lines('m a=1\nm'), /^Line 2: " " is missing before the fields, at position 7/, 7);
    refused('syntax', () => lines('m a'), /^Line 1: "=" is missing after the field "a"/, 3);
    refused('syntax', () => lines('m a=1x'), /goes on with "x"/, 5);
    refused('syntax', () => lines('m a=on'), /no number, no true or false and no text in quotes/, 4);
    refused('syntax', () => lines('m a="x'), /no closing quote/);
    refused('syntax', () => lines('m a=1 noon'), /only a time may follow/, 6);
    refused('syntax', () => lines('m,=2 a=1'), /a tag is missing/, 2);
    refused('duplicate-key', () => lines('m a=1,a=2'), /"a" is there twice/, 6);
    refused('duplicate-key', () => lines('m,a=x a=2'), /"a" is there twice/, 6);
    refused('forbidden-key', () => lines('m a=1\nm __proto__=1'), /^Line 2: .*refused/);
    refused('forbidden-key', () => lines('__proto__ a=1'), /refused/);
    refused('empty', () => lines('# nothing\n'), /empty/);
  });

  it('refuses more lines than the limit', () => {
    assert.equal(lines('m a=1\n'.repeat(10_000)).length, 10_000);
    refused('too-many', () => lines('m a=1\n'.repeat(10_001)), /10000/);
  });

  it('gives back whatever names, tags and values were written', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }).filter((key) => /^[^\n\r\t#"\\]+$/.test(key) && key.length <= 60 && !['__proto__', 'constructor', 'prototype'].includes(key));
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => Math.abs(number) <= Number.MAX_SAFE_INTEGER), fc.string({ unit: 'grapheme' }), fc.boolean(), fc.maxSafeInteger());
    const escaped = (text: string): string => text.replace(/[, =]/g, '\\$&');
    const written = (given: string | number | boolean): string => (typeof given === 'string' ? `"${given.replace(/["\\]/g, '\\$&')}"` : String(given));
    const members = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((names) => fc.tuple(fc.constant(names), fc.array(value, { minLength: names.length, maxLength: names.length }), fc.nat({ max: names.length - 1 })));
    fc.assert(fc.property(name.filter((text) => text.trim() === text), members, (measurement, [names, values, tags]) => {
      const text = (at: number): string => (values[at] === '' ? 'x' : String(values[at])).replace(/[\n\r\t\\]/g, '_');
      const tagged = names.slice(0, tags).map((key, at) => `,${escaped(key)}=${escaped(text(at))}`).join('');
      const fields = names.slice(tags).map((key, at) => `${escaped(key)}=${written(values[tags + at]!)}`).join(',');
      const expected = Object.fromEntries(names.map((key, at) => [`${measurement}.${key}`, at < tags ? text(at) : values[at]]));
      assert.deepEqual(lines(`${escaped(measurement)}${tagged} ${fields} ${TS}000000`), JSON.parse(JSON.stringify([{ values: expected, ts: TS }])));
    }), { numRuns: 300 });
  });
});
