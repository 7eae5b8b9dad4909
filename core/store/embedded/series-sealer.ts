import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { mergeBlocks } from '../codec/block.ts';
import type { Block } from '../codec/block.ts';
import { MAXIMUM_SPAN } from '../codec/chunk-codec.ts';
import type { Chunk, ChunkTable } from './chunk-table.ts';
import { contentAt } from './content.ts';
import type { Corrections } from './corrections.ts';
import type { Pending } from './pending.ts';
import type { ReadingLog } from './log/reading-log.ts';
import type { Series } from './series/series-index.ts';
import { shortOf } from './series/series-table.ts';
import type { SeriesState, SeriesTable } from './series/series-table.ts';

export interface SeriesSealerOptions {
  database: DatabaseSync;
  seriesTable: SeriesTable;
  log: ReadingLog;
  pending: Pending;
  chunks: ChunkTable;
  corrections: Corrections;
  /** Readings a chunk holds at most. */
  chunkReadings: number;
}

/** What is to be known of a series once its sealing is on disk. */
export interface Sealed extends SeriesState {
  series: Series;
}

/** A chunk is closed when its texts have grown to this many characters. */
const CHUNK_TEXT = 65_536;

/** Merges the pending readings of one series into its chunks. */
export class SeriesSealer {
  readonly #options: SeriesSealerOptions;
  readonly #setTrim: StatementSync;

  constructor(options: SeriesSealerOptions) {
    this.#options = options;
    this.#setTrim = options.database.prepare('UPDATE trim SET sealed = ?');
  }

  /** Writes within the running transaction, and changes nothing in memory. */
  seal(series: Series): Sealed {
    const { log, seriesTable, pending, chunks, corrections } = this.#options;
    const block = pending.read(series);
    chunks.forget(series);
    let readings = series.sealed;
    for (let from = 0; from < block.length;) {
      const to = block.lowerBound(chunks.nextFirst(series, block.time(from)));
      readings += this.#merge(series, block, from, to);
      from = to;
    }
    const sealed: Sealed = { series, readings, newest: series.sealedNewest, content: series.newestSealed, logged: log.lastId };
    const last = block.length - 1;
    if (last >= 0 && block.time(last) >= sealed.newest) {
      sealed.newest = block.time(last);
      sealed.content = shortOf(contentAt(block, last));
    }
    seriesTable.update(series, sealed);
    corrections.seal(series);
    return sealed;
  }

  /** Writes down, with what the running transaction has sealed, how many of the `logged` readings that the log then has are in chunks or were absorbed as duplicates. */
  keepCount(sealed: readonly Sealed[], logged: number): void {
    const additional = sealed.reduce((sum, { series }) => sum + series.pending - series.overrides, 0);
    this.#setTrim.run(logged - (this.#options.pending.additional - additional));
  }

  /** The transaction is on disk. */
  release({ series, readings, newest, content, logged }: Sealed): void {
    const { pending, corrections } = this.#options;
    series.sealed = readings;
    series.sealedNewest = newest;
    series.newestSealed = content;
    series.logged = logged;
    pending.release(series);
    corrections.release(series);
  }

  /** Merges readings that all lie before the same next chunk. @returns how many more readings the series has now. */
  #merge(series: Series, block: Block, from: number, to: number): number {
    const { chunks, chunkReadings: size } = this.#options;
    const target = chunks.target(series, block.time(from), size);
    if (!target) return this.#mergeBeforeFirst(series, block, from, to);
    if (target.damaged) {
      chunks.setAside(series, target);
      return this.#write(series, block, from, to, false) - target.count;
    }
    if (!target.readings) return this.#write(series, block, from, to, true);
    const merged = mergeBlocks(target.readings, block, from, to);
    return this.#write(series, merged, 0, merged.length, target.last < block.time(from), target) - target.count;
  }

  #mergeBeforeFirst(series: Series, block: Block, from: number, to: number): number {
    const { chunks, chunkReadings: size } = this.#options;
    const first: Chunk | undefined = to - from < size && series.sealed > 0 ? chunks.first(series, size) : undefined;
    if (!first?.readings || first.count + to - from > size) return this.#write(series, block, from, to, true);
    const merged = mergeBlocks(first.readings, block, from, to);
    return this.#write(series, merged, 0, merged.length, true, first) - first.count;
  }

  /**
   * Writes readings as chunks: where readings are appended, each as full as it goes; where they went between others, all alike, so
   * that each has room for more, as in a B-tree. The first takes the place of `former`. @returns how many.
   */
  #write(series: Series, block: Block, from: number, to: number, appended: boolean, former?: Chunk): number {
    const { chunks, chunkReadings: size } = this.#options;
    const most = appended ? size : Math.ceil((to - from) / Math.ceil((to - from) / size));
    for (let start = from; start < to;) {
      const end = endOfChunk(block, start, Math.min(to, start + most));
      chunks.write(series, block, start, end, start === from ? former : undefined);
      start = end;
    }
    return to - from;
  }
}

function endOfChunk(block: Block, start: number, most: number): number {
  let end = most;
  if (block.time(end - 1) - block.time(start) > MAXIMUM_SPAN) end = block.lowerBound(block.time(start) + MAXIMUM_SPAN);
  if (block.texts.length === 0) return end;
  let text = 0;
  for (let index = start; index < end; index += 1) {
    text += block.text(index)?.length ?? 0;
    if (text >= CHUNK_TEXT) return index + 1;
  }
  return end;
}
