import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from '../../clock/clock.ts';
import { beginSlice } from '../../clock/slice.ts';
import { transaction } from '../../sqlite/database.ts';
import { storageError } from '../../sqlite/storage-error.ts';
import { unsyncedTransaction } from '../../sqlite/unsynced-transaction.ts';
import type { ReadingLog } from './log/reading-log.ts';
import type { Sealed, SeriesSealer } from './series-sealer.ts';
import type { Series, SeriesIndex } from './series/series-index.ts';

/** When the log is moved into chunks. */
export interface SealLimits {
  /** Readings in the log. At twice as many, sealing goes before writing. */
  readings: number;
  /** Bytes in the log, likewise. */
  bytes: number;
  /** With many series the log may hold so many times as much. */
  room: number;
  /** The longest a reading waits, in milliseconds. */
  age: number;
}

/**
 * An hour: a chunk that is written anew for each reading of a slow device would cost hundreds of times what the reading does. How long
 * the store takes to open depends on what is in the log, and that is bounded by the others.
 */
export const SEAL_LIMITS: SealLimits = { readings: 1_000_000, bytes: 32 << 20, room: 2, age: 3_600_000 };

export interface SealerOptions {
  database: DatabaseSync;
  path: string;
  clock: Clock;
  limits: SealLimits;
  index: SeriesIndex;
  log: ReadingLog;
  sealSeries: SeriesSealer;
  /** Ends, here and now, what keeps series from being sealed. */
  release: () => void;
  problem: (error: Error) => void;
}

/** The most that sealing holds up everything else at a time. */
const SLICE_MILLISECONDS = 5;
const SLICE_READINGS = 20_000;
const PAUSE_MILLISECONDS = 5;
const RETRY_MILLISECONDS = 2_000;

/** How full the log is, where 1 is full, when writing waits for a slice of sealing. */
const PRESSING = 1.5;

/** A pass writes one chunk of each series anew: it is worth it when it finds so many new readings in each. */
const WORTH_A_PASS = 128;

/** One way through all series; when it is through, everything that was in the log before is in chunks. */
interface Pass {
  /** The newest row of the log when it began, and what the log held. */
  logId: number;
  readings: number;
  bytes: number;
  /** The number of the series that is next. */
  next: number;
  end: number;
  /** The first series that could not be sealed when it was its turn. */
  held: number | undefined;
}

/**
 * Moves pending readings into chunks and trims the log, a few milliseconds at a time. A series is sealed whole, in a transaction; the
 * rows of the log go when all series have been through. A crash in between leaves readings in both places, and when
 * the log is read again they are the duplicates they are.
 *
 * None of it waits for the disk: what a power cut takes of it is still in the log. The write-ahead log keeps the order of
 * transactions, so the log is never trimmed without the chunks.
 */
export class Sealer {
  readonly #options: SealerOptions;
  #urgent: Series[] = [];
  #pass: Pass | undefined;
  #slice: Timer | undefined;
  #age: Timer | undefined;
  #failed = false;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  /** Seals a series ahead of its turn. */
  add(series: Series): void {
    this.#urgent.push(series);
  }

