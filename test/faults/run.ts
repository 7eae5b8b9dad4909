/**
 * `npm run faults -- --seed 1 --messages 100000 --kills 20 --stops 5`
 *
 * Publishes to the quick-start flow from processes of their own at QoS 1, as fast as acknowledged, and meanwhile kills
 * Holdfast with SIGKILL and stalls it with SIGSTOP at moments drawn from the seed. Then it compares what was acknowledged
 * with what is stored, row by row. The last line is JSON; the exit code is 1 when anything is missing or stored twice.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../../core/simulator/random.ts';
import { openStore } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { readSeries } from '../support/series-publisher.ts';

const DEVICES = 4;
const METRIC = 'temperature';
const START = Date.UTC(2026, 0, 1);

interface Options {
  seed: number;
  messages: number;
  kills: number;
  stops: number;
}

interface Publisher {
  device: string;
  file: string;
  acknowledged: number;
  /** Of its process, once it has ended. */
  exitCode?: number | null;
  ended: Promise<void>;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, messages: { type: 'string', default: '100000' }, kills: { type: 'string', default: '10' }, stops: { type: 'string', default: '2' } },
  });
  const options = { seed: Number(values.seed), messages: Number(values.messages), kills: Number(values.kills), stops: Number(values.stops) };
  for (const [name, value] of Object.entries(options)) if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is not a whole number.`);
  return options;
}

/** One series a device: a reading a second, temperatures around 20 degrees. */
function writeSeries(directory: string, { seed, messages }: Options, index: number): string {
  const random = createRandom(seed, `series-${index}`);
  const rows = Array.from({ length: Math.ceil(messages / DEVICES) }, (_, row) => `${new Date(START + row * 1000).toISOString()},${random.normal(20, 1).toFixed(3)}`);
  const file = join(directory, `device-${index}.csv`);
  writeFileSync(file, `timestamp,value\n${rows.join('\n')}\n`);
  return file;
}

function startPublisher(url: string, device: string, secret: string, file: string): Publisher {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'support', 'series-publisher.ts')], {
    env: { ...process.env, URL: url, DEVICE: device, SECRET: secret, METRIC, FILE: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('exit', (code) => {
      publisher.exitCode = code;
      resolve();
    });
  });
  const publisher: Publisher = { device, file, acknowledged: 0, ended };
  createInterface({ input: child.stdout }).on('line', (line) => {
    publisher.acknowledged = (JSON.parse(line) as { acknowledged: number }).acknowledged;
  });
  return publisher;
}

/** Kills and stalls, each when a share of the messages drawn from the seed has been acknowledged. */
async function injectFaults(holdfast: Holdfast, publishers: Publisher[], options: Options): Promise<{ holdfast: Holdfast; recoveries: number[] }> {
  const random = createRandom(options.seed, 'faults');
  const total = options.messages;
  const plan = [
    ...Array.from({ length: options.kills }, () => ({ at: random.uniform(0.02, 0.98) * total, kind: 'kill' as const })),
    ...Array.from({ length: options.stops }, () => ({ at: random.uniform(0.02, 0.98) * total, kind: 'stop' as const })),
  ].toSorted((a, b) => a.at - b.at);
  const recoveries: number[] = [];
  const acknowledged = (): number => {
    for (const { device, exitCode } of publishers) if (exitCode !== undefined && exitCode !== 0) throw new Error(`The publisher of ${device} ended with exit code ${exitCode}.`);
    return publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0);
  };
  let running = holdfast;
  for (const { at, kind } of plan) {
    while (acknowledged() < at) await wait(5);
    if (kind === 'stop') {
      process.kill(running.pid, 'SIGSTOP');
      await wait(1_500);
      process.kill(running.pid, 'SIGCONT');
      continue;
    }
    await running.kill('SIGKILL');
    const before = acknowledged();
    const killed = performance.now();
    running = await running.restart();
    while (acknowledged() === before && acknowledged() < total) await wait(5);
    recoveries.push(performance.now() - killed);
  }
  return { holdfast: running, recoveries };
}

/** Compares row by row. A row that is stored under its time with its value is there; anything else that is stored is surplus. */
function compare(home: string, publishers: Publisher[]): { stored: number; missing: number; surplus: number } {
  const store = openStore(join(home, 'data'));
  try {
    const counts = { stored: 0, missing: 0, surplus: 0 };
    for (const { device, file } of publishers) {
      const expected = new Map(readSeries(file).map(({ ts, value }) => [ts, value]));
      const range = { device, metric: METRIC, from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10_000_000 };
      const readings = [...store.range(range), ...store.superseded(range)];
      counts.stored += readings.length;
      for (const { ts, value } of readings) if (expected.get(ts) !== value || !expected.delete(ts)) counts.surplus += 1;
      counts.missing += expected.size;
    }
    return counts;
  } finally {
    store.close();
  }
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

async function main(): Promise<void> {
  const options = readOptions();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
  let holdfast = await startHoldfast();
  try {
    let api = await BackendApi.of(holdfast);
    const url = `mqtt://127.0.0.1:${holdfast.mqttPort}`;
    const started = performance.now();
    const publishers: Publisher[] = [];
    for (let index = 1; index <= DEVICES; index += 1) {
      const device = `fault-device-${index}`;
      const { secret } = await api.letIn({ id: device, kind: 'device' });
      publishers.push(startPublisher(url, device, secret, writeSeries(directory, options, index)));
    }
    const faults = await injectFaults(holdfast, publishers, options);
    ({ holdfast } = faults);
    await Promise.all(publishers.map((publisher) => publisher.ended));
    const seconds = (performance.now() - started) / 1000;
    if (publishers.some(({ exitCode }) => exitCode !== 0)) throw new Error('A publisher ended with an error.');
    api = await BackendApi.of(holdfast);
    await api.untilSettled();
    const { quarantined } = await api.status();
    await holdfast.stop();
    const acknowledged = publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0);
    const result = {
      protocol: 'mqtt', ...options, acknowledged, ...compare(holdfast.home, publishers), quarantined,
      messagesPerSecond: Math.round(acknowledged / seconds),
      recoveryMilliseconds: { p50: quantile(faults.recoveries, 0.5), p99: quantile(faults.recoveries, 0.99) },
    };
    console.table(Object.entries(result).map(([figure, value]) => ({ figure, value: typeof value === 'object' ? JSON.stringify(value) : value })));
    console.log(JSON.stringify(result));
    if (result.missing + result.surplus + quarantined > 0) process.exitCode = 1;
  } finally {
    await holdfast.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
