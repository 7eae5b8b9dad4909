import assert from 'node:assert/strict';
import { examplesOf, installedPackage, nodesOf, type InstalledPackage, type NodeEntry } from './support/installed-package.ts';
import { startPlainNodeRed, type PlainNodeRed } from './support/plain-node-red.ts';

/** What Node-RED says of itself in an empty user directory. */
const OF_EVERY_FIRST_START = /\[warn\] (Projects disabled|Encrypted credentials not found)/;

interface NodeSet {
  id: string;
  name: string;
  types: string[];
  enabled: boolean;
  module: string;
  err?: string;
}

describe('the package in an empty Node-RED', () => {
  let installed: InstalledPackage;
  let nodeRed: PlainNodeRed;
  let sets: NodeSet[];
  let nodes: NodeEntry[];

  before('pack, install and start', async () => {
    installed = await installedPackage();
    nodes = nodesOf(installed);
    nodeRed = await startPlainNodeRed(installed.userDirectory);
    sets = (await (await nodeRed.get('/nodes', { Accept: 'application/json' })).json()) as NodeSet[];
  });

  after('stop', async () => {
    await nodeRed?.stop();
  });

  const own = () => sets.filter(({ module }) => module === installed.manifest.name);

  it('has every node type registered and enabled, without an error', () => {
    const registered = own().map(({ name, types, enabled, err }) => ({ name, types, enabled, err }));
    const expected = nodes.map(({ type }) => ({ name: type, types: [type], enabled: true, err: undefined }));
    assert.deepEqual(new Set(registered), new Set(expected));
    assert.ok(expected.length > 0);
  });

  it('takes no node type from anyone else', () => {
    const others = new Set(sets.filter(({ module }) => module !== installed.manifest.name).flatMap(({ types }) => types));
    assert.deepEqual(nodes.filter(({ type }) => others.has(type)), []);
  });

  it('starts without a warning or an error in the log', () => {
    const lines = nodeRed.log().split('\n');
    assert.deepEqual(lines.filter((line) => /\[(warn|error|fatal)\]/.test(line) && !OF_EVERY_FIRST_START.test(line)), []);
  });

  it('serves the page of every node', async () => {
    for (const { type, file } of nodes) {
      const page = await (await nodeRed.get(`/nodes/${installed.manifest.name}/${type}`, { Accept: 'text/html' })).text();
      assert.ok(page.includes(installed.read(file.replace(/\.js$/, '.html')).trim()), type);
    }
  });

  for (const language of ['en-US', 'de']) {
    it(`serves the texts and the help of every node in ${language}`, async () => {
      const catalogues = (await (await nodeRed.get(`/nodes/messages?lng=${language}`)).json()) as Record<string, unknown>;
      for (const { type, file } of nodes) {
        const texts = file.replace(/\/([^/]+)\.js$/, `/locales/${language}/$1`);
        assert.deepEqual(catalogues[`${installed.manifest.name}/${type}`], JSON.parse(installed.read(`${texts}.json`)), type);
        const page = await (await nodeRed.get(`/nodes/${installed.manifest.name}/${type}`, { Accept: 'text/html', 'Accept-Language': language })).text();
        assert.ok(page.includes(installed.read(`${texts}.html`).trim()), type);
      }
    });
  }

  it('serves the icon of every node that names a file', async () => {
    for (const { type, file } of nodes) {
      const icon = /^ *icon: ["']([^"'/]+\.svg)["']/m.exec(installed.read(file.replace(/\.js$/, '.html')))?.[1];
      if (icon === undefined) continue;
      const served = await (await nodeRed.get(`/icons/${installed.manifest.name}/${icon}`)).text();
      assert.equal(served, installed.read(`${file.slice(0, file.lastIndexOf('/'))}/icons/${icon}`), type);
    }
  });

  it('lists every example in the import dialog and hands it out', async () => {
    const folder = `/library/examples/flows/${installed.manifest.name}`;
    const listed = (await (await nodeRed.get(folder)).json()) as (string | { fn: string })[];
    const examples = examplesOf(installed);
    assert.deepEqual(
      listed.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.fn])).toSorted(),
      examples.map(({ name }) => name).filter((name) => !name.includes('/')).toSorted(),
    );
    for (const { name, flow } of examples) assert.deepEqual(await (await nodeRed.get(`${folder}/${encodeURI(name)}`)).json(), flow, name);
  });
});
