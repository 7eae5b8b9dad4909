/**
 * `npm test`: builds, checks types, lints, and runs every suite, then prints what was not run and `N passed, N failed`.
 *
 *   npm test                          everything
 *   npm test -- unit node             only these
 *   npm test -- unit --grep settle    only the tests whose title matches
 *
 * A suite that needs a program which the machine lacks is named as not run; with HOLDFAST_REQUIRE_ALL=1 it fails.
 */
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';
import { runCommand, runSuite, type StepResult } from './support/steps.ts';
import { SUITES } from './support/suites.ts';

interface Step {
  name: string;
  run: (pattern: string | undefined) => Promise<StepResult>;
}

const STEPS: readonly Step[] = [
  { name: 'build', run: buildStep },
  { name: 'types', run: () => runCommand(['tsc', '-p', 'tsconfig.json'], ['tsc', '-p', 'tsconfig.editor.json']) },
  { name: 'lint', run: () => runCommand(['oxlint', '--type-aware', '--deny-warnings']) },
  ...SUITES.map((suite) => ({ name: suite.name, run: (pattern: string | undefined) => runSuite(suite, pattern) })),
];

const { chosen, pattern } = readArguments();
const totals = { passed: 0, failed: 0, notRun: [] as string[] };
for (const step of chosen) {
  const began = performance.now();
  console.log(`\n${step.name}`);
  const result = await step.run(pattern);
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.notRun.push(...result.notRun);
  if (result.failed > 0) console.log(result.output.trim());
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const notRun = result.notRun.length > 0 ? `, ${result.notRun.length} NOT RUN` : '';
  console.log(`  ${result.passed} passed, ${result.failed} failed${notRun} in ${seconds} s`);
}

if (pattern !== undefined && totals.passed + totals.failed + totals.notRun.length === 0) {
  console.log(`\nNo test has a title that matches "${pattern}".`);
  totals.failed += 1;
}
if (totals.notRun.length > 0) console.log(`\nNOT RUN\n${totals.notRun.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function buildStep(): Promise<StepResult> {
  try {
    await build();
    return { passed: 1, failed: 0, notRun: [], output: '' };
  } catch (error) {
    return { passed: 0, failed: 1, notRun: [], output: error instanceof Error ? error.message : String(error) };
  }
}

function readArguments(): { chosen: readonly Step[]; pattern: string | undefined } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string', short: 'g' } } });
  const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`There is no suite named ${unknown.join(', ')}. Choose from: ${STEPS.map((step) => step.name).join(', ')}.`);
    process.exit(2);
  }
  const wanted = values.grep === undefined ? STEPS.map((step) => step.name) : SUITES.map((suite) => suite.name);
  const names = positionals.length > 0 ? positionals : wanted;
  return { chosen: STEPS.filter((step) => names.includes(step.name)), pattern: values.grep };
}
