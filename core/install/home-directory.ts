import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, messageOf } from '../errors/holdfast-error.ts';
import { writeFileAtomically } from '../workspace/atomic-file.ts';
import { makeDirectory } from '../workspace/make-directory.ts';

/**
 * Makes the home directory when it is missing, for its owner alone, and tries whether a file can be written to it and
 * flushed.
 *
 * @throws ConfigError that says what is in the way.
 */
export function prepareDirectory(home: string): void {
  const probe = join(home, '.holdfast-write-test');
  try {
    makeDirectory(home);
    writeFileAtomically(probe, 'This file shows that the directory can be written. It can be removed.\n');
    rmSync(probe, { force: true });
  } catch (error) {
    throw new ConfigError('HOLDFAST_HOME', `The directory ${home} cannot be used for Holdfast's data: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOTDIR':
    case 'EEXIST':
      return 'it, or a part of its path, is a file. Set HOLDFAST_HOME to a directory.';
    case 'EACCES':
    case 'EPERM':
      return 'the user that runs Holdfast may not write there. Give it the right to, or set HOLDFAST_HOME to another directory.';
    case 'EROFS':
      return 'the disk is mounted read-only. Set HOLDFAST_HOME to a directory on a disk that can be written.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Free some space, or set HOLDFAST_HOME to a directory on another disk.';
    default:
      return `${messageOf(error)}. Set HOLDFAST_HOME to a directory that can be written.`;
  }
}
