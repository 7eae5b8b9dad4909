import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors/holdfast-error.ts';
import type { FileDigest } from './file-digest.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { isPlainName } from './plain-name.ts';

/** One file of a backup. */
export interface BackupFile extends FileDigest {
  name: string;
  /** Its layout, as SQLite's user_version; absent for a file that is no database. */
  layout?: number;
}

/** What stands in `manifest.json` of a backup. */
export interface BackupManifest {
  format: 1;
  /** The moment of which the backup is, milliseconds since the epoch. */
  taken: number;
  files: BackupFile[];
}

export const MANIFEST = 'manifest.json';
const LONGEST_MANIFEST = 1 << 20;

/** @throws MaintenanceError when there is none, or it cannot be one. */
export function readManifest(directory: string): BackupManifest {
  let content: unknown;
  try {
    const text = readFileSync(join(directory, MANIFEST), 'utf8');
    if (text.length > LONGEST_MANIFEST) throw new Error('it is too long');
    content = JSON.parse(text);
  } catch (error) {
    throw new MaintenanceError(`${directory} is no whole backup: its ${MANIFEST} cannot be read (${messageOf(error)}). Choose the directory of a backup; one that was not finished has none.`, { cause: error });
  }
  if (!isManifest(content)) throw new MaintenanceError(`The ${MANIFEST} in ${directory} is not that of a backup, or of a newer Holdfast. Choose another backup, or update @holdfast/node-red.`);
  return content;
}

function isManifest(content: unknown): content is BackupManifest {
  if (typeof content !== 'object' || content === null) return false;
  const { format, taken, files } = content as Partial<BackupManifest>;
  return format === 1 && typeof taken === 'number' && Array.isArray(files) && files.every(isFile);
}

function isFile(file: unknown): file is BackupFile {
  if (typeof file !== 'object' || file === null) return false;
  const { name, bytes, sha256, layout } = file as Partial<BackupFile>;
  return isPlainName(name) && name !== MANIFEST && typeof bytes === 'number' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) && (layout === undefined || typeof layout === 'number');
}
