/**
 * The only way in which a spec may skip: it says what the machine lacks and how to get it, and `npm test` lists what was
 * not run by name. With HOLDFAST_REQUIRE_ALL=1, as in CI, the same lack is a failure.
 *
 *   before(function () {
 *     requireProgram(this, 'mosquitto', 'mosquitto');
 *   });
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { sharedData } from './shared-data.ts';

/** A skip that a requirement has asked for. `title` is the full title of the suite or test. */
export interface UnmetRequirement {
  title: string;
  reason: string;
}

const unmet: UnmetRequirement[] = [];

/** Every requirement that was not met in this process so far. */
export function unmetRequirements(): readonly UnmetRequirement[] {
  return unmet;
}

/** Whether a missing program or file must fail the run in place of a skip. */
export function everythingIsRequired(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment['HOLDFAST_REQUIRE_ALL'] === '1';
}

/** The path of the first of the programs that is on PATH. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of programFolders()) {
      const file = path.join(folder, name);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

/** Skips the suite or test of `context` unless one of the named programs is on PATH. Returns its path. */
export function requireProgram(context: Mocha.Context, name: string | readonly string[], aptPackage: string): string {
  const names = typeof name === 'string' ? [name] : name;
  return findProgram(...names) ?? skip(context, missingProgram(names, aptPackage));
}

/** The sentence for a program that is not there. */
export function missingProgram(names: readonly string[], aptPackage: string): string {
  return `${names.join(' or ')} is not installed: apt-get install ${aptPackage}`;
}

/** Mounts a disk of so many kilobytes on `folder`, or skips the suite or test of `context`. Returns what takes it away again. */
export function requireSmallDisk(context: Mocha.Context, folder: string, kilobytes: number): () => void {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  if (status !== 0) skip(context, 'a small disk cannot be mounted: run as root on Linux, in a container with --cap-add SYS_ADMIN');
  return () => void spawnSync('umount', ['--lazy', folder]);
}

/** Skips the suite or test of `context` unless the file or folder is among the shared data. Returns its path. */
export function requireSharedData(context: Mocha.Context, file: string): string {
  return sharedData(file) ?? skip(context, `the shared data file ${file} is missing: set HOLDFAST_SHARED_DATA to the folder that holds it`);
}

function skip(context: Mocha.Context, reason: string): never {
  if (everythingIsRequired()) throw new Error(`${reason} (HOLDFAST_REQUIRE_ALL=1 makes this a failure)`);
  const runnable = context.runnable();
  const isHook = 'type' in runnable && runnable.type === 'hook';
  const title = isHook ? runnable.parent?.fullTitle() : runnable.fullTitle();
  unmet.push({ title: title ?? '', reason });
  return context.skip();
}

/** PATH, and the folders of system services, which a normal user's PATH lacks (Debian has mosquitto in /usr/sbin). */
function programFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/local/sbin', '/usr/sbin'].filter(Boolean);
}

/** Whether there is a file that can be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
