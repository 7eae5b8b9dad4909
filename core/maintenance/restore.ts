import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../errors/holdfast-error.ts';
import { flushDirectory } from '../workspace/atomic-file.ts';
import { copyFile, digestFile } from './file-digest.ts';
import type { FileDigest } from './file-digest.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { readManifest } from './manifest.ts';
import type { BackupFile, BackupManifest } from './manifest.ts';
import { makePartial } from './partial-directory.ts';

/**
 * Makes the directory of a backend from a backup: whole or not at all.
 *
 * @param to a directory that is empty or does not exist.
 * @throws MaintenanceError when the target holds something, or a file is not the one that was backed up.
 */
export async function restoreBackup(from: string, to: string): Promise<BackupManifest> {
  const manifest = readManifest(from);
  const target = resolve(to);
  if (existsSync(target) && readdirSync(target).length > 0) throw new MaintenanceError(`${target} is not empty. Restore into a directory that is empty or does not exist: nothing is overwritten.`);
  const partial = makePartial(target, 'restore');
  try {
    for (const file of manifest.files) refuseOther(from, file, await copied(from, partial, file));
    flushDirectory(partial);
    takePlaceOf(target, partial);
    return manifest;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The files of a backup that are missing or not as they were backed up, each with a sentence. */
export async function checkBackup(directory: string): Promise<Array<{ name: string; problem: string }>> {
  const problems: Array<{ name: string; problem: string }> = [];
  for (const file of readManifest(directory).files) {
    try {
      refuseOther(directory, file, await digestFile(join(directory, file.name)));
    } catch (error) {
      problems.push({ name: file.name, problem: messageOf(error) });
    }
  }
  return problems;
}

async function copied(from: string, to: string, { name }: BackupFile): Promise<FileDigest> {
  try {
    return await copyFile(join(from, name), join(to, name));
  } catch (error) {
    throw new MaintenanceError(`${join(from, name)} could not be copied (${messageOf(error)}).`, { cause: error });
  }
}

function refuseOther(directory: string, { name, bytes, sha256 }: BackupFile, found: FileDigest): void {
  if (found.bytes !== bytes) throw new MaintenanceError(`${join(directory, name)} has ${found.bytes} bytes and had ${bytes} when it was backed up. Use another backup.`);
  if (found.sha256 !== sha256) throw new MaintenanceError(`${join(directory, name)} is not as it was backed up: its SHA-256 is another one. Use another backup.`);
}

function takePlaceOf(target: string, partial: string): void {
  try {
    if (existsSync(target)) rmdirSync(target);
    renameSync(partial, target);
  } catch (error) {
    throw new MaintenanceError(`${target} could not be put in place (${messageOf(error)}). Choose a directory that does not exist, below one that you may write to.`, { cause: error });
  }
  flushDirectory(dirname(target));
}
