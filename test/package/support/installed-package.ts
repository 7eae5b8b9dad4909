/** The package as a person gets it: packed, and installed into an empty Node-RED user directory. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const root = path.resolve(import.meta.dirname, '../../..');

export interface Manifest {
  name: string;
  license?: string;
  private?: boolean;
  repository?: { url?: string };
  keywords?: string[];
  engines?: { node?: string };
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  'node-red'?: { version?: string; nodes?: Record<string, string> };
}

export interface InstalledPackage {
  /** The Node-RED user directory. */
  userDirectory: string;
  /** Where the package lies in it. */
  folder: string;
  manifest: Manifest;
  /** Size of the tarball in bytes. */
  tarballSize: number;
  /** Every file of the package, by its path from the package's root, with slashes. */
  files: string[];
  /** The text of one of them. */
  read(file: string): string;
}

/** A node of the manifest: its type, and its folder in the package. */
export interface NodeEntry {
  type: string;
  file: string;
}

let installed: Promise<InstalledPackage> | undefined;

/** Packs and installs once for all specs; the temporary folder goes when the process ends. */
export function installedPackage(): Promise<InstalledPackage> {
  installed ??= install();
  return installed;
}

export function nodesOf({ manifest }: InstalledPackage): NodeEntry[] {
  return Object.entries(manifest['node-red']?.nodes ?? {}).map(([type, file]) => ({ type, file }));
}

/** The flows under examples/, by the name that Node-RED's import dialog shows. */
export function examplesOf({ files, read }: InstalledPackage): { name: string; flow: { type: string }[] }[] {
  return files
    .filter((file) => /^examples\/.*\.json$/.test(file))
    .map((file) => ({ name: file.slice('examples/'.length, -'.json'.length), flow: JSON.parse(read(file)) as { type: string }[] }));
}

/** Runs a program and gives its output; rejects with the output when it fails. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env: cleanEnvironment(), maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/** The environment without what `npm test` and a running Holdfast or Node-RED would pass down. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(cache|registry|userconfig|globalconfig)$/i;
  const others = Object.entries(process.env).filter(([name]) => kept.test(name) || !/^(npm_|HOLDFAST_|NODE_RED_|NODE_ENV$|INIT_CWD$|PORT$|LC_|LANGUAGE$)/i.test(name));
  return { ...Object.fromEntries(others), LANG: 'en_US.UTF-8' };
}

async function install(): Promise<InstalledPackage> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdfast-package-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));

  await run('npm', ['pack', '--pack-destination', home], root);
  const tarball = readdirSync(home).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');

  const userDirectory = path.join(home, 'user');
  mkdirSync(userDirectory);
  writeFileSync(path.join(userDirectory, 'package.json'), JSON.stringify({ name: 'node-red-project', version: '0.0.1', private: true }));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', path.join(home, tarball)], userDirectory);

  const { name } = readJson(path.join(root, 'package.json')) as Manifest;
  const folder = path.join(userDirectory, 'node_modules', name);
  return {
    userDirectory,
    folder,
    manifest: readJson(path.join(folder, 'package.json')) as Manifest,
    tarballSize: statSync(path.join(home, tarball)).size,
    files: filesBeneath(folder),
    read: (file) => readFileSync(path.join(folder, file), 'utf8'),
  };
}

function filesBeneath(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((file) => !file.startsWith('node_modules/'))
    .toSorted();
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
