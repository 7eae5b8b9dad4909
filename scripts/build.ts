/**
 * Makes `dist/` (what npm ships and Node-RED loads) and `examples/` from the sources.
 *
 * - `core/` and `nodes/` are compiled file by file by TypeScript;
 * - each folder `nodes/<node>/` that has a `<node>.html` is a node: its `<node>.editor.ts` is bundled into the page, and its
 *   `locales/` and `icons/` are copied beside it. Folders without a page hold code that nodes share;
 * - each flow of `flows/` becomes an example with a readable name.
 *
 * Run it with `npm run build`.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildEditorPage, endBundler } from './build/editor-page.ts';
import { copyJsonFolder } from './build/copy.ts';
import { copyExamples } from './build/examples.ts';
import { fingerprint } from './build/fingerprint.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const examples = path.join(root, 'examples');
/** Written last: a build that was interrupted leaves none, and so is never taken for a whole one. */
const stampFile = path.join(dist, '.build-stamp');

/** Everything that the build reads. */
const SOURCES = [
  'core',
  'nodes',
  'flows',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.editor.json',
  'scripts/build.ts',
  'scripts/build',
];

/**
 * Builds everything anew. The former `dist/` stays in place until the new one is complete.
 * @throws Error with a sentence, or the compiler's own report, when a source is at fault.
 */
export async function build(): Promise<void> {
  const sources = await fingerprint(root, SOURCES);
  const staging = await mkdtemp(path.join(tmpdir(), 'holdfast-build-'));
  try {
    const stagedDist = path.join(staging, 'dist');
    const stagedExamples = path.join(staging, 'examples');
    await compile(stagedDist);
    for (const node of await nodeFolders()) await buildNode(node, path.join(stagedDist, 'nodes', node));
    await copyExamples(path.join(root, 'flows'), stagedExamples);

    await rm(stampFile, { force: true });
    await replaceFolder(stagedDist, dist);
    await replaceFolder(stagedExamples, examples);
    await writeFile(stampFile, `${sources}\n`);
  } finally {
    await endBundler();
    await rm(staging, { recursive: true, force: true });
  }
}

/** Builds when a source has changed, come or gone since the last complete build. Says whether it had to. */
export async function buildIfNeeded(): Promise<boolean> {
  const stamp = await readFile(stampFile, 'utf8').catch(() => undefined);
  if (stamp?.trim() === (await fingerprint(root, SOURCES)) && existsSync(examples)) return false;
  await build();
  return true;
}

async function nodeFolders(): Promise<string[]> {
  const entries = await readdir(path.join(root, 'nodes'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(path.join(root, 'nodes', entry.name, `${entry.name}.html`)))
    .map((entry) => entry.name)
    .toSorted();
}

async function buildNode(node: string, target: string): Promise<void> {
  const folder = path.join(root, 'nodes', node);
  if (!existsSync(path.join(target, `${node}.js`))) {
    throw new Error(`nodes/${node}/ has a page but no ${node}.ts, which Node-RED would load: write it, or remove ${node}.html.`);
  }
  await requireManifestEntry(node);
  await writeFile(path.join(target, `${node}.html`), await buildEditorPage(root, node));
  if (existsSync(path.join(folder, 'locales'))) await copyJsonFolder(path.join(folder, 'locales'), path.join(target, 'locales'));
  if (existsSync(path.join(folder, 'icons'))) await cp(path.join(folder, 'icons'), path.join(target, 'icons'), { recursive: true });
}

/** Node-RED loads only what the manifest names, and says nothing about the rest. */
async function requireManifestEntry(node: string): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const entry = `"holdfast-${node}": "dist/nodes/${node}/${node}.js"`;
  const { 'node-red': nodeRed } = manifest as { 'node-red'?: { nodes?: Record<string, string> } };
  if (nodeRed?.nodes?.[`holdfast-${node}`] !== `dist/nodes/${node}/${node}.js`) {
    throw new Error(`Node-RED would not find nodes/${node}/: add ${entry} to "node-red"."nodes" in package.json.`);
  }
}

async function compile(outDir: string): Promise<void> {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiler = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let report = '';
  for (const stream of [compiler.stdout, compiler.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (report += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    compiler.on('error', reject);
    compiler.on('close', resolve);
  });
  if (code !== 0) throw new Error(`TypeScript found errors:\n${report}`);
}

async function replaceFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(from, { recursive: true });
  await cp(from, to, { recursive: true });
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
