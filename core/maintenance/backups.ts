import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { backupDirectory } from './backup.ts';
import type { BackupsStatus, BackupSummary } from './backups-status.ts';
import { isPartial } from './partial-directory.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { readManifest } from './manifest.ts';
import type { BackupManifest } from './manifest.ts';
import { isPlainName } from './plain-name.ts';

export interface BackupsOptions {
  /** The directory of the backend. */
  directory: string;
  /** Every backup is a directory right in this one. */
  base: string;
  clock: Clock;
}

const MOST_LISTED = 100;

/**
 * Where the backups of a backend go: beside its directory, never in it; or in `elsewhere`, in a directory whose name tells backends
 * apart that are called alike.
 */
export function backupsBase(directory: string, elsewhere = ''): string {
  const name = basename(directory);
  if (elsewhere === '') return join(dirname(directory), 'backups', name);
  return join(elsewhere, `${name}-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`);
}

/** The backups of a backend that runs, one at a time. */
export class Backups {
  readonly #options: BackupsOptions;
  #running: BackupsStatus['running'];
  #last: BackupsStatus['last'];

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /**
   * Begins a backup; `status` tells how it goes on.
   *
   * @param wanted a plain name; without one it is the time, such as 2026-03-01T02-00-00-000Z.
   * @returns its name.
   * @throws MaintenanceError when one is under way, or the name is none or is taken.
   */
  start(wanted?: unknown): string {
    const { directory, base, clock } = this.#options;
    if (this.#running) throw new MaintenanceError(`The backup ${this.#running.name} is under way. Wait until it is done.`);
    const since = clock.now();
    const name = wanted ?? new Date(since).toISOString().replaceAll(/[:.]/g, '-');
    if (!isPlainName(name)) throw new MaintenanceError('The name of a backup has letters, digits, ".", "_" and "-", does not begin with ".", and has at most 200 of them. Send {"name":"before-update"}, or none.');
    if (existsSync(join(base, name))) throw new MaintenanceError(`There is a backup ${name} already, and nothing is overwritten. Choose another name.`);
    removeUnfinished(base);
    const running = (this.#running = { name, since, copiedBytes: 0, bytes: 0 });
    const progress = (copiedBytes: number, bytes: number): void => void Object.assign(running, { copiedBytes, bytes });
    backupDirectory({ directory, to: join(base, name), clock, progress })
      .then(
        (manifest) => (this.#last = summaryOf(name, manifest)),
        (error: unknown) => (this.#last = { name, error: messageOf(error) }),
      )
      .finally(() => (this.#running = undefined));
    return name;
  }

  status(): BackupsStatus {
    const { base } = this.#options;
    return { base, ...(this.#running && { running: { ...this.#running } }), ...(this.#last && { last: this.#last }), backups: listBackups(base) };
  }
}

/** What a process that died has left: nobody but this backend, which is open once, makes backups there. */
function removeUnfinished(base: string): void {
  for (const name of namesIn(base)) if (isPartial(name)) rmSync(join(base, name), { recursive: true, force: true });
}

function listBackups(base: string): BackupSummary[] {
  return namesIn(base).filter(isPlainName).flatMap((name) => wholeBackup(base, name)).toSorted((a, b) => b.taken - a.taken).slice(0, MOST_LISTED);
}

/** Before the first backup there is no such directory. */
function namesIn(base: string): string[] {
  try {
    return readdirSync(base);
  } catch {
    return [];
  }
}

/** Whatever else is in there is none of ours. */
function wholeBackup(base: string, name: string): BackupSummary[] {
  try {
    return [summaryOf(name, readManifest(join(base, name)))];
  } catch {
    return [];
  }
}

function summaryOf(name: string, { taken, files }: BackupManifest): BackupSummary {
  return { name, taken, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}
