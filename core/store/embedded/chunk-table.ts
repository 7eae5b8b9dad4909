import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StorageError } from '../../sqlite/storage-error.ts';
import type { Block } from '../codec/block.ts';
import { chunkStats } from '../codec/chunk-stats.ts';
import type { ChunkStats } from '../codec/chunk-stats.ts';
import { decodeChunk, encodeChunk } from '../codec/chunk-codec.ts';
import { DamagedDataError } from '../codec/damaged-data-error.ts';
import { PageFill, pageSize } from './deletion/page-fill.ts';
import type { Series } from './series/series-index.ts';
import { SELECT_STATS, STATS_COLUMNS, statsFromSql, statsToSql } from './stats-columns.ts';

/** One row of the table. */
export interface Chunk {
  first: number;
  last: number;
  count: number;
  /** The row of `chunk_data` that has its readings. */
  data: number;
  /** Absent when it was not asked for, or is damaged. */
  readings: Block | undefined;
  damaged: boolean;
}

/** What stands beside the readings of a chunk. */
export interface ChunkSummary {
  first: number;
  last: number;
  count: number;
  /** The row of `chunk_data` that has its readings. */
  data: number;
  /** Undefined where only the readings tell. */
  stats: ChunkStats | undefined;
}

export interface ChunkTableOptions {
  database: DatabaseSync;
  path: string;
  problem: (error: Error) => void;
}

/** Decoded chunks that are kept for late readings: 10 MB at most. */
const CACHED_CHUNKS = 2_048;
/** A chunk of this many bytes takes no more readings, however few it has. */
const FULL_BYTES = 65_536;

const COLUMNS = 'first_ts, last_ts, count, data';
const BLOB = '(SELECT data FROM chunk_data WHERE id = chunk.data)';
/** Chunks that have readings from ?2 up to but without ?3. */
const WITHIN = `FROM chunk WHERE series = ?1 AND first_ts < ?3
  AND first_ts >= coalesce((SELECT max(first_ts) FROM chunk WHERE series = ?1 AND first_ts <= ?2), ?2) AND last_ts >= ?2 ORDER BY first_ts`;

/** A SELECT of a chunk, with its blob where `wanted` holds. */
function select(wanted: string, rest: string): string {
  return `SELECT ${COLUMNS}, ${wanted} AS wanted, CASE WHEN ${wanted} THEN ${BLOB} END AS readings ${rest}`;
}

/** The tables `chunk` and `chunk_data`: reads, writes, and tells of what is damaged, once each, while it serves the rest. */
export class ChunkTable {
  readonly #options: ChunkTableOptions;
  readonly #covering: StatementSync;
  readonly #target: StatementSync;
  readonly #first: StatementSync;
  readonly #backwards: StatementSync;
  readonly #nextFirst: StatementSync;
  readonly #range: StatementSync;
  readonly #summaries: StatementSync;
  readonly #read: StatementSync;
  readonly #insertData: StatementSync;
  readonly #updateData: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeData: StatementSync;
  readonly #setAside: StatementSync;
  /** By number of series modulo the size: unlike one that forgets the oldest, it helps also when more series take turns than it holds. */
  #cache: Array<{ series: Series; chunk: Chunk } | undefined> = [];
  #cached = CACHED_CHUNKS;
  readonly #fill: PageFill;
  readonly #told = new Set<string>();

