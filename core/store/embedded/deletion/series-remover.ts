import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ROLLUP_WIDTHS } from '../../retention.ts';
import type { ChunkSummary, ChunkTable } from '../chunk-table.ts';
import { contentAt } from '../content.ts';
import type { DeletionTable, SeriesDeletion } from './deletion-table.ts';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';
import type { Pending } from '../pending.ts';
import type { Losses } from '../retention/retention-losses.ts';
import type { RetentionMarks } from '../retention/retention-marks.ts';
import type { RollupTable } from '../rollup/rollup-table.ts';
import type { Series, SeriesIndex } from '../series/series-index.ts';
import { shortOf } from '../series/series-table.ts';
import type { SeriesState, SeriesTable } from '../series/series-table.ts';

export interface SeriesRemoverOptions {
  database: DatabaseSync;
  index: SeriesIndex;
  seriesTable: SeriesTable;
  pending: Pending;
  chunks: ChunkTable;
  table: DeletionTable;
  rollups: RollupTable;
  marks: RetentionMarks;
  losses: Losses;
}

/** Chunks or rows that are removed at a time: a millisecond or two. */
const CHUNKS = 64;
const ROWS = 500;
/** Beyond all times. */
const MAXIMUM_TIME = 1e16;

/** Removes the readings of one series, their superseded ones, their rollups and what else there is of them, in transactions of a few milliseconds. */
export class SeriesRemover {
  readonly #options: SeriesRemoverOptions;
  readonly #superseded: StatementSync;
  readonly #damaged: StatementSync;

  constructor(options: SeriesRemoverOptions) {
    this.#options = options;
    this.#superseded = options.database.prepare(`DELETE FROM superseded WHERE rowid IN (SELECT rowid FROM superseded WHERE series = ? AND ts >= ? AND ts < ? LIMIT ${ROWS})`);
    // A damaged batch of the log is of whoever wrote then.
    this.#damaged = options.database.prepare(`DELETE FROM damaged WHERE id IN (SELECT id FROM damaged WHERE source = 'log' OR (series = ? AND last_ts >= ? AND first_ts < ?) LIMIT ${ROWS})`);
  }

  /** One transaction. @returns how many readings it removed; `deletion.removed` says whether they were the last. */
  step(series: Series, deletion: SeriesDeletion): number {
    const { database, index, pending, chunks, marks } = this.#options;
    const before = series.sealed;
    const { ended, state, empty } = unsyncedTransaction(database, () => this.#removeSome(series, deletion));
    chunks.forget(series);
    series.sealed = state.readings;
    if (ended) {
      deletion.removed = true;
      series.sealedNewest = state.newest;
      series.newestSealed = state.content;
      series.newest = Math.max(state.newest, pending.newestTime(series));
    }
    if (empty) {
      index.remove(series);
      marks.removed(series);
    }
    return before - state.readings;
  }

  #removeSome(series: Series, deletion: SeriesDeletion): { ended: boolean; state: SeriesState; empty: boolean } {
    const { table, seriesTable, marks, losses } = this.#options;
    const { from, to } = deletion;
    const chunks = this.#someChunks(series, from, to);
    const state: SeriesState = { readings: series.sealed, newest: series.sealedNewest, content: series.newestSealed, logged: series.logged };
    for (const chunk of chunks) state.readings -= this.#removeFrom(series, chunk, from, to);
    deletion.data?.push(...chunks.map(({ data }) => data));
    const ended = chunks.length < CHUNKS && this.#removeRest(series, from, to);
    const empty = ended && state.readings === 0 && series.pending === 0 && !this.#hasRollups(series);
    if (ended) {
      table.setRemoved(deletion);
      Object.assign(state, this.#newest(series));
    }
    losses.add('deleted', series.sealed - state.readings);
    if (empty) {
      seriesTable.remove(series);
      marks.remove(series);
    } else {
      seriesTable.update(series, state);
    }
    return { ended, state, empty };
  }

  #someChunks(series: Series, from: number, to: number): ChunkSummary[] {
    const chunks: ChunkSummary[] = [];
    for (const chunk of this.#options.chunks.summaries(series, from, to)) if (chunks.push(chunk) === CHUNKS) break;
    return chunks;
  }

  /** @returns how many readings it removed. */
  #removeFrom(series: Series, chunk: ChunkSummary, from: number, to: number): number {
    const { chunks } = this.#options;
    const block = chunk.first >= from && chunk.last < to ? undefined : chunks.readings(series, chunk);
    // What is damaged goes whole: nobody can tell its readings apart any more.
    if (!block) {
      chunks.remove(series, chunk);
      return chunk.count;
    }
    const [start, end] = [block.lowerBound(from), block.lowerBound(to)];
    if (start === end) return 0;
    if (end < block.length) chunks.write(series, block, end, block.length, start === 0 ? chunk : undefined);
    if (start > 0) chunks.write(series, block, 0, start, chunk);
    return end - start;
  }

  /** Removes what is not in chunks. @returns whether nothing is left. */
  #removeRest(series: Series, from: number, to: number): boolean {
    const times: [number, number] = [Math.max(from, -MAXIMUM_TIME), Math.min(to, MAXIMUM_TIME)];
    const superseded = Number(this.#superseded.run(series.id, ...times).changes);
    const damaged = Number(this.#damaged.run(series.id, ...times).changes);
    this.#options.rollups.delete(series, from, to);
    return superseded < ROWS && damaged < ROWS;
  }

  #hasRollups(series: Series): boolean {
    return Object.values(ROLLUP_WIDTHS).some((width) => this.#options.rollups.hasBefore(series, width, Infinity));
  }

  #newest(series: Series): Pick<SeriesState, 'newest' | 'content'> {
    const { chunks } = this.#options;
    for (const chunk of chunks.backwards(series, Infinity)) {
      const block = chunks.readings(series, chunk);
      return { newest: chunk.last, content: block && shortOf(contentAt(block, block.length - 1)) };
    }
    return { newest: -Infinity, content: undefined };
  }
}
