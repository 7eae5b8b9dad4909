/**
 * `npm run faults -- --protocol mqtt --seed 1 --messages 100000 --kills 20 --stops 5`
 *
 * Devices in processes of their own send running numbers as fast as they are acknowledged, half of them with a time, half without, while
 * at moments drawn from the seed Holdfast is killed (SIGKILL) and stalled (SIGSTOP), its disk runs full, its fsync fails and
 * connections break on the way. Then every number that was acknowledged is looked for in the store, and the sums of the ledger are
 * checked. The last line is JSON; the exit code is 1 when anything is missing or stored twice, or a sum does not add up.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './compare.ts';
import { injectFaults, until } from './faults.ts';
import type { Progress } from './faults.ts';
import { FORWARD_USAGE, isForwardRun } from './forward/options.ts';
import { runForward } from './forward/run.ts';
import { canFailFsync } from './fsync.ts';
import { LedgerWatch } from './ledger.ts';
import { readOptions, USAGE } from './options.ts';
import type { Options } from './options.ts';
import { planFaults } from './plan.ts';
import { Publishers } from './publishers.ts';
import { failuresOf, figuresOf, tableOf } from './report.ts';
import type { Run } from './report.ts';
import { devicesFor } from './rows.ts';
import { System } from './system.ts';

async function run(options: Options, system: System): Promise<Run> {
  const notDone: string[] = [];
  const possible = { ...options };
  if (options.fullDisks > 0 && !system.disk) {
    possible.fullDisks = 0;
    notDone.push('a full disk: a small disk cannot be mounted here');
  }
  if (options.failingFsyncs > 0 && !canFailFsync) {
    possible.failingFsyncs = 0;
    notDone.push('a failing fsync: strace is not installed');
  }
  const plan = planFaults(possible);
  const devices = devicesFor(options.messages);
  const order = { protocol: options.protocol, port: system.port, devices: await system.letIn(devices), rate: options.rate };
  const ledgerWatch = new LedgerWatch(() => system.holdfast);
  const publishers = new Publishers(order);
  try {
    const began = performance.now();
    // Behind a broker an acknowledgement says nothing of Holdfast.
    const now = options.protocol === 'subscriber' ? (): number => Math.min(publishers.acknowledged, system.stored()) : (): number => publishers.acknowledged;
    const progress: Progress = { total: options.messages, now };
    const { recoveries, disturbed } = await injectFaults(system, plan, progress);
    await until(progress, () => progress.now() >= progress.total);
    const seconds = (performance.now() - began) / 1_000;
    await publishers.ended();
    const quarantined = await system.settled();
    const total = await ledgerWatch.end().catch(() => undefined);
    await system.stop();
    const { acknowledged } = publishers;
    const { largestDifference, readings } = ledgerWatch;
    return { options, plan, notDone, acknowledged, seconds, disturbed: disturbed / 1_000, recoveries, quarantined, comparison: compare(system.data, devices), ledger: total && { total, largestDifference, readings } };
  } finally {
    publishers.kill();
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (isForwardRun(args)) return runForward(args);
  const options = readOptions();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
  const removed = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removed);
  try {
    const system = await System.start(options, directory);
    let result: Run;
    try {
      result = await run(options, system);
    } finally {
      await system.close();
    }
    const figures = figuresOf(result);
    const failures = failuresOf(result);
    console.log(tableOf(figures));
    for (const failure of failures) console.log(failure);
    console.log(JSON.stringify({ ...figures, failures }));
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    removed();
  }
}

// What was started and mounted is taken away in handlers of "exit", which a signal alone would not call.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  console.error(FORWARD_USAGE);
  process.exitCode = 1;
}
