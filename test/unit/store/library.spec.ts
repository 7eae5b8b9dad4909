import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STORE = join(import.meta.dirname, '..', '..', '..', 'core', 'store', 'index.ts');

describe('the store in a script that has nothing else to do', () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps the process alive until what was written is on disk, and no longer', async () => {
    const sample = { id: 's1', device: 'press-7', ts: 1_764_000_000_000, received: 1_764_000_000_000, tsSource: 'device', src: { via: 'flow' }, values: { temperature: 21.4 } };
    const script = `
      const { openStore } = await import(${JSON.stringify(STORE)});
      const store = openStore(${JSON.stringify(directory)});
      store.write([${JSON.stringify(sample)}], (error) => console.log(error ?? 'committed', store.latest('press-7').temperature.value));
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    assert.equal(stdout.trim(), 'committed 21.4');
  });
});
