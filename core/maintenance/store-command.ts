import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { sqlite } from '../sqlite/sqlite-module.ts';
import { StoreArguments, UsageError } from './store-arguments.ts';
import { backup, compact, deleteReadings, exportStore, importStore, restore, verify } from './store-tasks.ts';
import type { StoreTerminal } from './store-terminal.ts';

interface StoreCommand {
  options: ParseArgsOptionsConfig;
  /** False: it was done, and something is damaged. */
  run: (given: StoreArguments, terminal: StoreTerminal) => Promise<boolean | void> | void;
}

const TEXT = { type: 'string' } as const;
const LIST = { type: 'string', multiple: true } as const;

const COMMANDS = new Map<string, StoreCommand>([
  ['backup', { options: { directory: TEXT, to: TEXT }, run: backup }],
  ['restore', { options: { from: TEXT, to: TEXT }, run: restore }],
  ['verify', { options: { directory: TEXT }, run: verify }],
  ['compact', { options: { directory: TEXT, 'damaged-to': TEXT }, run: compact }],
  ['delete', { options: { directory: TEXT, device: TEXT, metric: TEXT, from: TEXT, to: TEXT }, run: deleteReadings }],
  ['export', { options: { directory: TEXT, device: LIST, metric: LIST, from: TEXT, to: TEXT, format: TEXT, output: TEXT }, run: exportStore }],
  ['import', { options: { directory: TEXT, input: TEXT }, run: importStore }],
]);

const usageOf = (program: string): string => `Usage: ${program} <command> [options]

  backup   --directory DIR --to NEW           copy all files of a backend that is stopped
  restore  --from BACKUP --to NEW             make the directory of a backend from a backup
  verify   --directory DIR                    read every byte, say what is not sound
  compact  --directory DIR [--damaged-to F]   make the store small; move damaged parts to a file
  delete   --directory DIR --device D [--metric M] [--from T] [--to T]   delete readings for good
  export   --directory DIR [--device D]… [--metric M]… [--from T] [--to T] [--format json-lines|csv] [--output FILE]
  import   --directory DIR [--input FILE]     store what was exported as JSON lines

Times are ISO 8601, such as 2026-03-01T00:00:00Z, or milliseconds since 1970; --to is not included.
Without --directory it is \${HOLDFAST_DATA}, or data in \${HOLDFAST_HOME}. Export writes to standard output, import reads standard input.`;

/**
 * Works on the files of a backend that is stopped; `verify` works beside a running one as well.
 *
 * @param args the command and its options, as a shell gives them.
 * @returns the exit code: 0 done, 1 something is damaged or cannot be done, 2 it was asked for wrongly. Why is noted on the terminal.
 */
export async function runStoreCommand(args: readonly string[], terminal: StoreTerminal): Promise<0 | 1 | 2> {
  const [name = '', ...rest] = args;
  const command = COMMANDS.get(name);
  if (!command) {
    terminal.note(usageOf(terminal.program));
    return 2;
  }
  try {
    // Asked for before anything is begun: on a Node.js that is too old, nothing is to be left behind.
    sqlite();
    const { values } = parseArgs({ args: rest, options: command.options, strict: true });
    return (await command.run(new StoreArguments(values, terminal.directory), terminal)) === false ? 1 : 0;
  } catch (error) {
    if (isUsageError(error)) {
      terminal.note(`${error.message}\n\n${usageOf(terminal.program)}`);
      return 2;
    }
    if (!isTold(error)) throw error;
    terminal.note(error.message);
    return 1;
  }
}

function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
}

/** The sentence of an error of ours, or of the system's about a file, says enough. Any other is a fault of ours, and keeps its trace. */
function isTold(error: unknown): error is Error {
  return error instanceof HoldfastError || (error instanceof Error && 'syscall' in error);
}
