/**
 * `npm run bench:store`: the same readings into and out of the embedded store and its peers, one after the other.
 *
 *   npm run bench:store -- [--only name,name] [--devices n] [--rows n] [--seconds n] [--long-readings n] [--open-readings n] [--directory path]
 *
 * See bench/README.md for what is measured and what is not.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, positive } from '../options.ts';
import type { OpenFigures } from './open-trial.ts';
import { inChild, killedChild } from './phase.ts';
import { goals, render, summarize } from './report.ts';
import type { Figures, Results } from './report.ts';
import { SYSTEMS } from './systems/index.ts';
import type { Server, System } from './systems/system.ts';
import type { AskFigures, LoadFigures, RealFigures } from './trial.ts';

const OPEN = 'open';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    devices: { type: 'string', default: '10000' },
    rows: { type: 'string', default: '5120000' },
    seconds: { type: 'string', default: '8' },
    'long-readings': { type: 'string', default: '10000000' },
    'open-readings': { type: 'string', default: '100000000' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const names = chosen(given.only, [...SYSTEMS.map(({ name }) => name), OPEN]);
const options = {
  devices: Math.ceil(positive('devices', given.devices)),
  rows: positive('rows', given.rows),
  seconds: positive('seconds', given.seconds),
  longReadings: positive('long-readings', given['long-readings']),
  openReadings: positive('open-readings', given['open-readings']),
};

process.stdout.write(`Node ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, data in ${given.directory}\n`);
const root = mkdtempSync(join(given.directory, 'holdfast-bench-'));
// PostgreSQL runs as another user and has to reach its own folder.
chmodSync(root, 0o755);
process.on('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** A folder for `work`, gone with it. */
async function within<Result>(name: string, work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = join(root, name);
  mkdirSync(directory, { recursive: true });
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** With the system's server, when it has one, started and stopped. */
async function withServer<Result>(system: System, directory: string, work: (server: Server | undefined) => Promise<Result>): Promise<Result> {
  const server = await system.start?.(directory);
  try {
    return await work(server);
  } finally {
    await server?.stop();
  }
}

async function measure(system: System): Promise<Figures> {
  const { name, title } = system;
  const inFolder = <Result>(folder: string, work: (phase: <Found>(phase: string) => Promise<Found>) => Promise<Result>): Promise<Result> => within(folder, (directory) =>
    withServer(system, directory, (server) => work((phase) => inChild(phase, name, directory, { ...options, address: server?.address }))));
  const { load, ask } = await inFolder(name, async (phase) => ({ load: await phase<LoadFigures>('load'), ask: system.writesOnly ? undefined : await phase<AskFigures>('ask') }));
  const real = system.writesOnly ? undefined : await inFolder(`${name}-real`, (phase) => phase<RealFigures | undefined>('real'));
  return { name, title, load, ask, real };
}

/** The embedded store, after a kill -9. */
function measureOpening(): Promise<OpenFigures> {
  return within(OPEN, async (directory) => {
    await inChild('make', 'ours', directory, options);
    await killedChild('fill', 'ours', directory, options);
    return inChild<OpenFigures>('open', 'ours', directory, options);
  });
}

async function attempt<Found>(name: string, what: string, work: () => Promise<Found>): Promise<Found | undefined> {
  const began = performance.now();
  process.stdout.write(`${name}: ${what} ... `);
  try {
    const found = await work();
    process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(0)} s\n`);
    return found;
  } catch (error) {
    // The others are still worth having, above all where only a peer cannot be installed.
    process.stderr.write(`\n${name} was not measured. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

const results: Results = { systems: [], opening: undefined };
for (const system of SYSTEMS.filter(({ name }) => names.includes(name))) {
  const figures = await attempt(system.name, system.title, () => measure(system));
  if (figures) results.systems.push(figures);
}
if (names.includes(OPEN)) results.opening = await attempt(OPEN, `the embedded store with ${options.openReadings / 1e6} M readings, after a kill -9`, measureOpening);
const verdicts = goals(results);
process.stdout.write(`\n${render(results, verdicts)}\n\n${JSON.stringify(summarize(results, verdicts))}\n`);
