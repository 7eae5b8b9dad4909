import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Block } from '../store/codec/block.ts';
import { encodeChunk, MAXIMUM_SPAN } from '../store/codec/chunk-codec.ts';
import type { ChunkSummary, ChunkTable } from '../store/embedded/chunk-table.ts';
import type { Series } from '../store/embedded/series/series-index.ts';

export interface ChunkMergerOptions {
  database: DatabaseSync;
  chunks: ChunkTable;
}

/** A chunk as it lies in the file. */
interface Stored extends ChunkSummary {
  bytes: number;
  version: number;
}

/** A chunk has at most so many readings, and bytes, after it was joined with others. */
const MOST_READINGS = 256;
const MOST_BYTES = 65_536;

/** The version that chunks are written in today. */
const VERSION = currentVersion();

/** Writes the chunks of series anew that are of an older version, or small and next to each other. */
export class ChunkMerger {
  readonly #chunks: ChunkTable;
  readonly #stored: StatementSync;
  readonly #recount: StatementSync;
  /** Chunks that there were in place of those written. */
  rewritten = 0;
  written = 0;

  constructor({ database, chunks }: ChunkMergerOptions) {
    this.#chunks = chunks;
    this.#stored = database.prepare(`SELECT first_ts, last_ts, count, chunk.data AS data, length(chunk_data.data) AS bytes, hex(substr(chunk_data.data, 1, 1)) AS version
      FROM chunk LEFT JOIN chunk_data ON chunk_data.id = chunk.data WHERE series = ? ORDER BY first_ts`);
    this.#recount = database.prepare(`UPDATE series SET newest_kind = NULL, newest_value = NULL, newest_note = NULL,
      readings = (SELECT coalesce(sum(count), 0) FROM chunk WHERE series = ?1), newest = (SELECT max(last_ts) FROM chunk WHERE series = ?1) WHERE id = ?1`);
  }

  /** Works within the running transaction. `setAside`: whether damaged chunks are taken out of the way. */
  rewrite(series: Series, setAside: boolean): void {
    let damaged = false;
    let group: Stored[] = [];
    for (const chunk of this.#chunksOf(series)) {
      if (group.length > 0 && !fits(group, chunk)) {
        damaged = this.#rewriteGroup(series, group, setAside) || damaged;
        group = [];
      }
      group.push(chunk);
    }
    damaged = this.#rewriteGroup(series, group, setAside) || damaged;
    if (damaged && setAside) this.#recount.run(series.id);
  }

  #chunksOf(series: Series): Stored[] {
    return this.#stored.all(series.id).map((row) => ({
      first: Number(row['first_ts']), last: Number(row['last_ts']), count: Number(row['count']), data: Number(row['data']), stats: undefined,
      bytes: Number(row['bytes'] ?? 0), version: Number.parseInt(String(row['version']), 16),
    }));
  }

  /** @returns whether a chunk of it is damaged. */
  #rewriteGroup(series: Series, group: readonly Stored[], setAside: boolean): boolean {
    // All blobs are read when damage is looked for; otherwise only those that are to be written anew.
    if (!setAside && group.length === 1 && group[0]?.version === VERSION) return false;
    const read = group.map((chunk) => ({ chunk, readings: this.#chunks.readings(series, chunk) }));
    const damaged = read.filter(({ readings }) => readings === undefined);
    if (damaged.length > 0) {
      if (setAside) for (const { chunk } of damaged) this.#chunks.setAside(series, { ...chunk, readings: undefined, damaged: true });
      // The sound ones between which a damaged one lies stay apart.
      for (const { chunk, readings } of read) if (readings && chunk.version !== VERSION) this.#write(series, [chunk], readings);
      return true;
    }
    if (group.length === 1 && group[0]?.version === VERSION) return false;
    const joined = new Block(group.reduce((sum, { count }) => sum + count, 0));
    for (const { readings } of read) if (readings) for (let index = 0; index < readings.length; index += 1) joined.pushFrom(readings, index);
    this.#write(series, group, joined);
    return false;
  }

  #write(series: Series, group: readonly Stored[], readings: Block): void {
    const [first, ...others] = group;
    if (!first) return;
    for (const chunk of others) this.#chunks.remove(series, chunk);
    this.#chunks.write(series, readings, 0, readings.length, { ...first, readings: undefined, damaged: false });
    this.rewritten += group.length;
    this.written += 1;
  }
}

function fits(group: readonly Stored[], chunk: Stored): boolean {
  const readings = group.reduce((sum, { count }) => sum + count, chunk.count);
  const bytes = group.reduce((sum, one) => sum + one.bytes, chunk.bytes);
  return readings <= MOST_READINGS && bytes <= MOST_BYTES && chunk.last - (group[0]?.first ?? chunk.first) <= MAXIMUM_SPAN;
}

function currentVersion(): number {
  const block = new Block(1);
  block.push(0, 0x10, 0, undefined);
  return encodeChunk(block, 0, 1)[0] ?? 0;
}
