import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from '../../../clock/clock.ts';
import { beginSlice } from '../../../clock/slice.ts';
import { StorageError, storageError } from '../../../sqlite/storage-error.ts';
import { deletionTimes } from '../../bad-deletion-error.ts';
import type { Deletion } from '../../store.ts';
import type { DeletionTable, SeriesDeletion } from './deletion-table.ts';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';
import type { ReadingLog } from '../log/reading-log.ts';
import type { Scrubber } from './scrubber.ts';
import type { Sealer } from '../sealer.ts';
import type { Series, SeriesIndex } from '../series/series-index.ts';
import type { SeriesRemover } from './series-remover.ts';

export interface DeleterOptions {
  database: DatabaseSync;
  path: string;
  clock: Clock;
  index: SeriesIndex;
  log: ReadingLog;
  /** Commits what waits. */
  flush: () => void;
  sealer: Sealer;
  table: DeletionTable;
  remover: SeriesRemover;
  scrubber: Scrubber;
  /** Told how many readings have gone. */
  removed: (readings: number) => void;
  problem: (error: Error) => void;
}

const SLICE_MILLISECONDS = 4;
const PAUSE_MILLISECONDS = 5;
const RETRY_MILLISECONDS = 2_000;
/** Readings that are moved into chunks at once when a deletion begins: some milliseconds. */
const SEALED_AT_ONCE = 20_000;

/**
 * Deletes readings for good, a few milliseconds at a time, one deletion after the other. What stands is moved out of the log and written down as to
 * be deleted, in one transaction; from then on the deletion happens, whatever comes: a start after a kill goes on with it. Then the
 * readings go, then the log that has copies of them, then the copies in free pages and in the write-ahead log. What is written
 * again after the beginning is not in chunks, and stays.
 */
export class Deleter {
  readonly #options: DeleterOptions;
  /** Of which readings are still there. */
  #removing: Array<{ series: Series; deletion: SeriesDeletion }> = [];
  #last: Promise<unknown> | undefined;
  #pause: { timer: Timer; end: (error: Error) => void } | undefined;
  #failed = false;
  #closed = false;

  constructor(options: DeleterOptions) {
    this.#options = options;
  }

  /** Goes on with what a kill has left. */
  resume(): void {
    const found = this.#options.table.all();
    if (found.length === 0) return;
    this.#hold(found);
    // Nobody waits for it: a store that is closed before it is done goes on at the next start.
    this.#follow(this.#finish(found)).catch(() => {});
  }

  /** @returns how many readings went. @throws BadDeletionError; StorageError when the store is closed before it is done. */
  async delete(deletion: Deletion): Promise<number> {
    const { from, to } = deletionTimes(deletion);
    const before = this.#last;
    const work = before ? before.then(() => this.#delete(deletion, from, to), () => this.#delete(deletion, from, to)) : this.#delete(deletion, from, to);
    return this.#follow(work);
  }

  /** What is to be deleted next waits for this, and no longer: one that need not wait begins at once. */
  #follow(work: Promise<number>): Promise<number> {
    this.#last = work;
    const done = (): void => {
      if (this.#last === work) this.#last = undefined;
    };
    work.then(done, done);
    return work;
  }

  /** Removes here and now all readings that are to be deleted; copies of them are left for later. @throws StorageError */
  removeNow(): void {
    try {
      while (this.#removeSome());
    } catch (error) {
      throw storageError(this.#options.path, error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#pause?.timer.cancel();
    this.#pause?.end(this.#closedError());
  }

  async #delete({ device, metric }: Deletion, from: number, to: number): Promise<number> {
    const { index, sealer, table, scrubber, flush } = this.#options;
    if (this.#closed) throw this.#closedError();
    flush();
    const all = [...index.of(device)].filter((series) => metric === undefined || series.metric === metric.toWellFormed());
    if (all.length === 0 || from >= to) return 0;
    scrubber.begin();
    // What is too much to be sealed at once is sealed ahead; else the deletion begins here and now.
    const waiting = (): number => all.reduce((sum, { pending }) => sum + pending, 0);
    if (waiting() > SEALED_AT_ONCE) {
      await this.#repeat(() => {
        sealer.sealThese([all.reduce((most, series) => (series.pending > most.pending ? series : most))], () => {});
        return waiting() > SEALED_AT_ONCE;
      });
    }
    const deletions: SeriesDeletion[] = [];
    sealer.sealThese(all, () => deletions.push(...all.map((series) => table.add(series.id, from, to))));
    this.#hold(deletions);
    return this.#finish(deletions);
  }

  #hold(deletions: readonly SeriesDeletion[]): void {
    for (const deletion of deletions) {
      const series = this.#options.index.byId[deletion.series];
      if (deletion.removed || series === undefined) continue;
      series.deleting = { from: deletion.from, to: deletion.to };
      this.#removing.push({ series, deletion });
    }
  }

  /** @returns how many readings went. */
  async #finish(deletions: readonly SeriesDeletion[]): Promise<number> {
    const { database, log, sealer, table, scrubber } = this.#options;
    const logged = log.lastId;
    scrubber.begin();
    await this.#repeat(() => this.#removeSome());
    await this.#repeat(() => !sealer.trimThrough(logged));
    const known = deletions.every(({ data }) => data !== undefined);
    const removed = known ? deletions.flatMap(({ data = [] }) => data) : undefined;
    await this.#repeat(() => scrubber.step(removed));
    unsyncedTransaction(database, () => deletions.forEach((deletion) => table.remove(deletion)));
    await this.#repeat(() => !scrubber.truncate());
    scrubber.relax();
    return deletions.reduce((sum, { gone }) => sum + gone, 0);
  }

  /** @returns whether there is more. */
  #removeSome(): boolean {
    const { clock, remover, removed } = this.#options;
    const isOver = beginSlice(clock, SLICE_MILLISECONDS);
    for (let next = this.#removing[0]; next; next = this.#removing[0]) {
      const { series, deletion } = next;
      const gone = remover.step(series, deletion);
      deletion.gone += gone;
      removed(gone);
      if (deletion.removed) {
        series.deleting = undefined;
        this.#removing.shift();
      }
      if (isOver()) break;
    }
    return this.#removing.length > 0;
  }

  /** Takes steps until one says that there is no more, with pauses for everything else; goes on when the disk does. */
  async #repeat(step: () => boolean): Promise<void> {
    for (;;) {
      if (this.#closed) throw this.#closedError();
      let pause = PAUSE_MILLISECONDS;
      try {
        if (!step()) return;
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#options.problem(storageError(this.#options.path, error));
        this.#failed = true;
        pause = RETRY_MILLISECONDS;
      }
      await this.#pauseFor(pause);
    }
  }

  #pauseFor(milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pause = { timer: this.#options.clock.setTimeout(resolve, milliseconds, true), end: reject };
    });
  }

  #closedError(): StorageError {
    const { path } = this.#options;
    return new StorageError('FAILED', path, `${path} was closed before all that was to be deleted was gone. The deletion goes on when it is opened again.`);
  }
}
