import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../errors/holdfast-error.ts';
import { sqlite } from '../sqlite/sqlite-module.ts';
import { backendFiles, isDatabase } from './backend-files.ts';
import { MANIFEST } from './manifest.ts';
import { checkBackup } from './restore.ts';
import { verifyStore } from './verify-store.ts';
import type { StoreFinding, StoreTally } from './verify-store.ts';

/** What is to be told of one file. */
export interface FileVerdict {
  name: string;
  /** SQLite's user_version; undefined when the file cannot be opened. */
  layout: number | undefined;
  /** What is not sound, the first thousand; none: the file is. */
  findings: StoreFinding[];
  /** How many more there are. */
  moreFindings: number;
  /** Of the store: what was read. */
  tally?: StoreTally;
}

const MOST_FINDINGS = 1_000;

/**
 * Reads all files of a backend, or of a backup of one, to the last byte, and changes nothing. Beside a running backend it sees
 * each file as it was when it came to it.
 *
 * @param alone nobody else has the directory open, so that a file that was closed cleanly can be read without a trace.
 * @throws MaintenanceError when it is the directory of no backend.
 */
export async function* verifyDirectory(directory: string, alone: boolean): AsyncGenerator<FileVerdict> {
  const isBackup = existsSync(join(directory, MANIFEST));
  const changed = new Map((isBackup ? await checkBackup(directory) : []).map(({ name, problem }) => [name, problem]));
  for (const name of backendFiles(directory).filter(isDatabase)) {
    const verdict: FileVerdict = { name, layout: undefined, findings: [], moreFindings: 0 };
    const tell = (finding: StoreFinding): void => {
      if (verdict.findings.length < MOST_FINDINGS) verdict.findings.push(finding);
      else verdict.moreFindings += 1;
    };
    const other = changed.get(name);
    if (other !== undefined) tell({ problem: other });
    changed.delete(name);
    try {
      verifyFile(join(directory, name), isBackup || alone, verdict, tell);
    } catch (error) {
      tell({ problem: `The file cannot be read: ${messageOf(error)}.` });
    }
    yield verdict;
  }
  for (const [name, problem] of changed) yield { name, layout: undefined, findings: [{ problem }], moreFindings: 0 };
}

function verifyFile(path: string, alone: boolean, verdict: FileVerdict, tell: (finding: StoreFinding) => void): void {
  const database = openToRead(path, alone);
  try {
    database.exec('BEGIN');
    verdict.layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    for (const row of database.prepare('PRAGMA integrity_check').iterate()) {
      const said = String(row['integrity_check']);
      if (said !== 'ok') tell({ problem: `SQLite says: ${said}.` });
    }
    if (!path.endsWith('store.sqlite')) return;
    verdict.tally = { chunks: 0, readings: 0, logRows: 0, rollups: 0, superseded: 0 };
    for (const finding of verifyStore(database, verdict.layout, verdict.tally)) tell(finding);
  } finally {
    database.close();
  }
}

/** A file that was closed cleanly is read as one that nobody writes: SQLite would leave files of its own beside it otherwise. */
function openToRead(path: string, alone: boolean): DatabaseSync {
  const { DatabaseSync } = sqlite();
  const url = pathToFileURL(path);
  if (alone && (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) url.search = '?immutable=1';
  return new DatabaseSync(url, { readOnly: true, timeout: 2_000 });
}
