import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { runSuite } from '../../../json-schema/run-suite.ts';

const RUN = join(import.meta.dirname, '../../../json-schema/run.ts');

describe('the runner of JSON Schema test files', () => {
  let folder: string;
  const write = (name: string, content: unknown): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  };
  const group = (schema: unknown, ...tests: [data: unknown, valid: boolean][]): object => ({ description: 'g', schema, tests: tests.map(([data, valid], index) => ({ description: `t${index}`, data, valid })) });

  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'json-schema-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes the draft from the folder, counts by draft, and names each failure', () => {
    write('tests/draft7/a.json', [group({ dependentRequired: { a: ['b'] } }, [{ a: 1 }, true])]);
    write('tests/draft2020-12/a.json', [group({ dependentRequired: { a: ['b'] } }, [{ a: 1 }, false], [{ a: 1 }, true])]);
    const { drafts, failures } = runSuite(join(folder, 'tests'));
    assert.deepEqual([drafts.get('draft-07')?.passed, drafts.get('2020-12')?.passed, drafts.get('2020-12')?.failed], [1, 1, 1]);
    assert.deepEqual(failures, [{ draft: '2020-12', file: 'draft2020-12/a.json', group: 'g', test: 't1', problem: 'said invalid' }]);
  });

  it('takes the draft from $schema where no folder says it, and 2020-12 without both', () => {
    write('a.json', group({ $schema: 'http://json-schema.org/draft-07/schema#', dependentRequired: { a: ['b'] } }, [{ a: 1 }, true]));
    write('b.json', group({ dependentRequired: { a: ['b'] } }, [{ a: 1 }, false]));
    assert.deepEqual(Object.fromEntries([...runSuite(folder).drafts].map(([draft, { passed }]) => [draft, passed])), { 'draft-07': 1, '2020-12': 1 });
  });

  it('names what it does not run, and counts it for nothing', () => {
    write('draft4/a.json', [group({}, [1, false])]);
    write('draft2020-12/b.json', { neither: 'nor' });
    write('draft2020-12/c.json', [group(true, [1, true])]);
    const tally = runSuite(folder);
    assert.deepEqual([...tally.notRun.values()].flat().toSorted(), ['draft2020-12/b.json', 'draft4/a.json']);
    assert.match(tally.lines().at(-2) ?? '', /^1 passed, 0 failed$/);
  });

  it('finds remotes beside the tests, in the dialect of their folder', () => {
    write('remotes/draft7/old.json', { properties: { t: { $ref: '#/definitions/t', maximum: 1 } }, definitions: { t: true } });
    write('tests/draft2020-12/a.json', [group({ $ref: 'http://localhost:1234/draft7/old.json' }, [{ t: 5 }, true])]);
    for (const place of ['tests', 'tests/draft2020-12']) assert.deepEqual(runSuite(join(folder, place)).failures, [], place);
  });

  it('asserts formats in the files about formats only', () => {
    write('draft2019-09/format.json', [group({ format: 'date' }, ['x', true])]);
    write('draft2019-09/optional/format/date.json', [group({ format: 'date' }, ['x', false])]);
    const { drafts, failures } = runSuite(folder);
    assert.deepEqual(failures, []);
    assert.deepEqual([drafts.get('2019-09')?.passed, drafts.get('2019-09')?.optionalPassed], [1, 1]);
    for (const place of ['draft2019-09/optional', 'draft2019-09/optional/format', 'draft2019-09/optional/format/date.json']) {
      assert.deepEqual(Object.fromEntries(runSuite(join(folder, place)).drafts), { '2019-09': { passed: 0, failed: 0, optionalPassed: 1, optionalFailed: 0 } }, place);
    }
  });

  it('takes the draft from the name of a file too, and knows drafts by the names that they go by', () => {
    const old = group({ dependentRequired: { a: ['b'] } }, [{ a: 1 }, true]);
    for (const name of ['draft-07.json', 'draft7-more.json', 'draft07/a.json']) write(name, old);
    for (const name of ['draft2020-12.json', 'draft-2020-12/a.json', '2020-12/a.json']) write(name, group({ prefixItems: [false] }, [[1], false]));
    write('draft2019-09.json', group({ prefixItems: [false], dependentRequired: { a: ['b'] } }, [[1], true], [{ a: 1 }, false]));
    write('jtd.json', group({ type: 'int8' }, [300, false]));
    const { drafts, notRun } = runSuite(folder);
    assert.deepEqual(Object.fromEntries([...drafts].map(([draft, { passed }]) => [draft, passed])), { 'draft-07': 3, '2020-12': 3, '2019-09': 2, jtd: 1 });
    assert.equal(notRun.size, 0);
  });

  it('takes files in the shape of the suite for JSON Type Definition', () => {
    write('validation.json', { good: { schema: { type: 'int8' }, instance: 1, errors: [] }, bad: { schema: { type: 'int8' }, instance: 300, errors: [{ instancePath: [], schemaPath: ['type'] }] } });
    assert.equal(runSuite(folder).drafts.get('jtd')?.passed, 2);
  });

  it('counts each test of a schema that cannot be compiled as failed, with the reason', () => {
    write('draft7/a.json', [group({ $ref: '#/definitions/no' }, [1, true], [2, false])]);
    const { failures } = runSuite(folder);
    assert.equal(failures.length, 2);
    assert.match(failures[0]?.problem ?? '', /not part of this schema/);
  });

  it('ends with 1 on a failure, with 0 when only the list is asked for, and its last line is JSON', () => {
    write('draft7/a.json', [group({ type: 'string' }, [1, true], ['a', true])]);
    const run = (...more: string[]): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [RUN, folder, ...more], { encoding: 'utf8' });
    const failed = run();
    assert.equal(failed.status, 1);
    const { passed, failed: count } = JSON.parse(String(failed.stdout).trimEnd().split('\n').at(-1) ?? '') as { passed: number; failed: number };
    assert.deepEqual([passed, count], [1, 1]);
    assert.equal(run('--list').status, 0);
    rmSync(join(folder, 'draft7'), { recursive: true });
    assert.equal(run().status, 1, 'nothing was run');
  });
});
