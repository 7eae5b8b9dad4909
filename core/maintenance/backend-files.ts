import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MaintenanceError } from './maintenance-error.ts';
import { MANIFEST } from './manifest.ts';
import { isPlainName } from './plain-name.ts';

/** Holds nothing. */
const LOCK = 'lock.sqlite';

/**
 * The files of a backend that a backup holds, in the order in which their moments are taken: the inbox first, the store last.
 *
 * @throws MaintenanceError when there are none.
 */
export function backendFiles(directory: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(directory).filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() === true);
  } catch (error) {
    throw new MaintenanceError(`The directory ${directory} cannot be read. Give the directory of a backend, the one with store.sqlite.`, { cause: error });
  }
  const names = entries.filter((name) => isPlainName(name) && (isDatabase(name) || name.endsWith('.json')) && name !== LOCK && name !== MANIFEST);
  if (!names.some(isDatabase)) throw new MaintenanceError(`There is no backend in ${directory}. Give the directory of a backend, the one with store.sqlite.`);
  return names.toSorted((a, b) => inOrder(a) - inOrder(b) || (a < b ? -1 : 1));
}

function inOrder(name: string): number {
  if (name === 'inbox.sqlite') return 0;
  if (name === 'state.sqlite') return 1;
  return name === 'store.sqlite' ? 3 : 2;
}

export function isDatabase(name: string): boolean {
  return name.endsWith('.sqlite');
}
