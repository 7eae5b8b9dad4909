/**
 * `npm run bench:pipeline`: the same load through ours, the peers and the floor, one after the other.
 *
 *   npm run bench:pipeline -- [--only name,name] [--seconds n] [--messages n] [--window n] [--directory path]
 *
 * See bench/README.md for what is measured and what is not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, positive } from '../options.ts';
import { render, summarize } from './report.ts';
import { floor } from './systems/floor.ts';
import { oursBatch, oursCoap, oursHttp, oursSingle, oursSubscriber } from './systems/ours.ts';
import { mosquittoVersion } from './systems/mosquitto.ts';
import { peerBatch, peerDefault, peerWal } from './systems/peer.ts';
import type { System } from './systems/system.ts';
import { runTrial, type Figures, type TrialOptions } from './trial.ts';

const SYSTEMS: readonly System[] = [oursBatch, oursSingle, oursHttp, oursCoap, oursSubscriber, floor, peerBatch, peerWal, peerDefault];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    messages: { type: 'string', default: 'Infinity' },
    window: { type: 'string', default: '200' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const names = chosen(options.only, SYSTEMS.map(({ name }) => name));
const systems = SYSTEMS.filter(({ name }) => names.includes(name));
const trial: TrialOptions = {
  seconds: positive('seconds', options.seconds),
  messages: positive('messages', options.messages),
  window: positive('window', options.window),
};

process.stdout.write(
  `Node ${process.version}, Mosquitto ${mosquittoVersion()}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, data in ${options.directory}\n`,
);
const root = mkdtempSync(join(options.directory, 'holdfast-bench-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const figures: Figures[] = [];
for (const system of systems) {
  process.stdout.write(`${system.name}: ${system.title} ...\n`);
  const directory = join(root, system.name);
  try {
    figures.push(await runTrial(system, directory, trial));
  } catch (error) {
    // The others are still worth having, above all where only the peers cannot be installed.
    process.stderr.write(`${system.name} was not measured. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(`\n${render(figures)}\n\n${JSON.stringify(summarize(figures))}\n`);
