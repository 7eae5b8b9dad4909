import type { SuiteFile } from './files.ts';

export interface Failure { draft: string; file: string; group: string; test: string; problem: string }
export interface Count { passed: number; failed: number; optionalPassed: number; optionalFailed: number }

/** Counts what passed and failed by draft. */
export class Tally {
  readonly drafts = new Map<string, Count>();
  readonly failures: Failure[] = [];
  /** Files that were not run, with the reason. */
  readonly notRun = new Map<string, string[]>();

  add(draft: string, file: SuiteFile, group: string, test: string, problem: string | undefined): void {
    const count = this.drafts.get(draft) ?? { passed: 0, failed: 0, optionalPassed: 0, optionalFailed: 0 };
    this.drafts.set(draft, count);
    if (problem === undefined) count[file.isOptional ? 'optionalPassed' : 'passed'] += 1;
    else {
      count[file.isOptional ? 'optionalFailed' : 'failed'] += 1;
      this.failures.push({ draft, file: file.name, group, test, problem });
    }
  }

  leaveOut(reason: string, file: SuiteFile): void {
    this.notRun.set(reason, [...this.notRun.get(reason) ?? [], file.name]);
  }

  /** The lines for people, and the last one for programs. */
  lines(): string[] {
    const drafts = [...this.drafts].toSorted(([one], [other]) => one.localeCompare(other));
    const total = drafts.reduce((sum, [, count]) => ({ passed: sum.passed + count.passed + count.optionalPassed, failed: sum.failed + count.failed + count.optionalFailed }), { passed: 0, failed: 0 });
    return [
      ...this.failures.map(({ draft, file, group, test, problem }) => `FAILED ${draft} ${file}: ${group}: ${test}: ${problem}`),
      ...[...this.notRun].map(([reason, files]) => `not run (${reason}): ${files.length} ${files.length === 1 ? 'file' : 'files'}, such as ${files[0] ?? ''}`),
      ...drafts.map(([draft, { passed, failed, optionalPassed, optionalFailed }]) => `${draft}: ${passed} passed, ${failed} failed; optional: ${optionalPassed} passed, ${optionalFailed} failed`),
      `${total.passed} passed, ${total.failed} failed`,
      JSON.stringify({ ...total, drafts: Object.fromEntries(drafts), failures: this.failures, notRun: Object.fromEntries(this.notRun) }),
    ];
  }
}
