import { readFileSync } from 'node:fs';
import { compileSchema } from '../../core/contract/index.ts';
import type { CompiledSchema, Dialect } from '../../core/contract/index.ts';
import { isObject } from '../../core/contract/json-schema/json.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { remoteSchemas, suiteFiles } from './files.ts';
import type { SuiteFile } from './files.ts';
import { groupsOf, ShapeError } from './suite.ts';
import type { SuiteGroup } from './suite.ts';
import { Tally } from './tally.ts';

/** Runs every test file under a folder. */
export function runSuite(folder: string): Tally {
  const tally = new Tally();
  const schemas = remoteSchemas(folder);
  for (const file of suiteFiles(folder)) {
    if (file.dialect === 'other') {
      tally.leaveOut('another draft', file);
      continue;
    }
    try {
      for (const group of groupsOf(JSON.parse(readFileSync(file.path, 'utf8')))) runGroup(group, file, file.dialect, schemas, tally);
    } catch (error) {
      if (!(error instanceof ShapeError || error instanceof SyntaxError)) throw error;
      tally.leaveOut(messageOf(error), file);
    }
  }
  return tally;
}

function runGroup(group: SuiteGroup, file: SuiteFile, folderDialect: Dialect | undefined, schemas: Record<string, unknown>, tally: Tally): void {
  const dialect = group.dialect ?? folderDialect ?? '2020-12';
  const draft = folderDialect === undefined && isObject(group.schema) && typeof group.schema['$schema'] === 'string' ? draftNamed(group.schema['$schema']) : dialect;
  const compiled = attempt(() => compileSchema(group.schema, { dialect, schemas, formats: file.assertsFormats }));
  for (const test of group.tests) tally.add(draft, file, group.description, test.description, problemOf(compiled, test));
}

function problemOf(compiled: CompiledSchema | string, { data, valid }: SuiteGroup['tests'][number]): string | undefined {
  if (typeof compiled === 'string') return compiled;
  const answer = attempt(() => compiled.isValid(data));
  if (typeof answer === 'string') return answer;
  if (answer !== valid) return `said ${answer ? 'valid' : 'invalid'}`;
  // The reasons have to agree with the answer.
  const reasons = attempt(() => compiled.check(data));
  if (typeof reasons === 'string') return reasons;
  return (reasons.length === 0) === valid ? undefined : `gave ${reasons.length} reasons`;
}

function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    return messageOf(error);
  }
}

function draftNamed(uri: string): string {
  return /draft-07|2019-09|2020-12/.exec(uri)?.[0] ?? uri;
}
