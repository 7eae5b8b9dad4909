/**
 * `npm run bench:backup`: how fast a backup is while the backend is written, and how long the event loop stands still meanwhile.
 * Options: `--readings 20000000` in the store before, `--rate 20000` readings a second. The last line is JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { backupDirectory } from '../../core/maintenance/backup.ts';
import type { Sample } from '../../core/sample/sample.ts';

const METRICS = 4;
const DEVICES = 500;
const BATCH = 2_500;
const TICK = 10;
const ALONE_SECONDS = 5;
const BACKUPS = 3;

interface Stage {
  stage: string;
  seconds: number;
  megabytes: number;
  readingsPerSecond: number;
  longestStallMs: number;
  commitP99Ms: number;
}

const { values: options } = parseArgs({ options: { readings: { type: 'string', default: '20000000' }, rate: { type: 'string', default: '20000' } } });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-backup-'));
const fail = (error: unknown): never => {
  throw error;
};
const backend = Backend.acquire(join(folder, 'data'), systemClock, fail);
let count = 0;

/** The next sample: numbers of all their digits, so that the files are large. */
function nextSample(): Sample {
  count += 1;
  const ts = Date.UTC(2026, 0, 1) + Math.floor(count / DEVICES) * 1_000;
  const values = { temperature: 60 + Math.sin(count), pressure: 4 + Math.sin(count * 7), flow: Math.sin(count * 13) * 100, cycles: count };
  return { id: `s${count}`, device: `press-${count % DEVICES}`, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values };
}

function write(samples: readonly Sample[]): Promise<void> {
  return new Promise((resolve, reject) => backend.store.write(samples, (error) => (error ? reject(error) : resolve())));
}

const samples = (length: number): Sample[] => Array.from({ length }, nextSample);

async function fill(readings: number): Promise<void> {
  while (count * METRICS < readings) {
    await write(samples(BATCH));
    await wait(0);
  }
}

/** Writes at the rate while `work` lasts. @returns what came of both; `work` says how many bytes it moved. */
async function measure(stage: string, rate: number, work: () => Promise<number>): Promise<Stage> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const commits: number[] = [];
  const perTick = Math.round((rate * TICK) / 1_000 / METRICS);
  const began = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {
    for (; ticks * TICK < performance.now() - began; ticks += 1) {
      const asked = performance.now();
      void write(samples(perTick)).then(() => commits.push(performance.now() - asked), fail);
    }
  }, TICK);
  delay.enable();
  const bytes = await work();
  const seconds = (performance.now() - began) / 1_000;
  // What a backup kept from the write-ahead log is made up for right after it.
  await wait(500);
  delay.disable();
  clearInterval(timer);
  commits.sort((a, b) => a - b);
  return {
    stage, seconds: tenths(seconds), megabytes: tenths(bytes / 1e6), readingsPerSecond: Math.round((ticks * perTick * METRICS) / (seconds + 0.5)),
    longestStallMs: tenths(delay.max / 1e6), commitP99Ms: tenths(commits[Math.floor(commits.length * 0.99)] ?? NaN),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

try {
  const [readings, rate] = [Number(options.readings), Number(options.rate)];
  await fill(readings);
  const stages = [await measure('alone', rate, () => wait(ALONE_SECONDS * 1_000, 0))];
  for (let number = 1; number <= BACKUPS; number += 1) {
    stages.push(await measure(`backup ${number}`, rate, async () => {
      const { files } = await backupDirectory({ directory: backend.directory, to: join(folder, `backup-${number}`), clock: systemClock });
      return files.reduce((sum, { bytes }) => sum + bytes, 0);
    }));
    rmSync(join(folder, `backup-${number}`), { recursive: true });
  }
  console.table(stages);
  console.log(JSON.stringify({ readings, rate, stages }));
} finally {
  backend.release(fail);
  rmSync(folder, { recursive: true, force: true });
}
