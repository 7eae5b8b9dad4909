import assert from 'node:assert/strict';
import fc from 'fast-check';
import { read, RECEIVED, refused, TS } from './support.ts';

const csv = (text: string): ReturnType<typeof read> => read('csv', text);

describe('CSV', () => {
  it('reads a row as a sample, with its time and number', () => {
    assert.deepEqual(csv(`ts,seq,temperature,running\r\n${TS},7,21.4,true\r\n2025-12-31T23:59:59Z,8,21.5,false\r\n`), [
      { ts: TS, seq: 7, values: { temperature: 21.4, running: true } },
      { ts: RECEIVED - 1_000, seq: 8, values: { temperature: 21.5, running: false } },
    ]);
  });

  it('finds the time in a column named ts, timestamp or time, in any case', () => {
    for (const name of ['ts', 'Time', 'TIMESTAMP']) assert.deepEqual(csv(`a,${name}\n1,${TS}`), [{ values: { a: 1 }, ts: TS }]);
    assert.deepEqual(csv(`time,ts,a\nnoon,${TS},1`), [{ values: { time: 'noon', a: 1 }, ts: TS }]);
  });

  it('reads quoted cells, with commas, quotes and line ends in them', () => {
    assert.deepEqual(csv('name,note\n"a, b","say ""hi""\nthere"\n'), [{ values: { name: 'a, b', note: 'say "hi"\nthere' } }]);
  });

  it('keeps what is in quotes as text, and what is not as the number that it spells', () => {
    assert.deepEqual(csv('a,b,c,d,e\n"21.4",21.4, 7 ,007,12345678901234567890'), [{
      values: { a: '21.4', b: 21.4, c: 7, d: '007', e: '12345678901234567890' }, metrics: { e: { flags: ['big-integer'] } },
    }]);
  });

  it('makes NaN null, and says what stood there', () => {
    assert.deepEqual(csv('a,b\nnan,1'), [{ values: { a: null, b: 1 }, metrics: { a: { flags: ['not-finite'], raw: 'nan' } } }]);
  });

  it('takes an empty cell for no reading, and an empty text in quotes for one', () => {
    assert.deepEqual(csv('a,b,c\n1,,""\n'), [{ values: { a: 1, c: '' } }]);
  });

  it('reads semicolons and tabs where the first line has no comma', () => {
    assert.deepEqual(csv('a;b\n1,5;2'), [{ values: { a: '1,5', b: 2 } }]);
    assert.deepEqual(csv('a\tb\n1\t2'), [{ values: { a: 1, b: 2 } }]);
  });

  it('skips empty lines and the byte order mark', () => {
    assert.deepEqual(csv('\uFEFFa,b\n\n1,2\n\r\n3,4'), [{ values: { a: 1, b: 2 } }, { values: { a: 3, b: 4 } }]);
  });

  it('names line and column of what is wrong', () => {
    refused('syntax', () => csv('a,b\n1,2\n3'), /^Line 3 has 1 columns, and the first line names 2/, 8);
    refused('syntax', () => csv('a,b\n1,"x'), /^Line 2, column 2 has no closing quote/, 6);
    refused('syntax', () => csv('a,b\n1,"x"y'), /^Line 2, column 2 goes on with "y" after its closing quote/, 9);
    refused('syntax', () => csv('a,b\n5" pipe,1'), /^Line 2, column 1 has a quote in the middle/, 5);
    refused('syntax', () => csv('a,b\n"1\n2",3\n4'), /^Line 4 has/);
    refused('forbidden-key', () => csv('a,__proto__\n1,2'), /^Line 2, column 2: .*"__proto__"/);
    refused('duplicate-key', () => csv('a,b,a\n1,2,3'), /^Line 1, column 3 has the name "a"/, 4);
    refused('type', () => csv('a,,b\n1,2,3'), /^Line 1, column 2 has no name/);
    refused('empty', () => csv(`ts,a\n${TS},`), /^Line 2: .*no reading/);
    refused('empty', () => csv('a,b\n'), /no line with readings/);
    refused('empty', () => csv(' '), /payload is empty/);
  });

  it('refuses more rows or columns than the limits', () => {
    assert.equal(csv(`a,b\n${'1,2\n'.repeat(10_000)}`).length, 10_000);
    refused('too-many', () => csv(`a,b\n${'1,2\n'.repeat(10_001)}`), /10000/);
    const wide = Array.from({ length: 1_001 }, (_, index) => `m${index}`).join(',');
    refused('too-many', () => csv(`${wide}\n${wide}`), /1000|1,000/);
  });

  it('gives back any table that was written by the RFC', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((key) => key.length <= 128 && !['__proto__', 'constructor', 'prototype', 'seq'].includes(key) && !['ts', 'time', 'timestamp'].includes(key.toLowerCase()));
    const reading = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => Math.abs(number) <= Number.MAX_SAFE_INTEGER), fc.string({ unit: 'grapheme' }), fc.boolean());
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const cell = (value: string | number | boolean): string => (typeof value === 'string' ? quote(value) : String(value));
    const table = fc.uniqueArray(name, { minLength: 1, maxLength: 8 }).chain((names) => fc.tuple(fc.constant(names), fc.array(fc.array(reading, { minLength: names.length, maxLength: names.length }), { minLength: 1, maxLength: 5 })));
    fc.assert(fc.property(table, fc.constantFrom('\n', '\r\n'), ([names, rows], end) => {
      const text = [names.map(quote), ...rows.map((row) => row.map(cell))].map((cells) => cells.join(',')).join(end);
      const expected = rows.map((row) => ({ values: Object.fromEntries(names.map((key, index) => [key, row[index]])) }));
      assert.deepEqual(csv(text), JSON.parse(JSON.stringify(expected)));
    }), { numRuns: 300 });
  });
});
