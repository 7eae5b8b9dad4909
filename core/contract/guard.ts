import type { Ajv2020 } from 'ajv/dist/2020.js';

/** Characters of a text that a `pattern` or a `format` is still tried on; a longer text fails it untried. */
export const LONGEST_TESTED = 1_024;

/** Compiles the patterns of a schema so that they refuse a text beyond `LONGEST_TESTED` without running. */
export const guardedPattern = Object.assign(
  (pattern: string, flags: string) => {
    const expression = new RegExp(pattern, flags);
    return {
      test: (text: string) => text.length <= LONGEST_TESTED && expression.test(text),
      // ajv tells patterns apart by their text.
      toString: () => String(expression),
    };
  },
  { code: 'guardedPattern' },
);

/** Does the same for the formats that ajv knows by a regular expression or a function over text. */
export function guardFormats(ajv: Ajv2020): void {
  for (const [name, format] of Object.entries(ajv.formats)) {
    const isDefinition = typeof format === 'object' && !(format instanceof RegExp);
    if (isDefinition && format.type === 'number') continue;
    const check: unknown = isDefinition ? format.validate : format;
    if (check instanceof RegExp) ajv.addFormat(name, (text: string) => text.length <= LONGEST_TESTED && check.test(text));
    else if (isTest(check)) ajv.addFormat(name, (text: string) => text.length <= LONGEST_TESTED && check(text) === true);
  }
}

function isTest(check: unknown): check is (text: string) => unknown {
  return typeof check === 'function';
}
