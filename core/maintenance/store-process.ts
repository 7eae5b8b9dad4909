import { resolve } from 'node:path';
import { systemClock } from '../clock/clock.ts';
import { runStoreCommand } from './store-command.ts';

/**
 * Does what the arguments of this process say, on its standard input and output, and sets its exit code.
 *
 * @param program how the command is spelled, for its usage.
 * @param usualHome what HOLDFAST_HOME is where the environment has none.
 */
export async function runStoreProcess(program: string, usualHome?: string): Promise<void> {
  // Whoever writes is told of it as well, and ends; as an event alone it would end in a trace.
  process.stdout.on('error', () => undefined);
  process.exitCode = await runStoreCommand(process.argv.slice(2), {
    program,
    directory: usualDirectory(usualHome),
    clock: systemClock,
    input: () => process.stdin.setEncoding('utf8'),
    say: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    write: (text) => new Promise((written, failed) => process.stdout.write(text, (error) => (error ? failed(error) : written()))),
  });
}

/** An empty variable counts as unset. */
function usualDirectory(usualHome: string | undefined): string | undefined {
  const data = process.env['HOLDFAST_DATA'] || undefined;
  const home = process.env['HOLDFAST_HOME'] || usualHome;
  if (data !== undefined) return resolve(data);
  return home === undefined ? undefined : resolve(home, 'data');
}
