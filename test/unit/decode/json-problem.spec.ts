import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findJsonProblem } from '../../../core/decode/json-problem.ts';
import { read, refused } from './support.ts';

describe('JSON that is refused', () => {
  it('names a key that is there twice, and where', () => {
    refused('duplicate-key', () => read('json', '{"a":1,"b":2,"a":3}'), /key "a" twice.*position 13/, 13);
    refused('duplicate-key', () => read('json', '{"ts":1764000000000,"a":1,"ts":1764000000001}'), /"ts"/, 26);
  });

  it('finds it however it is written or hidden', () => {
    for (const text of [
      '{"a":1,"\\u0061":2}', '{"x":{"a":1,"a":2}}', '{"a":{"b":1},"a":2}', '{"a":[1,2],"a":1}', '[{"a":1},{"b":1,"b":2}]', '{"values":{"a":1,"a":2}}',
      '{"t":"12:30:00","a":1,"a":2}', '{"a\\":":1,"b":2,"b":3}', '{"a":12345678901234567890,"a":1}', '{ "ü" : 1 , "ü" : 2 }',
    ]) refused('duplicate-key', () => read('json', text), /twice/);
  });

  it('takes colons in texts and names for what they are', () => {
    assert.deepEqual(read('json', '{"at":"12:30:00","a:b":"\\":","ts":"2026-01-01T00:00:00Z"}'), [{ values: { at: '12:30:00', 'a:b': '":' }, ts: Date.UTC(2026, 0, 1) }]);
    assert.deepEqual(read('json', '[{"a":1},{"a":2}]').length, 2);
    assert.deepEqual(read('json', '":"'), [{ values: { value: ':' } }]);
  });

  it('names NaN and infinities as what JSON does not know', () => {
    refused('syntax', () => read('json', '{"a":1,"b":NaN}'), /has NaN at position 11.*Send null/, 11);
    refused('syntax', () => read('json', '{"a":-Infinity}'), /has -Infinity at position 5/, 5);
    refused('syntax', () => read('json', '{"a": nan}'), /has nan at position 6/, 6);
    refused('syntax', () => read('json', '[{"a":inf}]'), /has inf at/);
  });

  it('tells the position however far in the text it is', () => {
    const text = `{"long":"${'x'.repeat(50_000)}","b":nope}`;
    refused('syntax', () => read('json', text), /has "o"/, text.indexOf('ope'));
    refused('syntax', () => read('json', text.slice(0, 40_000)), /ends too early/, 40_000);
  });

  it('tells the byte that is not UTF-8 however far in the payload it is', () => {
    const bytes = Buffer.from(`{"ä":"${'ö'.repeat(20_000)}"}`);
    bytes[30_000] = 0xff;
    refused('encoding', () => read('json', bytes), /byte 30000 /, 30_000);
    refused('encoding', () => read('json', Buffer.from([0x7b, 0xed, 0xa0, 0x80])), /byte 2 /, 2);
  });

  it('keeps remarks on metrics with the names of methods', () => {
    assert.deepEqual(read('json', '{"toString":12345678901234567890,"valueOf":1e999}'), [{
      values: { toString: '12345678901234567890', valueOf: null },
      metrics: { toString: { flags: ['big-integer'] }, valueOf: { flags: ['not-finite'], raw: '1e999' } },
    }]);
    assert.equal(Object.hasOwn(Object.prototype.toString, 'flags'), false);
  });
});

describe('findJsonProblem', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  it('agrees with JSON.parse on what is JSON', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', '1', '-', '.', 'e', '0', ' ', '\n', '\t', '"a"', 'true', 'null', 'NaN', '\\u0041', '\u0001', 'ü');
    fc.assert(fc.property(fc.oneof(fc.json({ maxDepth: 3 }), fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))), fc.nat(), piece, (text, at, junk) => {
      const place = at % (text.length + 1);
      for (const candidate of [text, text.slice(0, place) + junk + text.slice(place), text.slice(0, place)]) {
        const problem = findJsonProblem(candidate);
        assert.equal(problem === undefined || problem.kind === 'duplicate-key', isJson(candidate) || problem?.kind === 'duplicate-key', candidate);
      }
    }), { numRuns: 2_000 });
  });

  it('finds a repeated key exactly when there is one', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'a:b', '"', ':', '\\', 'ü');
    fc.assert(fc.property(fc.array(fc.tuple(key, fc.constantFrom('1', '"x:y"', '{"a":1}')), { maxLength: 5 }), (members) => {
      const text = `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
      const isRepeated = new Set(members.map(([name]) => name)).size < members.length;
      assert.equal(findJsonProblem(text)?.kind === 'duplicate-key', isRepeated, text);
    }));
  });
});