  constructor(options: ChunkTableOptions) {
    this.#options = options;
    const { database } = options;
    this.#fill = new PageFill(pageSize(database));
    const room = `length(${BLOB}) < ${FULL_BYTES}`;
    this.#covering = database.prepare(select('last_ts >= ?2', 'FROM chunk WHERE series = ?1 AND first_ts <= ?2 ORDER BY first_ts DESC LIMIT 1'));
    this.#target = database.prepare(select(`(last_ts >= ?2 OR (count < ?3 AND ${room}))`, 'FROM chunk WHERE series = ?1 AND first_ts <= ?2 ORDER BY first_ts DESC LIMIT 1'));
    this.#first = database.prepare(select(`(count < ?2 AND ${room})`, 'FROM chunk WHERE series = ?1 ORDER BY first_ts LIMIT 1'));
    this.#backwards = database.prepare(`SELECT ${COLUMNS}, ${SELECT_STATS} FROM chunk WHERE series = ? AND first_ts <= ? ORDER BY first_ts DESC`);
    this.#nextFirst = database.prepare('SELECT first_ts FROM chunk WHERE series = ? AND first_ts > ? ORDER BY first_ts LIMIT 1');
    this.#range = database.prepare(select('1', WITHIN));
    this.#summaries = database.prepare(`SELECT ${COLUMNS}, ${SELECT_STATS} ${WITHIN}`);
    this.#read = database.prepare('SELECT data FROM chunk_data WHERE id = ?');
    this.#insertData = database.prepare('INSERT INTO chunk_data (data, pad) VALUES (?, ?)');
    this.#updateData = database.prepare('INSERT OR REPLACE INTO chunk_data (id, data, pad) VALUES (?, ?, ?)');
    this.#write = database.prepare(`INSERT OR REPLACE INTO chunk (series, ${COLUMNS}, ${STATS_COLUMNS.join(', ')}) VALUES (?, ?, ?, ?, ?, ${STATS_COLUMNS.map(() => '?').join(', ')})`);
    this.#remove = database.prepare('DELETE FROM chunk WHERE series = ? AND first_ts = ?');
    this.#removeData = database.prepare('DELETE FROM chunk_data WHERE id = ?');
    this.#setAside = database.prepare(`INSERT INTO damaged (source, series, first_ts, last_ts, count, data) SELECT 'chunk', series, first_ts, last_ts, count, coalesce(${BLOB}, x'') FROM chunk WHERE series = ? AND first_ts = ?`);
  }

  /** Keeps so many decoded chunks from now on, and none of those that it has. */
  keep(chunks = CACHED_CHUNKS): void {
    this.#cached = chunks;
    this.#cache = [];
  }

  /** The reading of just that time: the block it is in, and where. */
  find(series: Series, ts: number): { readings: Block; index: number } | undefined {
    if (ts > series.sealedNewest) return undefined;
    const place = series.id % this.#cached;
    const cached = this.#cache[place];
    let chunk = cached?.series === series ? cached.chunk : undefined;
    if (!chunk || ts < chunk.first || ts > chunk.last) {
      chunk = this.#chunkOf(series, this.#covering.get(series.id, ts));
      if (!chunk?.readings) return undefined;
      this.#cache[place] = { series, chunk };
    }
    if (!chunk.readings) return undefined;
    const index = chunk.readings.indexOf(ts);
    return index < 0 ? undefined : { readings: chunk.readings, index };
  }

  /** The last chunk that does not begin after `ts`, with its readings when it covers `ts` or has room for more than it holds. */
  target(series: Series, ts: number, size: number): Chunk | undefined {
    return this.#chunkOf(series, this.#target.get(series.id, ts, size));
  }

  /** The first chunk of a series, with its readings when it has room for more. */
  first(series: Series, size: number): Chunk | undefined {
    return this.#chunkOf(series, this.#first.get(series.id, size));
  }

