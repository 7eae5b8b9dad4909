import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../workspace/make-directory.ts';
import { MaintenanceError } from './maintenance-error.ts';

/**
 * Makes the directory in which another one grows, beside it, until it is whole and takes its name.
 *
 * @param work what makes it, for the sentence: a backup or a restore.
 * @throws MaintenanceError when there is one already.
 */
export function makePartial(target: string, work: string): string {
  const partial = join(dirname(target), `.${basename(target)}.partial`);
  if (existsSync(partial)) throw new MaintenanceError(`${partial} is there, from a ${work} that is under way or was never finished. Wait for it, or delete that directory.`);
  makeDirectory(partial);
  return partial;
}

/** Whether a directory of this name is one that never became whole, or has not yet. */
export function isPartial(name: string): boolean {
  return /^\..+\.partial$/.test(name);
}
