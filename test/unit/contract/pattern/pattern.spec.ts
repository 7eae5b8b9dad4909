import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileContract, compileSchema, ContractError } from '../../../../core/contract/index.ts';
import { compilePattern } from '../../../../core/contract/pattern/pattern.ts';
import type { ContractPattern } from '../../../../core/contract/pattern/pattern.ts';

const forContract = (source: string): ContractPattern => compilePattern(source, { longest: 1_024, allowBacktracking: false });
const isMet = (pattern: string, text: string): boolean => compileContract({ id: 'c', version: 1, schema: { properties: { t: { pattern } } } }).check({ t: text }).length === 0;

/** Texts over few characters, so that random patterns are often met. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n', 'é', '🐲'), maxLength: 10 });
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '.', '\\d', '\\w', '\\s', '\\S', '[ab]', '[^a]', '[a-z1]', '\\p{L}', '\\P{L}', '🐲', '^', '$', '\\b', '\\x61', '\\u{1F432}'),
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((options) => `(?:${options.join('|')})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?')).map(([body, times]) => `(${body})${times}`),
  ),
}));

describe('a pattern', () => {
  it('that doubles the work of V8 with each character is answered at once', () => {
    // V8 alone needs hours for each of these: that the test ends is what it shows.
    const hostile: [string, string][] = [
      ['^(a+)+$', `${'a'.repeat(1_000)}!`], ['(a+)+$', `${'a'.repeat(40)}!`], ['^(a|a)*$', `${'a'.repeat(1_000)}!`], ['^(a|aa)+$', `${'a'.repeat(1_000)}!`],
      ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(1_000)], ['^(.*,){12}x$', ','.repeat(1_000)], ['(x+x+)+y', 'x'.repeat(1_000)], ['^((a?){40})*b$', 'a'.repeat(1_000)],
      ['^\\s*(\\w+\\s?)*$', `${'word '.repeat(200)}!`],
    ];
    for (const [source, value] of hostile) assert.equal(isMet(source, value), false, source);
    assert.ok(isMet('^(a+)+$', 'a'.repeat(1_000)));
    assert.throws(() => forContract('(?:a?b?c?){200}x'), /could block everything/, 'so large that following all ways at once takes long too');
  });

  it('that doubles the work is answered at once as a name of members too, and in compileSchema', () => {
    const name = `${'a'.repeat(40)}!`;
    const contract = compileContract({ id: 'c', version: 1, schema: { patternProperties: { '^(a+)+$': false }, propertyNames: { pattern: '^(b|a+)+' } } });
    assert.deepEqual(contract.check({ [name]: 1 }), []);
    assert.ok(!compileSchema({ pattern: '^(a+)+$' }).isValid(name));
  });

  it('runs on V8 where one character decides how to go on, and on the linear engine else', () => {
    for (const source of ['^[A-Z]{2}\\d{4}$', '^a+$', '^\\d{3}-\\w+$', '^(?:dev|sensor)-[0-9]+(?:\\.[0-9]+)*$', '^\\p{L}+$', '[^a]', '^(?:on|off)$', '^[a-z]{1,255}$']) {
      assert.equal(forContract(source).engine, 'native', source);
    }
    // Each of these can be gone through in more than one way, or begins anew at each character.
    for (const source of ['^(a+)+$', '^(a|a)*$', '^a*a*$', '^(a?b?)*$', '^(a|ab)*c$', 'a+$', '^\\w+\\d$', '^(?:a?){30}a{30}$', '^(?:a|ab){7}$', '^(?:a*|b*)c$', `^${'(?:a*)?'.repeat(8)}b$`]) {
      assert.equal(forContract(source).engine, 'linear', source);
    }
  });

  it('that looks around runs on V8, unless that could take long', () => {
    for (const source of ['^(?!admin)[a-z]+$', '^(?=[^x]*$)(?:on|off)$', '^(a|b)\\1$']) assert.equal(forContract(source).engine, 'backtracking', source);
    const password = forContract('^(?=.*\\d)(?=.*[a-z]).{8,}$');
    assert.equal(password.engine, 'backtracking');
    assert.deepEqual([password.test('abcdefg1'), password.test('abcdefgh')], [true, false]);
    for (const source of ['^(?=(a+)+$)a', '^(a+)+\\1$', '(?!.*a.*b.*c)', '^(?<=(a|a)*)b', `^(?!q)${'.{0,60}'.repeat(8)}!$`, `^(?!q)${'a?'.repeat(30)}a{30}$`, `^(?!q)${'(?:a|a)'.repeat(30)}b$`, '^(?!q)(?:a?){30}b$']) {
      assert.throws(() => forContract(source), (error: unknown) => error instanceof ContractError && /could block everything.*Take /.test(error.message), source);
    }
  });

  it('that could take long runs in compileSchema on texts of up to twenty characters', () => {
    const schema = compileSchema({ pattern: '^(?=(a+)+$)a' });
    assert.deepEqual(['aaa', 'ab', 'a'.repeat(20), 'a'.repeat(21)].map((value) => schema.isValid(value)), [true, false, true, false]);
    assert.ok(!schema.isValid(`${'a'.repeat(1_000)}!`));
  });

  it('means on both engines what ECMA-262 says', () => {
    const cases: [source: string, met: string[], broken: string[]][] = [
      ['(?:^\\d)+$', ['1'], ['१', 'a']], ['(?:^\\w)+$', ['_'], ['é']], ['(?:^\\s)+$', ['\u00a0', '\ufeff', '\u2029'], ['\u200b']], ['(?:^.)+$', ['🐲', '\u0085'], ['\n', '\u2028']],
      ['(a|a)+$', ['ba'], ['a\n']], ['(a|a)+\\cA', ['a\u0001'], ['aA']], ['(a|a)+\\u{1F432}', ['a🐲'], ['a']], ['(a|a)+\\uD83D\\uDC32', ['a🐲'], ['a']],
      ['(?:^\\p{Script=Greek})+$', ['α'], ['a']], ['(?:^[^\\P{Lu}])+$', ['A'], ['a']], ['(a|a)+[\\b]', ['a\b'], ['ab']], ['(a|a)+[\\--0]', ['a-', 'a.'], ['a1']],
      ['(a|a)+\\b', ['a', 'a é', 'aé'], ['ab']], ['(a|a)+\\B', ['ab'], ['a']], ['(?<year>a|a)+\\/', ['a/'], ['a']], ['(a|a)+[]', [], ['a']], ['(a|a)+[^]', ['a\n'], ['a']],
    ];
    for (const [source, met, broken] of cases) {
      const compiled = forContract(source);
      assert.equal(compiled.engine, 'linear', source);
      for (const value of met) assert.ok(compiled.test(value), `${source} ${JSON.stringify(value)}`);
      for (const value of broken) assert.ok(!compiled.test(value), `${source} ${JSON.stringify(value)}`);
    }
  });

  it('finds in random texts what V8 finds', () => {
    fc.assert(fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), (source, texts) => {
      const compiled = compilePattern(source, { longest: 1_024, allowBacktracking: true });
      const expression = new RegExp(source, 'u');
      for (const one of texts) assert.equal(compiled.test(one), expression.test(one), JSON.stringify({ source, one, engine: compiled.engine }));
    }), { numRuns: 300 });
  });

  it('is tried on texts of up to 1,024 characters in a contract, and on longer ones in compileSchema', () => {
    assert.deepEqual([forContract('^a+$').test('a'.repeat(1_024)), forContract('^a+$').test('a'.repeat(1_025))], [true, false]);
    assert.ok(compileSchema({ pattern: '^(a+)+$' }).isValid('a'.repeat(5_000)));
  });

  it('is refused when a contract has so many, or such large ones, that reading them would take long', () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, { pattern: `^${index}$` }]));
    const large = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, { pattern: `(?:a|a)+(?:[^b]{500})${index}` }]));
    const properties = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}`, { pattern: `\\p{L}${index}` }]));
    for (const named of [many, large, properties]) {
      assert.throws(() => compileContract({ id: 'c', version: 1, schema: { properties: named } }), (error: unknown) => error instanceof ContractError && /patterns/.test(error.message));
    }
  });
});
