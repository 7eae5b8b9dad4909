import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installedPackage, root, run, type InstalledPackage } from './support/installed-package.ts';

describe('the package as a library, where there is no Node-RED', () => {
  let installed: InstalledPackage;
  let entries: string[];

  before('pack and install', async () => {
    installed = await installedPackage();
    entries = Object.keys(installed.manifest.exports ?? {})
      .filter((entry) => entry !== './package.json')
      .map((entry) => `${installed.manifest.name}/${entry.slice(2)}`);
  });

  it('has entries', () => assert.ok(entries.length > 0));

  it('is imported from each of its entries', async () => {
    const script = `for (const entry of ${JSON.stringify(entries)}) {
      const names = Object.keys(await import(entry));
      if (names.length === 0) throw new Error(entry + ' exports nothing');
    }`;
    await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], installed.userDirectory);
  });

  it('has types that a strict TypeScript project accepts', async () => {
    const consumer = path.join(installed.userDirectory, 'consumer.mts');
    const project = path.join(installed.userDirectory, 'tsconfig.json');
    writeFileSync(consumer, entries.map((entry, index) => `import * as entry${index} from '${entry}';\nexport const names${index}: object = entry${index};\n`).join(''));
    const compilerOptions = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, skipLibCheck: false, types: ['node'], typeRoots: [path.join(root, 'node_modules', '@types')] };
    writeFileSync(project, JSON.stringify({ compilerOptions, files: ['consumer.mts'] }));
    try {
      await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', project], installed.userDirectory);
    } finally {
      rmSync(consumer);
      rmSync(project);
    }
  });
});
