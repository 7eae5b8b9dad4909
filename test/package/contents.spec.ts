import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { installedPackage, nodesOf, root, type InstalledPackage } from './support/installed-package.ts';

const LARGEST_TARBALL = 3 * 2 ** 20;
const SHIPPED = [
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
  /^dist\/(core|nodes)\/.+\.(js|d\.ts)$/,
  /^dist\/nodes\/([\w-]+)\/(\1\.html|locales\/[\w-]+\/\1\.(html|json)|icons\/[\w-]+\.svg)$/,
  /^examples\/.+\.json$/,
  /^docs\/.+\.(md|png|svg)$/,
];
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bnpm_[A-Za-z0-9]{36}\b|\bghp_[A-Za-z0-9]{36}\b|_authToken|"credentialSecret":\s*"/;

describe('the tarball', () => {
  let installed: InstalledPackage;

  before('pack and install', async () => {
    installed = await installedPackage();
  });

  it('holds what is needed and no tests, sources or strays', () => {
    assert.deepEqual(installed.files.filter((file) => !SHIPPED.some((pattern) => pattern.test(file))), []);
  });

  it('holds the script, the page, and the texts in both languages of every node', () => {
    const expected = nodesOf(installed).flatMap(({ file }) => {
      const [folder, name] = [file.slice(0, file.lastIndexOf('/')), file.slice(file.lastIndexOf('/') + 1, -'.js'.length)];
      const texts = ['en-US', 'de'].flatMap((language) => [`${folder}/locales/${language}/${name}.json`, `${folder}/locales/${language}/${name}.html`]);
      return [file, `${folder}/${name}.html`, ...texts];
    });
    assert.deepEqual(expected.filter((file) => !installed.files.includes(file)), []);
  });

  it('holds what a person reads first', () => {
    for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) assert.ok(installed.files.includes(file), file);
  });

  it('holds no secret and no path of the machine that packed it', () => {
    const isTelling = (text: string) => SECRET.test(text) || text.includes(root) || text.includes(`${homedir()}/`);
    assert.deepEqual(installed.files.filter((file) => !file.endsWith('.png') && isTelling(installed.read(file))), []);
  });

  it('stays small enough for a gateway on a mobile line', () => {
    assert.ok(installed.tarballSize < LARGEST_TARBALL, `${installed.tarballSize} bytes`);
  });
});
