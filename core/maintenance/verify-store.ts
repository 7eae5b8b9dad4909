import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Block } from '../store/codec/block.ts';
import { decodeChunk } from '../store/codec/chunk-codec.ts';
import { chunkStats } from '../store/codec/chunk-stats.ts';
import type { ChunkStats } from '../store/codec/chunk-stats.ts';
import { isQuality, sameValue } from '../store/codec/kind.ts';
import { readNote } from '../store/codec/note.ts';
import { checkLog, readLog } from '../store/embedded/log/log-codec.ts';
import { decodeRollups } from '../store/embedded/rollup/rollup-codec.ts';
import { fromSql } from '../store/embedded/sql-value.ts';
import { SELECT_STATS, statsFromSql } from '../store/embedded/stats-columns.ts';

/** Something in a store that is not sound. Times are event times, milliseconds since the epoch. */
export interface StoreFinding {
  problem: string;
  device?: string;
  metric?: string;
  from?: number;
  to?: number;
  /** How many readings are concerned. */
  readings?: number;
}

/** What was looked at, and how much of it is sound. */
export interface StoreTally {
  chunks: number;
  readings: number;
  logRows: number;
  rollups: number;
  superseded: number;
}

interface SeriesRow {
  device: string;
  metric: string;
  readings: number;
  newest: number | undefined;
}

type Row = Record<string, SQLOutputValue>;

/**
 * Reads everything in a `store.sqlite`: each blob is decoded, and compared with what stands beside it.
 *
 * @param layout SQLite's user_version of the file; older ones are read as they are.
 */
export function* verifyStore(database: DatabaseSync, layout: number, tally: StoreTally): Generator<StoreFinding> {
  const series = new Map<number, SeriesRow>();
  for (const row of database.prepare('SELECT id, device, metric, readings, newest FROM series').iterate()) {
    const newest = row['newest'];
    series.set(Number(row['id']), { device: String(row['device']), metric: String(row['metric']), readings: Number(row['readings']), newest: typeof newest === 'number' ? newest : undefined });
  }
  yield* verifyChunks(database, layout, series, tally);
  yield* verifyLog(database, tally);
  yield* verifySuperseded(database, layout, series, tally);
  if (layout >= 3) yield* verifyRollups(database, series, tally);
  yield* setAside(database, series);
}

function* verifyChunks(database: DatabaseSync, layout: number, series: ReadonlyMap<number, SeriesRow>, tally: StoreTally): Generator<StoreFinding> {
  const withStats = layout >= 2;
  const columns = withStats ? `chunk.series, first_ts, last_ts, count, chunk_data.data AS readings, ${SELECT_STATS}` : 'series, first_ts, last_ts, count, data AS readings';
  const from = withStats ? 'chunk LEFT JOIN chunk_data ON chunk_data.id = chunk.data' : 'chunk';
  const sums = new Map<number, { readings: number; newest: number }>();
  let before: { series: number; last: number } | undefined;
  for (const row of database.prepare(`SELECT ${columns} FROM ${from} ORDER BY series, first_ts`).iterate()) {
    const [id, first, last, count] = ['series', 'first_ts', 'last_ts', 'count'].map((column) => Number(row[column])) as [number, number, number, number];
    const place = { ...nameOf(series, id), from: first, to: last, readings: count };
    tally.chunks += 1;
    try {
      checkChunk(row, withStats);
      tally.readings += count;
    } catch (error) {
      yield { ...place, problem: `They cannot be read: ${messageOf(error)}.` };
    }
    if (before?.series === id && first <= before.last) yield { ...place, problem: 'They begin before the ones before them end.' };
    before = { series: id, last };
    const sum = sums.get(id) ?? { readings: 0, newest: -Infinity };
    sums.set(id, { readings: sum.readings + count, newest: Math.max(sum.newest, last) });
  }
  for (const [id, { device, metric, readings, newest }] of series) {
    const found = sums.get(id);
    if ((found?.readings ?? 0) !== readings) yield { device, metric, readings, problem: `The store counts ${readings} readings and has ${found?.readings ?? 0}.` };
    if (found && found.newest !== newest) yield { device, metric, problem: `The store says that the newest reading is of ${timeText(newest)}, and it is of ${timeText(found.newest)}.` };
  }
  for (const id of sums.keys()) if (!series.has(id)) yield { ...nameOf(series, id), readings: sums.get(id)?.readings ?? 0, problem: 'Nothing says which device and metric they are of.' };
  if (withStats) {
    const lost = Number(database.prepare('SELECT count(*) AS n FROM chunk_data WHERE id NOT IN (SELECT data FROM chunk)').get()?.['n'] ?? 0);
    if (lost > 0) yield { problem: `${lost} chunks of readings belong to no series.` };
  }
}