  /** When the first chunk after `ts` begins; Infinity when there is none. */
  nextFirst(series: Series, ts: number): number {
    return ts >= series.sealedNewest ? Infinity : Number(this.#nextFirst.get(series.id, ts)?.['first_ts'] ?? Infinity);
  }

  /** The chunks that have readings from `from` up to but without `to`, in order of time. */
  *range(series: Series, from: number, to: number): Generator<Block> {
    for (const row of this.#range.iterate(series.id, from, to)) {
      const readings = this.#chunkOf(series, row)?.readings;
      if (readings) yield readings;
    }
  }

  /** What stands beside the chunks that have readings from `from` up to but without `to`, in order of time; no blob is read. */
  *summaries(series: Series, from: number, to: number): Generator<ChunkSummary> {
    for (const row of this.#summaries.iterate(series.id, from, to)) yield summaryOf(row);
  }

  /** What stands beside the chunks that do not begin after `at`, the newest first. */
  *backwards(series: Series, at: number): Generator<ChunkSummary> {
    for (const row of this.#backwards.iterate(series.id, at)) yield summaryOf(row);
  }

  /** The readings of a chunk; undefined when they are damaged. */
  readings(series: Series, { first, last, count, data }: ChunkSummary): Block | undefined {
    const chunk: Chunk = { first, last, count, data, readings: undefined, damaged: false };
    this.#decode(series, chunk, this.#read.get(data)?.['data']);
    return chunk.readings;
  }

  /** Makes one chunk of the readings `from` … `to - 1`, in place of `former`. */
  write(series: Series, block: Block, from: number, to: number, former?: Pick<Chunk, 'first' | 'data'> & Partial<Chunk>): void {
    const first = block.time(from);
    if (former && former.first !== first) this.#remove.run(series.id, former.first);
    const blob = encodeChunk(block, from, to);
    let data = former?.data;
    const pad = this.#fill.pad(blob.length);
    const zeros = pad === 0 ? null : Buffer.alloc(pad);
    if (data === undefined) data = Number(this.#insertData.run(blob, zeros).lastInsertRowid);
    else this.#updateData.run(data, blob, zeros);
    this.#write.run(series.id, first, block.time(to - 1), to - from, data, ...statsToSql(chunkStats(block, from, to)));
  }

  remove(series: Series, { first, data }: Pick<Chunk, 'first' | 'data'>): void {
    this.#remove.run(series.id, first);
    this.#removeData.run(data);
  }

  /** Keeps a damaged chunk as it is, out of the way of those that are sound. */
  setAside(series: Series, chunk: Chunk): void {
    this.#setAside.run(series.id, chunk.first);
    this.remove(series, chunk);
  }

  /** The chunks of a series have changed. */
  forget(series: Series): void {
    const place = series.id % this.#cached;
    if (this.#cache[place]?.series === series) this.#cache[place] = undefined;
  }

  #chunkOf(series: Series, row: Record<string, SQLOutputValue> | undefined): Chunk | undefined {
    if (!row) return undefined;
    const chunk: Chunk = { first: Number(row['first_ts']), last: Number(row['last_ts']), count: Number(row['count']), data: Number(row['data']), readings: undefined, damaged: false };
    if (row['wanted'] === 1) this.#decode(series, chunk, row['readings']);
    return chunk;
  }

  #decode(series: Series, chunk: Chunk, blob: SQLOutputValue | undefined): void {
    try {
      if (!(blob instanceof Uint8Array)) throw new DamagedDataError('they are gone');
      chunk.readings = decodeChunk(blob);
    } catch (error) {
      if (!(error instanceof DamagedDataError || error instanceof RangeError)) throw error;
      chunk.damaged = true;
      this.#tell(series, chunk, error);
    }
  }

  #tell(series: Series, { first, last, count }: Chunk, cause: Error): void {
    const key = `${series.id} ${first}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const { path, problem } = this.#options;
    problem(new StorageError('DAMAGED', path, `${count} readings of "${series.metric}" of "${series.device}" from ${timeOf(first)} to ${timeOf(last)} in ${path} are damaged (${cause.message}). Everything else is served. Restore the file from a backup to have them again.`, { cause }));
  }
}

function summaryOf(row: Record<string, SQLOutputValue>): ChunkSummary {
  return { first: Number(row['first_ts']), last: Number(row['last_ts']), count: Number(row['count']), data: Number(row['data']), stats: statsFromSql(row) };
}

function timeOf(ts: number): string {
  return new Date(ts).toISOString();
}
