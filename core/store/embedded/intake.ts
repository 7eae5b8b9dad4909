import { Block } from '../codec/block.ts';
import type { ChunkTable } from './chunk-table.ts';
import { contentAt, sameContent } from './content.ts';
import type { Corrections } from './corrections.ts';
import { qualityOfKind } from '../codec/kind.ts';
import { readLog } from './log/log-codec.ts';
import type { ReadingSink } from './log/log-codec.ts';
import type { Pending } from './pending.ts';
import type { Series, SeriesIndex } from './series/series-index.ts';
import { NO_COUNTS } from '../store.ts';
import type { StoreCounts } from '../store.ts';

export interface IntakeOptions {
  index: SeriesIndex;
  pending: Pending;
  chunks: ChunkTable;
  corrections: Corrections;
  /** Told of a series that has many pending readings. */
  full: (series: Series) => void;
}

/** A series with this many pending readings is sealed ahead of its turn. */
const FULL_SERIES = 1_024;

/**
 * Takes what is on disk into memory, the same way right after a commit and when the log is read again at start, so that both leave
 * the same readings. What is newer than all before it, which is nearly everything, is only added; for the rest it is
 * found out at once whether it is new, a duplicate or a correction, so that counts and answers are never provisional.
 */
export class Intake implements ReadingSink {
  readonly #options: IntakeOptions;
  readonly #byId: SeriesIndex['byId'];
  readonly #pending: Pending;
  readonly #late = new Block(1);
  /** The notes of the blob, which it holds while it is read. */
  #notes: number[] = [];
  #row = 0;
  received = 0;
  counts: StoreCounts = { ...NO_COUNTS };

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#byId = options.index.byId;
    this.#pending = options.pending;
  }

  /** Takes a sound blob of the log, of which the number of its row is given; `sink` chooses from it what is added. */
  take(blob: Buffer, row: number, sink: ReadingSink = this): void {
    this.#row = row;
    readLog(blob, sink);
    if (this.#notes.length === 0) return;
    for (const note of this.#notes) this.#pending.notes.release(note);
    this.#notes = [];
  }

  /** Whether a reading of the blob is neither in chunks already nor newer than all others of its series. */
  isLate(series: Series | undefined, ts: number): boolean {
    return series !== undefined && series.logged < this.#row && ts <= series.newest;
  }

  note(text: string): number {
    const note = this.#pending.notes.hold(text);
    this.#notes.push(note);
    return note;
  }

  add(id: number, ts: number, kind: number, number: number, text: string | undefined, note: number): void {
    const series = this.#byId[id];
    // What was moved into chunks before a crash, and not trimmed yet, is there already.
    if (series === undefined || series.logged >= this.#row) return;
    if (ts > series.newest) {
      series.newest = ts;
      this.#pending.add(series, ts, kind, number, text, note);
      this.counts.stored += 1;
    } else {
      this.#addLate(series, ts, kind, number, text, note);
    }
    if (series.pending >= FULL_SERIES && !series.queued) {
      series.queued = true;
      this.#options.full(series);
    }
  }

  #addLate(series: Series, ts: number, kind: number, number: number, text: string | undefined, note: number): void {
    const { chunks, corrections } = this.#options;
    const pending = this.#pending;
    const late = this.#late;
    late.length = 0;
    late.texts.length = 0;
    late.push(ts, kind, number, text);
    const slot = pending.slotAt(series, ts);
    const stands = slot === undefined ? (series.isDeleting(ts) ? undefined : chunks.find(series, ts)) : { readings: pending.readAt(slot), index: 0 };
    if (!stands) {
      pending.addLate(series, late, note, false);
      this.counts.stored += 1;
      return;
    }
    const content = { value: late.value(0), quality: qualityOfKind(kind), note: pending.notes.text(note) };
    const former = contentAt(stands.readings, stands.index);
    if (sameContent(former, content) || corrections.wasSuperseded(series, ts, content, this.received)) {
      this.counts.duplicates += 1;
      return;
    }
    corrections.add(series, ts, { ...former, at: this.received });
    if (slot === undefined) pending.addLate(series, late, note, true);
    else pending.replace(series, slot, late, note);
    this.counts.corrected += 1;
  }
}
