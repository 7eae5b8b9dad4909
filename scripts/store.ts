import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { lockDirectory } from '../core/backend/directory-lock.ts';
import { systemClock } from '../core/clock/clock.ts';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { backupDirectory } from '../core/maintenance/backup.ts';
import { compactStore } from '../core/maintenance/compact.ts';
import { exportReadings } from '../core/maintenance/export.ts';
import { importReadings } from '../core/maintenance/import.ts';
import { MaintenanceError } from '../core/maintenance/maintenance-error.ts';
import { MANIFEST } from '../core/maintenance/manifest.ts';
import { restoreBackup } from '../core/maintenance/restore.ts';
import { verifyDirectory } from '../core/maintenance/verify.ts';
import type { FileVerdict } from '../core/maintenance/verify.ts';
import { StorageError } from '../core/sqlite/storage-error.ts';
import { openStore } from '../core/store/index.ts';

/**
 * `npm run store -- <command>`: work on the files of a backend that is stopped; `verify` works beside a running one as well. Ends with
 * exit code 1 when something is damaged or cannot be done.
 */
const USAGE = `Usage: npm run store -- <command> [options]

  backup   --directory DIR --to NEW           copy all files of a backend that is stopped
  restore  --from BACKUP --to NEW             make the directory of a backend from a backup
  verify   --directory DIR                    read every byte, say what is not sound
  compact  --directory DIR [--damaged-to F]   make the store small; move damaged parts to a file
  export   --directory DIR [--device D]… [--metric M]… [--from T] [--to T] [--format json-lines|csv] [--output FILE]
  import   --directory DIR [--input FILE]     store what was exported as JSON lines

Times are ISO 8601, such as 2026-03-01T00:00:00Z, or milliseconds since 1970; --to is not included.
Without --directory it is \${HOLDFAST_DATA}, or data in \${HOLDFAST_HOME}. Export writes to standard output, import reads standard input.
`;

const TEXT = { type: 'string' } as const;
const LIST = { type: 'string', multiple: true } as const;

const COMMANDS: Record<string, { options: ParseArgsOptionsConfig; run: (given: Given) => Promise<void> | void }> = {
  backup: { options: { directory: TEXT, to: TEXT }, run: backup },
  restore: { options: { from: TEXT, to: TEXT }, run: restore },
  verify: { options: { directory: TEXT }, run: verify },
  compact: { options: { directory: TEXT, 'damaged-to': TEXT }, run: compact },
  export: { options: { directory: TEXT, device: LIST, metric: LIST, from: TEXT, to: TEXT, format: TEXT, output: TEXT }, run: exportStore },
  import: { options: { directory: TEXT, input: TEXT }, run: importStore },
};

/** What was given behind a command. */
class Given {
  readonly #values: Record<string, unknown>;

  constructor(values: Record<string, unknown>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw new MaintenanceError(`--${name} is missing.\n\n${USAGE}`);
    return resolve(text);
  }

