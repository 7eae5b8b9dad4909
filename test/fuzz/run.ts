/**
 * `npm run fuzz`: mutated packets and bodies against all listeners of a gateway in a process of its own.
 *
 *   npm run fuzz -- [--protocol mqtt|http|coap|sparkplug|payload|forward] [--seed 1] [--from 0] [--inputs 1000000]
 *
 * Prints a table and, as its last line, JSON. It fails when the process ends, throws or stands still for a second, when an answer that is owed does
 * not come, when something acknowledged is neither stored nor in quarantine, or when the ledger does not add up. Then it names the inputs
 * under way and writes their bytes to a file; RSS may not exceed 1 GiB either.
 */
import { fuzz } from './fuzz.ts';
import { readOptions, USAGE } from './options.ts';
import type { Options } from './options.ts';
import { tableOf } from './report.ts';

let options: Options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const { figures, failures, table } = await fuzz(options, (line) => console.error(line));
console.log(tableOf(table));
for (const sentence of failures) console.error(sentence);
console.log(JSON.stringify({ ...figures, failures }));
process.exit(failures.length === 0 ? 0 : 1);
