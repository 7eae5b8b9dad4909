import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lockDirectory } from '../backend/directory-lock.ts';
import { StorageError } from '../sqlite/storage-error.ts';
import { openStore } from '../store/index.ts';
import type { SqliteStore } from '../store/index.ts';
import { readDeletion } from '../store/read-deletion.ts';
import { backupDirectory } from './backup.ts';
import { compactStore } from './compact.ts';
import { exportReadings } from './export.ts';
import { importReadings } from './import.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { MANIFEST } from './manifest.ts';
import { restoreBackup } from './restore.ts';
import { UsageError } from './store-arguments.ts';
import type { StoreArguments } from './store-arguments.ts';
import type { StoreTerminal } from './store-terminal.ts';
import { verdictText } from './verdict-text.ts';
import { verifyDirectory } from './verify.ts';

export async function backup(given: StoreArguments, { say, clock }: StoreTerminal): Promise<void> {
  const [directory, to] = [given.directory, given.requiredPath('to')];
  const lock = lockOf(directory, 'Stop it, or ask it for a backup: POST /holdfast-backend/<id of the backend node>/backup.');
  try {
    const { files } = await backupDirectory({ directory, to, clock });
    say(`${files.length} files, ${mebibytes(files.reduce((sum, { bytes }) => sum + bytes, 0))} MiB, are in ${to}.`);
  } finally {
    lock.close();
  }
}

export async function restore(given: StoreArguments, { say }: StoreTerminal): Promise<void> {
  const [from, to] = [given.requiredPath('from'), given.requiredPath('to')];
  const { taken, files } = await restoreBackup(from, to);
  say(`${files.length} files of ${new Date(taken).toISOString()} are in ${to}.`);
}

/** @returns whether everything is sound. */
export async function verify(given: StoreArguments, { say }: StoreTerminal): Promise<boolean> {
  const { directory } = given;
  let sound = true;
  const lock = lockWhereFree(directory);
  try {
    for await (const verdict of verifyDirectory(directory, lock !== undefined)) {
      sound &&= verdict.findings.length === 0;
      say(verdictText(verdict));
    }
  } finally {
    lock?.close();
  }
  say(sound ? 'Everything is sound.' : 'There is damage. What is not named above is sound.');
  return sound;
}

export function compact(given: StoreArguments, { say, clock }: StoreTerminal): void {
  const { directory } = given;
  const lock = lockOf(directory, 'Stop it first.');
  try {
    const damagedTo = given.path('damaged-to');
    const done = compactStore({ directory, clock, problem: ({ message }) => say(message), ...(damagedTo !== undefined && { damagedTo }) });
    say(`${mebibytes(done.bytesBefore)} MiB are ${mebibytes(done.bytesAfter)} MiB now; ${done.chunksRewritten} chunks were written as ${done.chunksWritten}.`);
    if (done.movedOut > 0) say(`${done.movedOut} damaged parts, of ${done.readingsMovedOut} readings, are in ${damagedTo}.`);
  } finally {
    lock.close();
  }
}

export async function deleteReadings(given: StoreArguments, { say }: StoreTerminal): Promise<void> {
  const deletion = readDeletion(given.texts('device', 'metric', 'from', 'to'));
  const store = storeOf(given.directory);
  try {
    say(`${await store.delete(deletion)} readings of ${deletion.device} are deleted. Backups that were made before still hold them.`);
  } finally {
    store.close();
  }
}

export async function exportStore(given: StoreArguments, { write, note }: StoreTerminal): Promise<void> {
  const format = given.text('format') ?? 'json-lines';
  if (format !== 'json-lines' && format !== 'csv') throw new UsageError(`--format is "${format}". Give json-lines or csv.`);
  const [devices, metrics, from, to, output] = [given.list('device'), given.list('metric'), given.time('from'), given.time('to'), given.path('output')];
  const store = storeOf(given.directory);
  let readings = 0;
  try {
    const selection = { ...(devices && { devices }), ...(metrics && { metrics }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const parts = exportReadings(store, selection, format, (told) => (readings = told));
    if (output === undefined) for await (const part of parts) await write(part);
    else await pipeline(parts, createWriteStream(output, { flags: 'wx', mode: 0o600, flush: true }));
  } finally {
    store.close();
  }
  note(`${readings.toLocaleString('en-US')} readings.`);
}

export async function importStore(given: StoreArguments, { say, input }: StoreTerminal): Promise<void> {
  const file = given.path('input');
  const store = openStore(given.directory);
  try {
    const { lines, stored, duplicates, corrected } = await importReadings(store, file === undefined ? input() : createReadStream(file, 'utf8'));
    say(`${lines.toLocaleString('en-US')} lines: ${stored.toLocaleString('en-US')} stored, ${duplicates.toLocaleString('en-US')} duplicates, ${corrected.toLocaleString('en-US')} corrected.`);
    store.seal();
  } finally {
    store.close();
  }
}

function lockOf(directory: string, cure: string): { close(): void } {
  try {
    return lockDirectory(existing(directory));
  } catch (error) {
    if (error instanceof StorageError && error.failure === 'IN_USE') throw new MaintenanceError(`The directory ${directory} is in use by a Node-RED that runs. ${cure}`, { cause: error });
    throw error;
  }
}

/** Undefined where somebody has it, and for a backup, into which nothing is to be written. */
function lockWhereFree(directory: string): { close(): void } | undefined {
  if (existsSync(join(directory, MANIFEST))) return undefined;
  try {
    return lockDirectory(existing(directory));
  } catch (error) {
    if (error instanceof StorageError && error.failure === 'IN_USE') return undefined;
    throw error;
  }
}

/** @throws MaintenanceError where there is no such directory: a mistyped one is not to be made. */
function existing(directory: string): string {
  if (!existsSync(directory)) throw new MaintenanceError(`There is no directory ${directory}. Give the directory of a backend with --directory.`);
  return directory;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

/** The store that is there. @throws MaintenanceError where there is none. */
function storeOf(directory: string): SqliteStore {
  if (!existsSync(join(existing(directory), 'store.sqlite'))) throw new MaintenanceError(`There is no store.sqlite in ${directory}. Give the directory of a backend with an embedded store.`);
  return openStore(directory);
}
