import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { registrationProblems } from '../../scripts/build/registration.ts';
import { examplesOf, installedPackage, nodesOf, root, run, type InstalledPackage } from './support/installed-package.ts';

const MOST_DEPENDENCIES = 6;

/** The semver that Node-RED itself compares versions with. */
const semver = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'))('semver') as {
  satisfies(version: string, range: string): boolean;
};

describe("the Flow Library's scorecard", () => {
  let installed: InstalledPackage;

  before('pack and install', async () => {
    installed = await installedPackage();
  });

  it('finds a licence, with its text', () => {
    assert.equal(installed.manifest.license, 'MIT');
    assert.match(installed.read('LICENSE'), /MIT License/);
  });

  it('finds a repository', () => {
    assert.match(installed.manifest.repository?.url ?? '', /^git\+https:\/\/.+\.git$/);
  });

  it('finds the keyword node-red, a scoped name and leave to publish', () => {
    assert.ok(installed.manifest.keywords?.includes('node-red'));
    assert.match(installed.manifest.name, /^@[a-z\d][\w.-]+\/[a-z\d][\w.-]*$/);
    assert.equal(installed.manifest.private, undefined);
  });

  it('finds a range of Node-RED versions that holds the one tested with', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/node-red/package.json'), 'utf8')) as { version: string };
    assert.ok(semver.satisfies(version, installed.manifest['node-red']?.version ?? ''));
  });

  it('finds a range of Node.js versions that holds the oldest of Node-RED 5', () => {
    assert.ok(semver.satisfies('22.9.0', installed.manifest.engines?.node ?? ''));
  });

  it('can read the registration of every node type in its page', () => {
    for (const { type, file } of nodesOf(installed)) {
      assert.deepEqual(registrationProblems(installed.read(file.replace(/\.js$/, '.html')), type), [], type);
    }
  });

  it('finds every node type in an example flow', () => {
    const shown = new Set(examplesOf(installed).flatMap(({ flow }) => flow.map((node) => node.type)));
    assert.deepEqual(nodesOf(installed).filter(({ type }) => !shown.has(type)), []);
  });

  it(`finds at most ${MOST_DEPENDENCIES} dependencies, all in their ranges once installed`, async () => {
    assert.ok(Object.keys(installed.manifest.dependencies ?? {}).length <= MOST_DEPENDENCIES);
    await run('npm', ['ls', '--all'], installed.userDirectory);
  });

  it('finds no agent-base that slows down every request', () => {
    const lock = JSON.parse(readFileSync(path.join(installed.userDirectory, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> };
    const old = Object.entries(lock.packages).filter(([place, { version = '' }]) => place.endsWith('node_modules/agent-base') && semver.satisfies(version, '<6'));
    assert.deepEqual(old, []);
  });
});
