/** One phase of one system in a process of its own: `child.ts <phase> <system> <directory> <options as JSON>`. It sends what it found, or `{ problem }`. */
import { fillLog, makeFile, openFile } from './open-trial.ts';
import { SYSTEMS } from './systems/index.ts';
import { ask, load, real } from './trial.ts';
import type { TrialOptions } from './trial.ts';

type Options = TrialOptions & { openReadings: number };

const [phase = '', name = '', directory = '', text = '{}'] = process.argv.slice(2);
const options = JSON.parse(text) as Options;

async function run(): Promise<unknown> {
  const system = SYSTEMS.find((each) => each.name === name);
  if (!system) throw new Error(`There is no system "${name}".`);
  switch (phase) {
    case 'load': return load(system, directory, options);
    case 'ask': return ask(system, directory, options);
    case 'real': return real(system, directory, options);
    case 'make': return makeFile(directory, options.openReadings);
    case 'fill': return fillLog(directory, options.openReadings);
    case 'open': return openFile(directory, options.openReadings);
    default: throw new Error(`There is no phase "${phase}".`);
  }
}

run().then((result) => ({ result }), (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) })).then((message) => {
  process.send?.(message);
  // Whoever is to be killed waits for it.
  if (phase !== 'fill') process.disconnect?.();
}).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
