/**
 * `npm run faults -- --protocol forward --seed 1 --cuts 50 --kills 10`
 *
 * Devices in processes of their own send running numbers to a Holdfast at the edge, which forwards them to another one, the centre, while at
 * moments drawn from the seed the link between the two is cut and restored, and each of the two is killed (SIGKILL). Then every number that the
 * edge has acknowledged is looked for in the store of the centre, the order of arrival is checked, and both ledgers are added up. The last line
 * is JSON; the exit code is 1 when anything is missing, stored twice or out of order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../compare.ts';
import type { Comparison } from '../compare.ts';
import { until } from '../faults.ts';
import type { Progress } from '../faults.ts';
import { LedgerWatch } from '../ledger.ts';
import type { LedgerTotal } from '../ledger.ts';
import { Publishers } from '../publishers.ts';
import { tableOf } from '../report.ts';
import { devicesFor } from '../rows.ts';
import { outOfOrder } from './arrivals.ts';
import { readForwardOptions } from './options.ts';
import type { ForwardOptions } from './options.ts';
import { Pair } from './pair.ts';
import { planLinkFaults } from './plan.ts';
import type { LinkFault } from './plan.ts';

interface Result {
  acknowledged: number;
  seconds: number;
  comparison: Comparison;
  outOfOrder: number;
  quarantined: number;
  cuts: number;
  connectionsCut: number;
  kills: { edge: number; centre: number };
  ledgers: { edge: LedgerTotal; centre: LedgerTotal };
  largestLedgerDifference: number;
}

/** Runs with these arguments, prints the figures, and sets the exit code. */
export async function runForward(args: readonly string[]): Promise<void> {
  const options = readForwardOptions(args);
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
  const removed = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removed);
  const devices = devicesFor(options.messages);
  const pair = await Pair.start(options, directory, devices);
  let result: Result;
  try {
    result = await disturb(options, pair, devices);
  } finally {
    await pair.close();
  }
  const failures = failuresOf(options, result);
  const figures = figuresOf(options, result);
  console.log(tableOf(figures));
  for (const failure of failures) console.log(failure);
  console.log(JSON.stringify({ ...figures, failures }));
  if (failures.length > 0) process.exitCode = 1;
}

async function disturb(options: ForwardOptions, pair: Pair, devices: ReturnType<typeof devicesFor>): Promise<Result> {
  const order = { protocol: 'mqtt' as const, port: pair.port, devices: await pair.letIn(devices), rate: options.rate };
  const watches = { edge: new LedgerWatch(() => pair.edge), centre: new LedgerWatch(() => pair.centre) };
  const publishers = new Publishers(order);
  const counts = { cuts: 0, connectionsCut: 0, kills: { edge: 0, centre: 0 } };
  try {
    const began = performance.now();
    // Looking is not free: what is stored is asked for now and then.
    let stored = 0;
    let lookedAt = 0;
    const now = (): number => {
      if (performance.now() - lookedAt > 50) {
        stored = pair.stored();
        lookedAt = performance.now();
      }
      return Math.min(publishers.acknowledged, stored);
    };
    const progress: Progress = { total: options.messages, now };
    for (const fault of planLinkFaults(options)) {
      await until(progress, () => now() >= fault.at * options.messages);
      await inject(pair, fault, counts);
    }
    await until(progress, () => now() >= options.messages);
    const seconds = (performance.now() - began) / 1_000;
    await publishers.ended();
    const quarantined = await pair.settled();
    const ledgers = { edge: await watches.edge.end(), centre: await watches.centre.end() };
    await pair.stop();
    const largest = [watches.edge, watches.centre].map(({ largestDifference }) => Math.abs(largestDifference));
    return {
      ...counts, acknowledged: publishers.acknowledged, seconds, quarantined, ledgers, largestLedgerDifference: Math.max(...largest),
      comparison: compare(pair.centreData, devices), outOfOrder: outOfOrder(pair.arrivals.edge, pair.arrivals.centre),
    };
  } finally {
    publishers.kill();
  }
}

async function inject(pair: Pair, fault: LinkFault, counts: Pick<Result, 'cuts' | 'connectionsCut' | 'kills'>): Promise<void> {
  if (fault.kind === 'kill') {
    counts.kills[fault.which] += 1;
    return pair.kill(fault.which);
  }
  // What is not connected cannot be cut.
  await pair.connected();
  counts.cuts += 1;
  if (fault.how === 'outage') counts.connectionsCut += await pair.link.outage(fault.milliseconds);
  else counts.connectionsCut += pair.link.break(fault.how, 1, fault.milliseconds);
}

function figuresOf({ seed, messages, order, over }: ForwardOptions, { comparison: { examples, ...comparison }, seconds, ledgers, ...result }: Result): Record<string, unknown> {
  return {
    protocol: 'forward', over, order, seed, messages, ...result, ...comparison,
    ...(examples.length > 0 && { examples }),
    seconds: Math.round(seconds),
    messagesPerSecond: Math.round(result.acknowledged / seconds),
    ledgerDifference: Math.max(Math.abs(ledgers.edge.difference), Math.abs(ledgers.centre.difference)),
    ledgers,
  };
}

/** Why the run has failed, a sentence each; empty when it has not. */
function failuresOf({ messages, cuts, kills }: ForwardOptions, result: Result): string[] {
  const { acknowledged, comparison, quarantined, ledgers } = result;
  const expected: [count: number, is: number, what: string][] = [
    [acknowledged, messages, 'messages were acknowledged'],
    [result.cuts, cuts, 'times the link was cut'],
    [result.kills.edge + result.kills.centre, kills, 'times one of the two was killed'],
    [comparison.missing, 0, 'messages that were acknowledged at the edge are not stored at the centre'],
    [comparison.duplicated, 0, 'messages are stored more than once'],
    [comparison.foreign, 0, 'stored readings were never sent'],
    [result.outOfOrder, 0, 'samples of a device arrived out of order'],
    [quarantined, 0, 'messages are in quarantine'],
    [ledgers.edge.difference, 0, 'messages are missing in the sums of the ledger of the edge'],
    [ledgers.centre.difference, 0, 'messages are missing in the sums of the ledger of the centre'],
    [result.largestLedgerDifference, 0, 'messages were missing in the sums of a ledger at some moment'],
  ];
  return expected.flatMap(([count, is, what]) => (count === is ? [] : [`${count} ${what}; expected were ${is}.`]));
}
