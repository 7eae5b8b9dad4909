import { existsSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { flushDirectory, writeFileAtomically } from '../workspace/atomic-file.ts';
import { makeDirectory } from '../workspace/make-directory.ts';
import { backendFiles, isDatabase } from './backend-files.ts';
import { DatabaseSnapshot } from './database-snapshot.ts';
import { copyFile, digestFile } from './file-digest.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { MANIFEST } from './manifest.ts';
import type { BackupFile, BackupManifest } from './manifest.ts';
import { makePartial } from './partial-directory.ts';

export interface BackupOptions {
  /** The directory of the backend. */
  directory: string;
  /** Where the backup is to be: a directory that does not exist yet. */
  to: string;
  clock: Clock;
  /** Told how far it is: bytes copied, of how many. */
  progress?: (copied: number, of: number) => void;
}

/** Room that a backup leaves on the disk, for what is written meanwhile. */
const SPARE_BYTES = 64 << 20;
const PAGE_BYTES = 4_096;

/**
 * Copies all files of a backend into a new directory, while it is written, and resolves when the copy is on disk whole.
 *
 * The copy is of one moment. Within one process all moments are the same: the snapshots are taken in one go, between two commits of
 * the backend. Taken beside another process, they follow each other in the order of `backendFiles`. A sample leaves the inbox only when it
 * is in the state, the forward queues or the store, and leaves the state only for the store: with the inbox first and the store last, a
 * sample on its way is in the copy at least once, and one that is there twice is delivered again after a restore, as after a kill, and
 * counts as a duplicate.
 *
 * @throws MaintenanceError when it cannot be done, StorageError when a file cannot be read or the disk is full. Nothing is left of it then.
 */
export async function backupDirectory({ directory, to, clock, progress = () => undefined }: BackupOptions): Promise<BackupManifest> {
  const target = resolve(to);
  const names = backendFiles(directory);
  if (existsSync(target)) throw new MaintenanceError(`${target} exists already. Choose a directory that does not.`);
  makeDirectory(dirname(target));
  refuseWithoutRoom(directory, names, dirname(target));
  const partial = makePartial(target, 'backup');
  const snapshots: Array<{ name: string; snapshot: DatabaseSnapshot }> = [];
  try {
    const taken = clock.now();
    for (const name of names.filter(isDatabase)) snapshots.push({ name, snapshot: new DatabaseSnapshot(join(directory, name)) });
    const files: BackupFile[] = [];
    const total = names.reduce((sum, name) => sum + sizeOf(directory, name), 0);
    let done = 0;
    for (const { name, snapshot } of snapshots) {
      await snapshot.copyTo(join(partial, name), (pages) => progress(done + pages * PAGE_BYTES, total));
      // From here on its write-ahead log need not be kept for this copy.
      snapshot.close();
      const digest = await digestFile(join(partial, name));
      done += digest.bytes;
      files.push({ name, ...digest, layout: snapshot.layout });
    }
    for (const name of names.filter((one) => !isDatabase(one))) files.push({ name, ...(await copyFile(join(directory, name), join(partial, name))) });
    const manifest: BackupManifest = { format: 1, taken, files };
    writeFileAtomically(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    flushDirectory(partial);
    renameSync(partial, target);
    flushDirectory(dirname(target));
    return manifest;
  } catch (error) {
    for (const { snapshot } of snapshots) snapshot.close();
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

function sizeOf(directory: string, name: string): number {
  const size = (file: string): number => statSync(join(directory, file), { throwIfNoEntry: false })?.size ?? 0;
  return size(name) + size(`${name}-wal`);
}

/** A disk that a backup fills would refuse the devices. */
function refuseWithoutRoom(directory: string, names: readonly string[], parent: string): void {
  const needed = names.reduce((sum, name) => sum + sizeOf(directory, name), SPARE_BYTES);
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < needed) throw new MaintenanceError(`The backup needs ${mebibytes(needed)} MiB, and the disk of ${parent} has ${mebibytes(bavail * bsize)} left. Free some space, or choose another disk.`);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / (1 << 20));
}
