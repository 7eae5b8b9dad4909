import { readFileSync, statSync } from 'node:fs';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { DamagedFileError } from './damaged-file-error.ts';

/** More than any file that people read and write needs; a file beyond it is not one of ours. */
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * The text of a file; undefined when there is none.
 *
 * @throws DamagedFileError for a file too large to be ours, HoldfastError `HOLDFAST_UNREADABLE_FILE` when the system refuses.
 */
export function readText(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE) throw new DamagedFileError(path, `The file ${path} has ${size} bytes, more than a file of this kind can have. Restore it from a backup.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new HoldfastError('HOLDFAST_UNREADABLE_FILE', `The file ${path} cannot be read (${messageOf(error)}). Give the user that runs Holdfast the right to read it.`, { cause: error });
  }
}
