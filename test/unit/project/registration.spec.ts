import assert from 'node:assert/strict';
import { exampleName } from '../../../scripts/build/example-name.ts';
import { registrationProblems } from '../../../scripts/build/registration.ts';

/** A page as the build makes it, with lines of the object given to registerType. */
function page(...lines: string[]): string {
  const body = lines.map((line) => `    ${line}\n`).join('');
  return `<script type="text/javascript">\n"use strict";\n(() => {\n  RED.nodes.registerType("holdfast-store", {\n${body}  });\n})();\n</script>\n`;
}

describe('a registration that the Flow Library reads without running it', () => {
  it('has its values written out', () => {
    const lines = ['category: "holdfast",', 'color: "#a6bbcf",', 'defaults: {', '  name: { value: "" }', '},', 'inputs: 1,', 'icon: "store.svg",', 'label: labelOf,', 'oneditprepare'];
    assert.deepEqual(registrationProblems(page(...lines), 'holdfast-store'), []);
  });

  it('has the type written out', () => {
    const constant = page('category: "holdfast"').replace('"holdfast-store"', 'TYPE');
    assert.match(registrationProblems(constant, 'holdfast-store').join(), /finds no RED\.nodes\.registerType\('holdfast-store'/);
  });

  it('has the object written out', () => {
    const constant = page().replace('{\n  }', 'definition');
    assert.match(registrationProblems(constant, 'holdfast-store').join(), /finds no RED\.nodes\.registerType\('holdfast-store'/);
  });

  for (const line of ['...common,', 'category: CATEGORY,', 'color,', 'defaults: common,', 'defaults: { ...common, name: { value: "" } },', 'inputs: 1 + 1,']) {
    it(`has no "${line}"`, () => {
      const problems = registrationProblems(page(line), 'holdfast-store');
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.includes(line), problems[0]);
    });
  }

  it('has nothing spread into defaults of several lines', () => {
    const problems = registrationProblems(page('defaults: {', '  ...common,', '  name: { value: "" }', '},', 'button: {', '  ...button', '}'), 'holdfast-store');
    assert.match(problems.join(), /^The Flow Library cannot read "\.\.\.common," in defaults: write its properties out\.$/);
  });
});

describe('the name of an example', () => {
  it('reads as words in the import dialog', () => {
    assert.equal(exampleName('quick-start.json'), 'Quick start.json');
  });
});
