/** How long the embedded store takes to open a large file after a kill -9, with a log as long as it gets. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../core/clock/clock.ts';
import { Block } from '../../core/store/codec/block.ts';
import { kindOf, TYPE } from '../../core/store/codec/kind.ts';
import { ChunkTable } from '../../core/store/embedded/chunk-table.ts';
import { LAYOUT } from '../../core/store/embedded/layout.ts';
import { SEAL_LIMITS } from '../../core/store/embedded/sealer.ts';
import { Series } from '../../core/store/embedded/series/series.ts';
import { SqliteStore } from '../../core/store/embedded/sqlite-store.ts';
import { openDatabase } from '../../core/sqlite/database.ts';
import { peakRssMegabytes } from '../pipeline/measure.ts';
import { BATCH_ROWS, BATCH_SAMPLES, METRICS, Workload } from './workload.ts';

export interface OpenFigures {
  readings: number;
  /** Until it has answered for the first time. */
  milliseconds: number;
  peakRssMegabytes: number;
  bytes: number;
}

const DEVICES = 10_000;
const CHUNK_READINGS = 256;
/** The log is written until one batch more would have it sealed. */
const LOG_BATCHES = Math.floor((SEAL_LIMITS.readings * SEAL_LIMITS.room) / BATCH_ROWS) - 1;
const NUMBER = kindOf(TYPE.number, 2);

function pathIn(directory: string): string {
  return join(directory, 'store.sqlite');
}

function roundsFor(readings: number): number {
  return Math.ceil(readings / (DEVICES * METRICS.length));
}

/** Makes the file with the store's own chunk writer; a power cut may take it, which spares the time that writing durably takes. */
export function makeFile(directory: string, readings: number): void {
  const workload = new Workload(DEVICES);
  const rounds = roundsFor(readings);
  const path = pathIn(directory);
  const database = openDatabase(path, LAYOUT);
  const chunks = new ChunkTable({ database, path, problem: (error) => process.emitWarning(error) });
  const insert = database.prepare('INSERT INTO series (id, device, metric, readings, newest, newest_kind, newest_value) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const block = new Block(CHUNK_READINGS);
  let id = 0;
  database.exec('PRAGMA synchronous=OFF; BEGIN');
  workload.devices.forEach((device, number) => {
    for (const metric of METRICS) {
      const series = new Series((id += 1), device, metric);
      for (let from = 0; from < rounds; from += CHUNK_READINGS) {
        block.length = 0;
        for (let round = from; round < Math.min(rounds, from + CHUNK_READINGS); round += 1) block.push(workload.timeOf(number, round), NUMBER, workload.valueOf(number, metric, round), undefined);
        chunks.write(series, block, 0, block.length);
      }
      insert.run(id, device, metric, rounds, workload.timeOf(number, rounds - 1), NUMBER, workload.valueOf(number, metric, rounds - 1));
    }
  });
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Writes as much as stands in the log before it is sealed, and leaves the store open, to be killed. */
export async function fillLog(directory: string, readings: number): Promise<void> {
  const workload = new Workload(DEVICES);
  const store = new SqliteStore({ path: pathIn(directory), clock: systemClock });
  const first = (roundsFor(readings) * DEVICES) / BATCH_SAMPLES;
  for (let number = 0; number < LOG_BATCHES; number += 1) {
    await new Promise<void>((resolve, reject) => store.write(workload.batch(first + number), (error) => (error ? reject(error) : resolve())));
  }
}

/** @throws Error when readings are missing */
export function openFile(directory: string, readings: number): OpenFigures {
  const path = pathIn(directory);
  const began = performance.now();
  const store = new SqliteStore({ path, clock: systemClock });
  const expected = roundsFor(readings) * DEVICES * METRICS.length + LOG_BATCHES * BATCH_ROWS;
  const count = store.count();
  const milliseconds = performance.now() - began;
  store.close();
  if (count !== expected) throw new Error(`${count} of ${expected} readings were there after the kill.`);
  return { readings: count, milliseconds, peakRssMegabytes: peakRssMegabytes([process.pid]), bytes: statSync(path).size };
}
