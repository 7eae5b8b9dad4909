import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../../../clock/clock.ts';
import { BoundNotice } from '../../bound-notice.ts';
import { ROLLUP_WIDTHS } from '../../retention.ts';
import type { Expiry, OldestChunk } from './retention-expiry.ts';
import type { Tier } from '../../retention-plan.ts';
import type { RollupTable } from '../rollup/rollup-table.ts';
import type { Series, SeriesIndex } from '../series/series-index.ts';

export interface BoundOptions {
  database: DatabaseSync;
  path: string;
  clock: Clock;
  index: SeriesIndex;
  rollups: RollupTable;
  expiry: Expiry;
  /** Begins to move the log into chunks. @returns whether there is nothing left of it. */
  sealSoon: () => boolean;
  /** The rollups that are made of a series. */
  tiersOf: (series: Series) => readonly Tier[];
  problem: (error: Error) => void;
}

export interface BoundState {
  /** Bytes that are in use, in the file and in the write-ahead log. */
  bytes: number;
  /** What is wrong, in the last hour; a sentence. */
  problem: string | undefined;
}

/** A series and when its oldest chunk ends. */
interface Candidate {
  series: Series;
  last: number;
}

/** Series that are looked at in a step while the oldest chunks are looked for: about 3 ms. */
const SERIES = 512;
/** Once begun, dropping goes on until this part of the bound is free, so that it need not begin again at once. */
const FREE_PART = 1 / 64;
/** Of fewer readings, a rollup takes more bytes than they do. */
const PAYING_READINGS = 6;
/** Readings that come all the while keep the log from ever being empty. */
const ROUNDS_OF_SEALING = 2;

/**
 * Drops the oldest chunks of all series when the store takes more than it may; the chunk goes first whose newest reading is the
 * oldest. Which these are is looked for anew each time: an index by age would be written for each chunk, and read only at the bound.
 */
export class Bound {
  readonly #options: BoundOptions;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  readonly #pageBytes: number;
  readonly #notice: BoundNotice;
  #next = 0;
  /** The oldest chunk of each series, the oldest of all last. */
  #oldest: Candidate[] = [];
  #dropping = false;
  /** Rounds for which the log has been moved into chunks instead. */
  #waited = 0;
  maximumBytes = Infinity;

  constructor(options: BoundOptions) {
    this.#options = options;
    const { database, path, clock, problem } = options;
    this.#notice = new BoundNotice({ clock, store: path, problem });
    this.#pages = database.prepare('PRAGMA page_count');
    this.#freePages = database.prepare('PRAGMA freelist_count');
    this.#pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  }

  state(): BoundState {
    return { bytes: this.#fileBytes() + this.#logBytes(), problem: this.#notice.problem };
  }

  begin(): void {
    this.#next = 0;
    this.#oldest = [];
    const isOver = this.maximumBytes < Infinity && this.#fileBytes() + this.#logBytes() > this.maximumBytes;
    // In chunks, readings take a quarter of what they take in the log.
    this.#dropping = isOver && (this.#options.sealSoon() || this.#waited >= ROUNDS_OF_SEALING);
    this.#waited = isOver && !this.#dropping ? this.#waited + 1 : 0;
  }

  /** Drops a little, when there is too much. @returns whether there is more to do. */
  step(): boolean {
    if (!this.#dropping) return false;
    if (this.#next < this.#options.index.byId.length) {
      this.#look();
      return true;
    }
    if (this.#fileBytes() <= this.maximumBytes * (1 - FREE_PART)) {
      this.#emptyLog();
      return false;
    }
    const dropped = this.#dropReadings() || this.#dropRollups();
    this.#notice.reached(this.maximumBytes, !dropped);
    return dropped;
  }

  /** Bytes of the pages that are in use; the others are used again. */
  #fileBytes(): number {
    return (Number(this.#pages.get()?.['page_count']) - Number(this.#freePages.get()?.['freelist_count'])) * this.#pageBytes;
  }

  #logBytes(): number {
    return statSync(`${this.#options.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** What is in the write-ahead log goes into the file; nothing needs to be dropped for it. */
  #emptyLog(): void {
    if (this.#fileBytes() + this.#logBytes() > this.maximumBytes) this.#options.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #look(): void {
    const { byId } = this.#options.index;
    for (const end = Math.min(this.#next + SERIES, byId.length); this.#next < end; this.#next += 1) {
      const series = byId[this.#next];
      const oldest = series && this.#options.expiry.oldest(series);
      if (oldest) this.#oldest.push({ series, last: oldest.last });
    }
    if (this.#next >= byId.length) this.#oldest.sort((a, b) => b.last - a.last);
  }

  #dropReadings(): boolean {
    const { expiry, tiersOf } = this.#options;
    const chunk = this.#oldest.pop();
    if (!chunk) return false;
    const { series } = chunk;
    if (series.deleting) return true;
    const oldest = expiry.oldest(series);
    // It may have got more readings, or gone, since it was looked for.
    if (oldest && oldest.last <= chunk.last) expiry.letReadingsGo(series, oldest.last + 1, 'dropped', payingTiers(tiersOf(series), oldest));
    const next = expiry.oldest(series);
    if (next) this.#add({ series, last: next.last });
    return true;
  }

  #add(chunk: Candidate): void {
    let low = 0;
    let high = this.#oldest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#oldest[middle]?.last ?? -Infinity) > chunk.last) low = middle + 1;
      else high = middle;
    }
    this.#oldest.splice(low, 0, chunk);
  }

  #dropRollups(): boolean {
    const { expiry, index, rollups, tiersOf } = this.#options;
    for (const width of Object.values(ROLLUP_WIDTHS)) {
      const oldest = rollups.oldest(width);
      const series = oldest && index.byId[oldest.series];
      if (series) return expiry.letRollupsGo(series, width, oldest.last + 1, 'droppedRollups', tiersOf(series));
    }
    return false;
  }
}

/** The rollups that take less than the readings of a chunk: dropping readings into others would make no room, and go on until none is left. */
function payingTiers(tiers: readonly Tier[], { first, last, count }: OldestChunk): Tier[] {
  return tiers.filter(({ width }) => width * count >= PAYING_READINGS * (last - first));
}