/** @throws Error that says what is wrong with a chunk. */
function checkChunk(row: Row, withStats: boolean): void {
  const blob = row['readings'];
  if (!(blob instanceof Uint8Array)) throw new Error('they are gone');
  const block = decodeChunk(blob);
  if (block.length !== row['count']) throw new Error(`there are ${block.length}`);
  if (block.time(0) !== row['first_ts'] || block.time(block.length - 1) !== row['last_ts']) throw new Error('their times are not those that stand beside them');
  for (let index = 0; index < block.length; index += 1) checkReading(block, index);
  const stats = withStats ? statsFromSql(row) : undefined;
  if (stats && !sameStats(stats, chunkStats(block, 0, block.length))) throw new Error('they do not come to what stands beside them');
}

/** SQLite keeps no -0 in a column of numbers: 0 and -0 are the same here, but for the first and the last value. */
function sameStats(a: ChunkStats, b: ChunkStats): boolean {
  if (a.best !== b.best || a.worst !== b.worst) return false;
  const [of, and] = [a.bucket, b.bucket];
  if (!of || !and) return of === and;
  const same = of.count === and.count && of.good === and.good && of.numbers === and.numbers && of.min === and.min && of.max === and.max && of.sum === and.sum;
  return same && of.first.ts === and.first.ts && of.last.ts === and.last.ts && sameValue(of.first.value, and.first.value) && sameValue(of.last.value, and.last.value);
}

function checkReading(block: Block, index: number): void {
  if (index > 0 && block.time(index) <= block.time(index - 1)) throw new Error('their times do not rise');
  if (!isQuality(block.kind(index) >>> 4)) throw new Error('a quality is none');
  const note = block.note(index);
  if (note !== undefined) readNote(note);
}

function* verifyLog(database: DatabaseSync, tally: StoreTally): Generator<StoreFinding> {
  for (const row of database.prepare('SELECT count, data FROM log ORDER BY id').iterate()) {
    tally.logRows += 1;
    const readings = Number(row['count']);
    try {
      const data = row['data'];
      if (!(data instanceof Uint8Array)) throw new Error('they are gone');
      checkLog(data);
      let found = 0;
      const count = (): void => void (found += 1);
      readLog(Buffer.from(data.buffer, data.byteOffset, data.byteLength), { received: 0, note: () => 1, add: count });
      if (found !== readings) throw new Error(`there are ${found}`);
    } catch (error) {
      yield { readings, problem: `A commit in the log cannot be read: ${messageOf(error)}.` };
    }
  }
}

function* verifySuperseded(database: DatabaseSync, layout: number, series: ReadonlyMap<number, SeriesRow>, tally: StoreTally): Generator<StoreFinding> {
  for (const row of database.prepare(`SELECT series, ts, value, typeof(value) AS type, quality${layout >= 2 ? ', note' : ''} FROM superseded`).iterate()) {
    tally.superseded += 1;
    const id = Number(row['series']);
    const ts = Number(row['ts']);
    try {
      fromSql(row['value'], row['type']);
      if (!isQuality(row['quality'])) throw new Error('its quality is none');
      if (typeof row['note'] === 'string') readNote(row['note']);
      if (!series.has(id)) throw new Error('nothing says which device and metric it is of');
    } catch (error) {
      yield { ...nameOf(series, id), from: ts, to: ts, readings: 1, problem: `A superseded reading cannot be read: ${messageOf(error)}.` };
    }
  }
}

function* verifyRollups(database: DatabaseSync, series: ReadonlyMap<number, SeriesRow>, tally: StoreTally): Generator<StoreFinding> {
  for (const row of database.prepare('SELECT series, width, first_ts, last_ts, rollups, data FROM rollup').iterate()) {
    const place = { ...nameOf(series, Number(row['series'])), from: Number(row['first_ts']), to: Number(row['last_ts']) + Number(row['width']) };
    try {
      const data = row['data'];
      if (!(data instanceof Uint8Array)) throw new Error('they are gone');
      const rollups = decodeRollups(data);
      if (rollups.length !== row['rollups'] || rollups[0]?.start !== row['first_ts'] || rollups.at(-1)?.start !== row['last_ts']) throw new Error('they are not what stands beside them');
      tally.rollups += rollups.length;
    } catch (error) {
      yield { ...place, problem: `${Number(row['rollups'])} rollups cannot be read: ${messageOf(error)}.` };
    }
  }
}

/** What was found damaged before, and lies apart. */
function* setAside(database: DatabaseSync, series: ReadonlyMap<number, SeriesRow>): Generator<StoreFinding> {
  for (const row of database.prepare('SELECT source, series, first_ts, last_ts, count FROM damaged ORDER BY id').iterate()) {
    const place = row['series'] === null ? {} : { ...nameOf(series, Number(row['series'])), from: Number(row['first_ts']), to: Number(row['last_ts']) };
    yield { ...place, readings: Number(row['count']), problem: 'They were found damaged before, and set aside.' };
  }
}

function nameOf(series: ReadonlyMap<number, SeriesRow>, id: number): { device?: string; metric?: string } {
  const row = series.get(id);
  return row ? { device: row.device, metric: row.metric } : {};
}

function timeText(ts: number | undefined): string {
  return ts === undefined ? 'no time' : new Date(ts).toISOString();
}
