import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');

export interface SourceFile {
  /** Path from the root, with slashes. */
  name: string;
  text: string;
}

/** The files beneath folders of the repository, whose names end as given. */
export function sourceFiles(folders: readonly string[], ending: string): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.posix.join(folder, file))
      .filter((name) => name.endsWith(ending) && !name.includes('node_modules/'))
      .toSorted()
      .map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') })),
  );
}
