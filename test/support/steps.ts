/** The steps of `npm test`, each in a child process. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildIfNeeded } from '../../scripts/build.ts';
import { everythingIsRequired, findProgram, missingProgram } from './requirements.ts';
import type { SkippedTest, SuiteReport } from './run-suite.ts';
import type { Suite } from './suites.ts';

export interface StepResult {
  passed: number;
  failed: number;
  /** One line for each test or suite that was not run, with the reason. */
  notRun: string[];
  /** What there is to read when something failed. */
  output: string;
}

const root = path.resolve(import.meta.dirname, '../..');

/** Runs commands of node_modules/.bin one after the other; together they count as one test. */
export async function runCommand(...commands: readonly [program: string, ...args: string[]][]): Promise<StepResult> {
  let output = '';
  let failed = false;
  for (const [program, ...args] of commands) {
    const ended = await run(path.join(root, 'node_modules', '.bin', program), args);
    output += ended.output;
    failed ||= ended.code !== 0;
  }
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, notRun: [], output };
}

/** Runs the specs of one suite, all or those whose title matches the pattern. */
export async function runSuite(suite: Suite, pattern: string | undefined): Promise<StepResult> {
  const missing = suite.needs.filter((need) => !findProgram(...need.programs)).map((need) => missingProgram(need.programs, need.aptPackage));
  if (missing.length > 0) {
    const reason = missing.join('; ');
    return everythingIsRequired() ? failure(reason) : { passed: 0, failed: 0, notRun: [`the ${suite.name} suite: ${reason}`], output: '' };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  try {
    if (suite.usesBuild) await buildIfNeeded();
    const reportFile = path.join(folder, 'report.json');
    const args = [path.join(root, 'test', 'support', 'run-suite.ts'), suite.name, reportFile, ...(pattern === undefined ? [] : [pattern])];
    const ended = await run(process.execPath, args);
    if (!existsSync(reportFile)) return failure(`${ended.output}\nThe suite did not run to its end (exit code ${ended.code}).`);
    const report = JSON.parse(await readFile(reportFile, 'utf8')) as SuiteReport;
    return judge(report, ended, pattern);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(report: SuiteReport, ended: Ended, pattern: string | undefined): StepResult {
  const { passed, skipped } = report;
  let { failed } = report;
  let { output } = ended;
  const unexplained = skipped.filter((test) => test.reason === undefined);
  for (const test of unexplained) output += `\n"${test.title}" was skipped without a requirement (test/support/requirements.ts).`;
  failed += unexplained.length;
  if (passed + failed + skipped.length === 0 && pattern === undefined) {
    failed = 1;
    output += '\nThe suite has no tests.';
  } else if (failed === 0 && ended.code !== 0) {
    failed = 1;
    output += `\nThe suite ended with exit code ${ended.code}.`;
  }
  return { passed, failed, notRun: skipped.flatMap(notRunLine), output };
}

function notRunLine({ title, reason }: SkippedTest): string[] {
  return reason === undefined ? [] : [`${title}: ${reason}`];
}

function failure(output: string): StepResult {
  return { passed: 0, failed: 1, notRun: [], output };
}

interface Ended {
  code: number | null;
  output: string;
}

async function run(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.on('close', resolve);
  });
  return { code, output };
}

/** The environment of the tests: this Node first on PATH, and none of the settings that steer a running Holdfast. */
function environment(): NodeJS.ProcessEnv {
  const kept = new Set(['HOLDFAST_REQUIRE_ALL', 'HOLDFAST_SHARED_DATA']);
  const others = Object.entries(process.env).filter(([name]) => kept.has(name) || !/^(HOLDFAST_|NODE_RED_|PORT$)/.test(name));
  return { ...Object.fromEntries(others), PATH: [path.join(root, 'node_modules', '.bin'), process.env['PATH']].join(path.delimiter) };
}
