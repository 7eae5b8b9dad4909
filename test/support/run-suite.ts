/**
 * Runs one suite in this process and writes what came of it to a file: `node test/support/run-suite.ts <suite> <report>
 * [pattern]`. Started by test/run.ts; mocha's own report goes to standard output.
 */
import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { unmetRequirements } from './requirements.ts';
import { SUITES, type Suite } from './suites.ts';

/** A test that was not run. `reason` is missing when no requirement asked for the skip. */
export interface SkippedTest {
  title: string;
  reason?: string;
}

export interface SuiteReport {
  passed: number;
  failed: number;
  skipped: SkippedTest[];
}

/** How long the process may take to end after its last test, in milliseconds. */
const PATIENCE = 10_000;

const [name, reportFile, pattern] = process.argv.slice(2);
const found = SUITES.find((each) => each.name === name);
if (!found || reportFile === undefined) throw new Error('Usage: node test/support/run-suite.ts <suite> <report> [pattern]');
const report = await run(found);
writeFileSync(reportFile, JSON.stringify(report));
process.exitCode = report.failed > 0 ? 1 : 0;
watchForLeftovers(reportFile);

async function run(suite: Suite): Promise<SuiteReport> {
  const mocha = new Mocha({ timeout: suite.timeout, reporter: 'dot', forbidOnly: true, ...(pattern ? { grep: pattern } : {}) });
  for (const file of await specs(suite.name)) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const skipped: SkippedTest[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped });
    });
    runner.on('pending', (test) => skipped.push(describeSkipped(test)));
  });
}

async function specs(suite: string): Promise<string[]> {
  const folder = path.resolve(import.meta.dirname, '..', suite);
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return files
    .filter((file) => file.endsWith('.spec.ts'))
    .toSorted()
    .map((file) => path.join(folder, file));
}

function describeSkipped(test: Mocha.Test): SkippedTest {
  const titles = new Set([test.fullTitle()]);
  for (let parent = test.parent; parent; parent = parent.parent) titles.add(parent.fullTitle());
  const reason = unmetRequirements().find((each) => titles.has(each.title))?.reason;
  return { title: test.fullTitle(), ...(reason === undefined ? {} : { reason }) };
}

/** Tests that leave a server, socket, timer or child open keep this process alive: that is a failure of its own. */
function watchForLeftovers(file: string): void {
  const timer = setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ');
    console.error(`\nThe tests have ended but something that they opened has not: ${open}.`);
    writeFileSync(file, JSON.stringify({ ...report, failed: report.failed + 1 }));
    process.exit(1);
  }, PATIENCE);
  timer.unref();
}
