import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installedPackage, run, type InstalledPackage } from './support/installed-package.ts';

describe('the command that comes with the package', () => {
  let installed: InstalledPackage;
  let data: string;

  before('pack, install, and let a backend of the package write a reading', async () => {
    installed = await installedPackage();
    data = path.join(installed.userDirectory, 'holdfast');
    mkdirSync(data);
    await run(process.execPath, ['--input-type=module', '--eval', `
      const { openStore } = await import('${installed.manifest.name}/store');
      const store = openStore(${JSON.stringify(data)});
      const sample = { id: 'a', device: 'press-7', ts: 1, received: 1, tsSource: 'device', src: { via: 'flow' }, values: { temperature: 21.4 } };
      await new Promise((written, failed) => store.write([sample], (error) => (error ? failed(error) : written())));
      store.seal();
      store.close();
    `], installed.userDirectory);
  });

  after(() => rmSync(data, { recursive: true, force: true }));

  it('is found by npx in the user directory, reads the files of a backend, and says that they are sound', async () => {
    const said = await run('npx', ['--no-install', 'holdfast-store', 'verify', '--directory', 'holdfast'], installed.userDirectory);
    assert.match(said, /^sound +store\.sqlite \(layout \d+, 1 readings /m);
    assert.match(said, /^Everything is sound\.$/m);
  });

  it('can be started as a program of its own', async () => {
    const said = await run(path.join(installed.userDirectory, 'node_modules', '.bin', 'holdfast-store'), ['export', '--directory', data], installed.userDirectory);
    assert.deepEqual(JSON.parse(said), { device: 'press-7', metric: 'temperature', ts: 1, value: 21.4, quality: 2 });
  });
});
