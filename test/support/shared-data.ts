import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The repository's root: this file is in test/support. */
const repository = join(import.meta.dirname, '..', '..');

/**
 * The path of a file of the public data sets that lie beside the repository (`../shared/data`, or where
 * HOLDFAST_SHARED_DATA points), or undefined when it is not there.
 */
export function sharedData(relative: string): string | undefined {
  const path = join(process.env['HOLDFAST_SHARED_DATA'] ?? join(repository, '..', 'shared', 'data'), relative);
  return existsSync(path) ? path : undefined;
}
