import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, run } from './support/installed-package.ts';

const nrlint = path.join(root, 'node_modules', 'nrlint', 'bin', 'nrlint.js');

describe('the flows that are shipped', () => {
  let folder: string;

  before("write the linter's own settings", async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'holdfast-nrlint-'));
    writeFileSync(path.join(folder, 'nrlintrc.cjs'), await run(process.execPath, [nrlint, '--init'], folder));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const flows = readdirSync(path.join(root, 'flows'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

  it('are there', () => assert.ok(flows.length > 0));

  for (const flow of flows) {
    it(`pass nrlint: ${flow}`, async () => {
      await run(process.execPath, [nrlint, '--config', path.join(folder, 'nrlintrc.cjs'), path.join(root, 'flows', flow)], folder);
    });
  }
});