  list(name: string): string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /** Milliseconds since the epoch. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
    if (Number.isNaN(time)) throw new MaintenanceError(`--${name} is "${text}". Give a time such as 2026-03-01T00:00:00Z, or milliseconds since 1970.`);
    return time;
  }

  get directory(): string {
    const { HOLDFAST_DATA: data, HOLDFAST_HOME: home } = process.env;
    return resolve(this.text('directory') ?? (data === undefined || data === '' ? join(home === undefined || home === '' ? join(import.meta.dirname, '..', '.holdfast') : home, 'data') : data));
  }
}

async function backup(given: Given): Promise<void> {
  const [directory, to] = [given.directory, given.required('to')];
  const lock = lockOf(directory, 'Stop it, or ask it for a backup: POST /holdfast-backend/<id of the backend node>/backup.');
  try {
    const { files } = await backupDirectory({ directory, to, clock: systemClock });
    say(`${files.length} files, ${mebibytes(files.reduce((sum, { bytes }) => sum + bytes, 0))} MiB, are in ${to}.`);
  } finally {
    lock.close();
  }
}

async function restore(given: Given): Promise<void> {
  const [from, to] = [given.required('from'), given.required('to')];
  const { taken, files } = await restoreBackup(from, to);
  say(`${files.length} files of ${new Date(taken).toISOString()} are in ${to}.`);
}

async function verify(given: Given): Promise<void> {
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
  if (!sound) process.exitCode = 1;
}

function verdictText({ name, layout, findings, moreFindings, tally }: FileVerdict): string {
  const read = tally ? `, ${tally.readings.toLocaleString('en-US')} readings in ${tally.chunks.toLocaleString('en-US')} chunks, ${tally.logRows} commits in the log, ${tally.rollups.toLocaleString('en-US')} rollups, ${tally.superseded.toLocaleString('en-US')} superseded` : '';
  const head = `${findings.length === 0 ? 'sound  ' : 'DAMAGED'} ${name}${layout === undefined ? '' : ` (layout ${layout}${read})`}`;
  const lines = findings.map(({ problem, device, metric, from, to, readings }) => {
    const of = device === undefined ? '' : `"${metric}" of "${device}"`;
    const when = from === undefined || to === undefined ? '' : ` from ${timeText(from)} to ${timeText(to)}`;
    const many = readings === undefined ? '' : `, ${readings} readings`;
    return `        ${of}${when}${of === '' && when === '' ? many.replace(', ', '') : many}${of === '' && when === '' && many === '' ? '' : ': '}${problem}`;
  });
  if (moreFindings > 0) lines.push(`        and ${moreFindings} more.`);
  return [head, ...lines].join('\n');
}

function compact(given: Given): void {
  const { directory } = given;
  const lock = lockOf(directory, 'Stop it first.');
  try {
    const damagedTo = given.text('damaged-to');
    const done = compactStore({ directory, clock: systemClock, problem: ({ message }) => say(message), ...(damagedTo !== undefined && { damagedTo: resolve(damagedTo) }) });
    say(`${mebibytes(done.bytesBefore)} MiB are ${mebibytes(done.bytesAfter)} MiB now; ${done.chunksRewritten} chunks were written as ${done.chunksWritten}.`);
    if (done.movedOut > 0) say(`${done.movedOut} damaged parts, of ${done.readingsMovedOut} readings, are in ${damagedTo}.`);
  } finally {
    lock.close();
  }
}

async function exportStore(given: Given): Promise<void> {
  const format = given.text('format') ?? 'json-lines';
  if (format !== 'json-lines' && format !== 'csv') throw new MaintenanceError(`--format is "${format}". Give json-lines or csv.`);
  const [devices, metrics, from, to, output] = [given.list('device'), given.list('metric'), given.time('from'), given.time('to'), given.text('output')];
  const { directory } = given;
  if (!existsSync(join(existing(directory), 'store.sqlite'))) throw new MaintenanceError(`There is no store.sqlite in ${directory}. Give the directory of a backend with an embedded store.`);
  const store = openStore(directory);
  let readings = 0;
  try {
    const selection = { ...(devices && { devices }), ...(metrics && { metrics }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const parts = exportReadings(store, selection, format, (told) => (readings = told));
    if (output === undefined) for await (const part of parts) await toStandardOutput(part);
    else await pipeline(parts, createWriteStream(resolve(output), { flags: 'wx', mode: 0o600, flush: true }));
  } finally {
    store.close();
  }
  process.stderr.write(`${readings.toLocaleString('en-US')} readings.\n`);
}

async function importStore(given: Given): Promise<void> {
  const input = given.text('input');
  const store = openStore(given.directory);
  try {
    const stream = input === undefined ? process.stdin : createReadStream(resolve(input));
    const { lines, stored, duplicates, corrected } = await importReadings(store, stream.setEncoding('utf8') as AsyncIterable<string>);
    say(`${lines.toLocaleString('en-US')} lines: ${stored.toLocaleString('en-US')} stored, ${duplicates.toLocaleString('en-US')} duplicates, ${corrected.toLocaleString('en-US')} corrected.`);
    store.seal();
  } finally {
    store.close();
  }
}

/** A write that waits until whoever reads has taken it. */
function toStandardOutput(text: string): Promise<void> {
  return new Promise((resolved, rejected) => process.stdout.write(text, (error) => (error ? rejected(error) : resolved())));
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

function timeText(ts: number): string {
  return new Date(ts).toISOString();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  const [name = '', ...rest] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  } else {
    await command.run(new Given(parseArgs({ args: rest, options: command.options, strict: true }).values));
  }
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof HoldfastError) && !usage) throw error;
  process.stderr.write(`${error.message}\n${usage ? `\n${USAGE}` : ''}`);
  process.exitCode = usage ? 2 : 1;
}
