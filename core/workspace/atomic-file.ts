import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Only the owner may read and write. */
export const PRIVATE_MODE = 0o600;

/**
 * Replaces a file as a whole: after a power cut it holds either what it held before or `content`, never a part.
 * The content is written beside it, flushed, renamed over it, and the directory is flushed so that the rename lasts
 * (POSIX rename; the order is that of "All File Systems Are Not Created Equal", Pillai et al., OSDI 2014).
 *
 * @param mode the permissions of the file, the owner's alone when not given
 * @throws the system's error; the file is then as it was
 */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode: number = PRIVATE_MODE): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.tmp`);
  // A leftover of a crash may be readable by others: it must not lend its permissions to what is written now.
  rmSync(temporary, { force: true });
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      fchmodSync(file, mode);
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushDirectory(directory);
}

/** Makes renames and removals in a directory last. Windows has no such call and does not need it. */
export function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
