/**
 * `npm run bench:overload`: what becomes of a gateway that is sent ten times what it can take.
 *
 *   npm run bench:overload -- [--seconds 60] [--connections 200] [--times 10] [--directory path] [--node-options="--max-old-space-size=192"]
 *
 * In one run: the capacity, the latency of a light load, that of the same load beside one flooding device, then the overload, then the light load
 * again until it is as before. The last line is JSON. See bench/README.md.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONNECTIONS } from '../pipeline/load.ts';
import { peakRssMegabytes } from '../pipeline/measure.ts';
import { publish, type PublishOptions } from '../pipeline/publish.ts';
import type { PublisherReport } from '../pipeline/publisher.ts';
import { ours } from '../pipeline/systems/ours.ts';
import type { RunningSystem } from '../pipeline/systems/system.ts';

const CAPACITY_SECONDS = 15;
const LIGHT_SECONDS = 10;
/** The light load, as a share of the capacity. */
const LIGHT = 0.1;
const WINDOW = 200;
/** A light load is as before when its 99th percentile is at most so many times what it was, or below so many milliseconds. */
const AS_BEFORE = { times: 2, milliseconds: 20 };
const NORMAL_WITHIN = 30;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, connections: { type: 'string', default: '200' }, times: { type: 'string', default: '10' }, 'node-options': { type: 'string', default: '' }, directory: { type: 'string', default: tmpdir() } },
});
const seconds = Number(options.seconds);
const connections = Number(options.connections);
const times = Number(options.times);

const root = mkdtempSync(join(options.directory, 'holdfast-overload-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const monitorFile = join(root, 'loop.jsonl');
const monitor = new URL('loop-monitor.ts', import.meta.url).href;

/** The longest stall of the event loop since a time, in milliseconds. */
function longestStall(since: number): number {
  const lines = readFileSync(monitorFile, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { at: number; stall: number });
  return Math.max(0, ...lines.filter(({ at }) => at >= since).map(({ stall }) => stall));
}

async function untilSettled(system: RunningSystem): Promise<number> {
  const started = performance.now();
  while (!system.settled?.()) await pause(50);
  return (performance.now() - started) / 1000;
}

const system = await ours('overload', 'gateway, validate, detect, store: batches', {
  form: 'batch', connections: Math.max(connections, CONNECTIONS) + 1, env: { NODE_OPTIONS: `--import ${monitor} ${options['node-options']}`.trim(), LOOP_MONITOR: monitorFile },
}).start(join(root, 'system'));
try {
  const loginsFile = join(root, 'logins.json');
  mkdirSync(root, { recursive: true });
  writeFileSync(loginsFile, JSON.stringify(system.logins), { mode: 0o600 });
  const send = (how: Omit<PublishOptions, 'loginsFile' | 'window'> & { window?: number }): Promise<PublisherReport> => publish(system, { loginsFile, window: WINDOW, ...how });
  process.stdout.write(`Node ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, data in ${options.directory}\n`);

  await send({ messages: 20_000 });
  await untilSettled(system);
  process.stdout.write(`capacity: ${CONNECTIONS} connections, as fast as acknowledged, ${CAPACITY_SECONDS} s ...\n`);
  const storedBefore = system.countStored();
  const capacityStarted = performance.now();
  await send({ seconds: CAPACITY_SECONDS });
  await untilSettled(system);
  const capacity = (system.countStored() - storedBefore) / ((performance.now() - capacityStarted) / 1000);

  const light = { rate: capacity * LIGHT, seconds: LIGHT_SECONDS };
  process.stdout.write(`light load: ${Math.round(light.rate)} messages/s, ${LIGHT_SECONDS} s, alone and beside one flooding device ...\n`);
  const alone = await send(light);
  const flooding = send({ seconds: LIGHT_SECONDS + 2, connections: 1, first: connections, devices: 1, window: 2_000 }).catch(() => undefined);
  const beside = await send(light);
  await flooding;
  await untilSettled(system);

  process.stdout.write(`overload: ${connections} connections want ${Math.round(capacity * times)} messages/s, ${seconds} s ...\n`);
  const overloadAt = Date.now();
  const before = system.countStored();
  const overloadStarted = performance.now();
  const window = Math.ceil((capacity * times) / connections);
  const overload = await send({ seconds, connections, rate: capacity * times, window });
  const overloadSeconds = (performance.now() - overloadStarted) / 1000;
  const storedAtEnd = system.countStored() - before;
  const drained = await untilSettled(system);
  const stall = longestStall(overloadAt);

  let normalAfter: number | null = null;
  const calmStarted = performance.now();
  while (normalAfter === null && performance.now() - calmStarted < NORMAL_WITHIN * 1000) {
    const startedAt = (performance.now() - calmStarted) / 1000;
    const now = await send({ rate: light.rate, seconds: 2 });
    if (now.latencyP99Milliseconds <= Math.max(AS_BEFORE.milliseconds, AS_BEFORE.times * alone.latencyP99Milliseconds)) normalAfter = drained + startedAt;
  }
  await untilSettled(system);
  const result = {
    nodeOptions: options['node-options'],
    capacity: Math.round(capacity),
    overload: {
      connections, wanted: Math.round(capacity * times * seconds), acknowledged: overload.messages, seconds: overloadSeconds,
      goodput: storedAtEnd / overloadSeconds / capacity,
      lost: Math.max(0, overload.messages - (system.countStored() - before)),
      peakRssMegabytes: Math.round(peakRssMegabytes(system.pids)),
      longestStallMilliseconds: Math.round(stall),
      latencyP99Milliseconds: overload.latencyP99Milliseconds,
      secondsUntilSettled: drained,
      secondsUntilNormal: normalAfter,
    },
    flood: {
      aloneP99Milliseconds: alone.latencyP99Milliseconds,
      besideP99Milliseconds: beside.latencyP99Milliseconds,
      cost: beside.latencyP99Milliseconds / alone.latencyP99Milliseconds - 1,
    },
    problems: system.problems(),
  };
  console.table({
    'capacity, messages/s': result.capacity,
    'goodput under overload, share of capacity': result.overload.goodput.toFixed(2),
    'acknowledged and not stored': result.overload.lost,
    'peak RSS, MB': result.overload.peakRssMegabytes,
    'longest stall of the event loop, ms': result.overload.longestStallMilliseconds,
    'normal again after, s': result.overload.secondsUntilNormal?.toFixed(1) ?? `not within ${NORMAL_WITHIN}`,
    'p99 of the light load, ms': alone.latencyP99Milliseconds.toFixed(1),
    'the same beside a flooding device, ms': beside.latencyP99Milliseconds.toFixed(1),
  });
  console.log(JSON.stringify(result));
} finally {
  await system.stop();
}
