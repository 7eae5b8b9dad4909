import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * A value that changes when a file under one of the paths changes, comes or goes. It looks at names, sizes and times of
 * change, not at contents, so that it costs milliseconds; paths that do not exist count as empty.
 */
export async function fingerprint(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of paths) {
    for (const file of await filesOf(path.join(root, source))) {
      const { mtimeMs, size } = await stat(file);
      hash.update(`${path.relative(root, file)}\0${mtimeMs}\0${size}\n`);
    }
  }
  return hash.digest('hex');
}

async function filesOf(source: string): Promise<string[]> {
  const found = await stat(source).catch(() => undefined);
  if (!found) return [];
  if (!found.isDirectory()) return [source];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}
