import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../../../bench/anomaly/run.ts');

describe('npm run bench:anomaly', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  function run(...options: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [SCRIPT, ...options], { encoding: 'utf8', env: { ...process.env, HOLDFAST_SHARED_DATA: folder } });
  }

  it('says which data are missing and where they belong, and ends as one that was not run', () => {
    const { status, stdout } = run('--set', 'nab,wsd');
    assert.match(stdout, /^Not run: wsd, nab, because .* HOLDFAST_SHARED_DATA/);
    assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1)!), { notRun: ['wsd', 'nab'] });
    assert.equal(status, 0);
  });

  it('names an option that does not exist, with those that do', () => {
    assert.match(run('--set', 'nba').stderr, /There is no "nba". Give one or more of aiops, wsd, ucr, nab/);
    assert.match(run('--profile', 'best').stderr, /--profile is "best". Give full or lite/);
    assert.equal(run('--set', 'nba').status, 1);
  });
});
