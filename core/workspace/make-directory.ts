import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and what is missing above it, for its owner alone. Level by level: Node's own recursive mode never
 * returns where a file system answers ENOENT below a directory that exists, as /proc does.
 *
 * @throws the system's error when a level cannot be made, or a file stands in the way.
 */
export function makeDirectory(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !exists(parent)) makeDirectory(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!exists(path) || !statSync(path).isDirectory()) throw error;
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
