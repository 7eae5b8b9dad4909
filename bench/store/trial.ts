/** What is measured of a system, each phase in a process of its own; child.ts runs them. */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Sample } from '../../core/sample/sample.ts';
import { peakRssMegabytes } from '../pipeline/measure.ts';
import { realSeries } from './real-series.ts';
import type { OpenSystem, System } from './systems/system.ts';
import { BATCH_ROWS, LONG, sampleOf, Workload } from './workload.ts';

export interface TrialOptions {
  devices: number;
  /** Rows written at most. */
  rows: number;
  /** How long is written at most, in seconds. */
  seconds: number;
  /** Readings of the long series. */
  longReadings: number;
  /** How to reach the system's server. */
  address: unknown;
}

/** From a cold process with an empty directory. */
export interface LoadFigures {
  rows: number;
  seconds: number;
  cpuMicroseconds: number;
  bytes: number;
  freeBytes: number;
  peakRssMegabytes: number;
}

export interface AskFigures {
  /** Medians, milliseconds. */
  range900: number;
  buckets1M: number;
  buckets10M: number;
  latest: number;
  peakRssMegabytes: number;
  /** What the process took before it opened anything. */
  idleRssMegabytes: number;
  /** A digest of all answers, so that systems can be compared. */
  answers: string;
}

export interface RealFigures {
  rows: number;
  bytes: number;
}

const LOAD_SAMPLES = 10_000;
const BUCKETS = 500;
const RANGE = 900;
/** How often each is asked. */
const ROUNDS = { range: 51, buckets1M: 7, buckets10M: 3, latest: 5 } as const;

/** Writes batches of 1,000 rows, one after the other, each durable before the next; then settles. Making the batches is not measured. */
export async function load(system: System, directory: string, { devices, rows: most, seconds: longest, longReadings, address }: TrialOptions): Promise<LoadFigures> {
  const workload = new Workload(devices);
  const open = await system.open(directory, address);
  const figures = { rows: 0, seconds: 0, cpuMicroseconds: 0 };
  const measured = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const [began, cpu] = [performance.now(), cpuOf(open)];
    const result = await work();
    figures.seconds += (performance.now() - began) / 1_000;
    figures.cpuMicroseconds += cpuOf(open) - cpu;
    return result;
  };
  for (let number = 0; figures.rows < most && figures.seconds < longest; number += 1) {
    const batch = workload.batch(number);
    await measured(async () => {
      await open.write(batch);
      await turn();
    });
    figures.rows += BATCH_ROWS;
  }
  const { used, free } = await measured(() => open.settle());
  const peak = rssOf(open);
  if (!system.writesOnly) {
    await open.load(longBatches(workload, longReadings));
    await open.settle();
  }
  await open.close();
  return { ...figures, bytes: used, freeBytes: free, peakRssMegabytes: peak };
}

function* longBatches(workload: Workload, readings: number): Generator<Sample[]> {
  for (let from = 0; from < readings; from += LOAD_SAMPLES) yield workload.long(from, Math.min(LOAD_SAMPLES, readings - from));
}

function cpuOf({ others }: OpenSystem): number {
  const { user, system } = process.cpuUsage();
  return user + system + (others?.cpuMicroseconds() ?? 0);
}

function rssOf({ others }: OpenSystem): number {
  return peakRssMegabytes([process.pid]) + (others?.peakRssMegabytes() ?? 0);
}

/** Asks what was loaded; each question several times, of which the median counts. */
export async function ask(system: System, directory: string, { devices: count, longReadings, address }: TrialOptions): Promise<AskFigures> {
  const idleRssMegabytes = peakRssMegabytes([process.pid]);
  const { devices } = new Workload(count);
  const open = await system.open(directory, address);
  const answers = createHash('sha256');
  const note = (answer: unknown): void => void answers.update(JSON.stringify(answer, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)));
  const span = (readings: number): number => Math.floor(readings / BUCKETS) * BUCKETS * LONG.interval;
  const buckets = (readings: number) => () => open.buckets({ ...LONG, from: LONG.first, to: LONG.first + span(readings) }, BUCKETS);
  const range = (round: number) => {
    const from = LONG.first + Math.floor(((round * 0.618_033_988_749_895) % 1) * (longReadings - RANGE)) * LONG.interval;
    return open.range({ ...LONG, from, to: from + RANGE * LONG.interval });
  };
  const figures = {
    range900: await median(ROUNDS.range, range, note),
    buckets1M: await median(ROUNDS.buckets1M, buckets(Math.min(1_000_000, longReadings)), note),
    buckets10M: await median(ROUNDS.buckets10M, buckets(longReadings), note),
    latest: await median(ROUNDS.latest, () => open.latest(devices, 'vibration'), (answer) => {
      if (answer.length !== devices.length) throw new Error(`${answer.length} of ${devices.length} devices were found.`);
    }),
  };
  const peak = rssOf(open);
  await open.close();
  return { ...figures, peakRssMegabytes: peak, idleRssMegabytes, answers: answers.digest('hex').slice(0, 16) };
}

async function median<Answer>(rounds: number, question: (round: number) => Promise<Answer>, note: (answer: Answer) => void): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const answer = await question(round);
    times.push(performance.now() - began);
    if (round < 2) note(answer);
  }
  return times.sort((a, b) => a - b)[rounds >> 1] ?? NaN;
}

/** Loads the real series; undefined when the data is not there. */
export async function real(system: System, directory: string, { address }: TrialOptions): Promise<RealFigures | undefined> {
  const open = await system.open(directory, address);
  let rows = 0;
  for (const { name, times, values } of realSeries()) {
    await open.load(batchesOf(name, times, values));
    rows += times.length;
  }
  const { used } = await open.settle();
  await open.close();
  return rows === 0 ? undefined : { rows, bytes: used };
}

function* batchesOf(device: string, times: Float64Array, values: Float64Array): Generator<Sample[]> {
  for (let from = 0; from < times.length; from += LOAD_SAMPLES) {
    yield Array.from(times.subarray(from, from + LOAD_SAMPLES), (ts, index) => sampleOf(device, ts, { value: values[from + index] ?? 0 }));
  }
}