  /** Something was written. */
  written(): void {
    const { clock, limits, log } = this.#options;
    if (this.#pass === undefined) {
      if (this.#fullness() >= 1) this.#begin();
      else if (log.readings > 0) this.#age ??= clock.setTimeout(() => this.#begin(), limits.age);
    }
    if (this.#pass !== undefined || this.#urgent.length > 0) this.#schedule(PAUSE_MILLISECONDS);
  }

  /**
   * Seals some here and now when the log has grown to one and a half of its limits, since sealing does not keep up, and everything at twice.
   *
   * @throws StorageError when it cannot, so that nothing more is taken in.
   */
  makeRoom(): void {
    const full = this.#fullness();
    if (full >= 2) this.sealAll();
    else if (full >= PRESSING && this.#pass !== undefined && !this.#failed) this.#runSlice();
  }

  /** 1 is full. */
  #fullness(): number {
    const { index, limits, log } = this.#options;
    const room = Math.min(limits.room, Math.max(1, (index.byId.length * WORTH_A_PASS) / limits.readings));
    return Math.max(log.readings / limits.readings, log.bytes / limits.bytes) / room;
  }

  /** Seals everything now. @throws StorageError */
  sealAll(): void {
    const { log, release } = this.#options;
    release();
    if (this.#pass !== undefined) this.#runToEnd();
    if (log.lastId > 0 && log.readings > 0) {
      this.#begin();
      this.#runToEnd();
    }
  }

  /** Seals these series now, and does something else, in one transaction that is on disk when this returns. @throws StorageError */
  sealThese(these: readonly Series[], also: () => void): void {
    const { log, sealSeries } = this.#options;
    this.#commit(transaction, () => {
      const sealed = these.filter(({ pending }) => pending > 0).map((series) => sealSeries.seal(series));
      sealSeries.keepCount(sealed, log.readings);
      also();
      return sealed;
    });
  }

  /** Moves the log into chunks up to this row, beginning now. @returns whether that is done. */
  trimThrough(row: number): boolean {
    const { log } = this.#options;
    if (log.firstId > row) return true;
    this.#begin();
    return false;
  }

  close(): void {
    this.#slice?.cancel();
    this.#age?.cancel();
  }

  #begin(): void {
    const { index, log } = this.#options;
    this.#age?.cancel();
    this.#age = undefined;
    this.#pass ??= { logId: log.lastId, readings: log.readings, bytes: log.bytes, next: 0, end: index.byId.length, held: undefined };
    this.#schedule(0);
  }

  #schedule(milliseconds: number): void {
    this.#slice ??= this.#options.clock.setTimeout(() => {
      this.#slice = undefined;
      this.#runSlice();
    }, milliseconds);
  }

  #runSlice(): void {
    const { problem } = this.#options;
    try {
      this.#seal(SLICE_MILLISECONDS);
      this.#failed = false;
    } catch (error) {
      // Told once; it goes on by itself when the disk does, and until then the readings are safe in the log.
      if (!this.#failed) problem(error instanceof Error ? error : new Error(String(error)));
      this.#failed = true;
      return this.#schedule(RETRY_MILLISECONDS);
    }
    this.written();
  }

  #runToEnd(): void {
    while (this.#pass !== undefined) this.#seal(Infinity);
  }

  /** One transaction of a pass. */
  #seal(milliseconds: number): void {
    const { log } = this.#options;
    const pass = this.#pass === undefined ? undefined : { ...this.#pass };
    const urgent = [...this.#urgent];
    this.#commit(unsyncedTransaction, () => this.#sealSome(urgent, pass, milliseconds));
    this.#urgent = urgent;
    this.#pass = pass;
    if (!pass || pass.next < pass.end) return;
    log.trimmed(pass.logId, pass.readings, pass.bytes);
    this.#pass = undefined;
  }

  /** Nothing changes in memory unless the transaction is done. */
  #commit(run: typeof transaction, work: () => Sealed[]): void {
    const { database, path, sealSeries } = this.#options;
    let sealed: Sealed[] = [];
    try {
      sealed = run(database, work);
    } catch (error) {
      throw storageError(path, error);
    }
    for (const each of sealed) {
      sealSeries.release(each);
      each.series.queued = false;
    }
  }

  #sealSome(urgent: Series[], pass: Pass | undefined, milliseconds: number): Sealed[] {
    const { clock, index, log, sealSeries } = this.#options;
    const isOver = beginSlice(clock, milliseconds);
    const sealed = new Map<Series, Sealed>();
    let readings = 0;
    for (;;) {
      const series = urgent.pop() ?? (pass && pass.next < pass.end ? index.byId[pass.next++] : null);
      if (series === null) break;
      if (series === undefined || series.pending === 0 || sealed.has(series)) continue;
      if (series.deleting) {
        series.queued = false;
        if (pass) pass.held = Math.min(pass.held ?? Infinity, series.id);
        continue;
      }
      sealed.set(series, sealSeries.seal(series));
      readings += series.pending;
      if (readings >= SLICE_READINGS || isOver()) break;
    }
    let logged = log.readings;
    if (pass && pass.next >= pass.end) {
      if (pass.held === undefined) {
        log.trim(pass.logId);
        logged -= pass.readings;
      } else {
        pass.next = pass.held;
        pass.held = undefined;
      }
    }
    const all = [...sealed.values()];
    sealSeries.keepCount(all, logged);
    return all;
  }
}
