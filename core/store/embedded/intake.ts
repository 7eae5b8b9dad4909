import { Block } from '../codec/block.ts';
import type { ChunkTable } from './chunk-table.ts';
import type { Corrections } from './corrections.ts';
import { qualityOfKind, sameValue } from '../codec/kind.ts';
import { readLog, writtenOf } from './log-codec.ts';
import type { ReadingSink } from './log-codec.ts';
import type { Pending } from './pending.ts';
import type { Series, SeriesIndex } from './series-index.ts';
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
  #written = 0;
  counts: StoreCounts = { ...NO_COUNTS };

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#byId = options.index.byId;
    this.#pending = options.pending;
  }

  /** Takes a sound blob of the log. */
  take(blob: Buffer): void {
    this.#written = writtenOf(blob);
    readLog(blob, this);
  }

  add(id: number, ts: number, kind: number, number: number, text: string | undefined): void {
    const series = this.#byId[id];
    if (series === undefined) return;
    if (ts > series.newest) {
      series.newest = ts;
      this.#pending.add(series, ts, kind, number, text);
      this.counts.stored += 1;
    } else {
      this.#addLate(series, ts, kind, number, text);
    }
    if (series.pending >= FULL_SERIES && !series.queued) {
      series.queued = true;
      this.#options.full(series);
    }
  }

  #addLate(series: Series, ts: number, kind: number, number: number, text: string | undefined): void {
    const { chunks, corrections } = this.#options;
    const pending = this.#pending;
    const late = this.#late;
    late.length = 0;
    late.texts.length = 0;
    late.push(ts, kind, number, text);
    const slot = pending.slotAt(series, ts);
    const stands = slot === undefined ? chunks.find(series, ts) : { readings: pending.readAt(slot), index: 0 };
    if (!stands) {
      pending.addLate(series, late, false);
      this.counts.stored += 1;
      return;
    }
    const value = late.value(0);
    const former = stands.readings.value(stands.index);
    if (sameValue(former, value) || corrections.wasSuperseded(series, ts, value)) {
      this.counts.duplicates += 1;
      return;
    }
    corrections.add(series, ts, { value: former, quality: qualityOfKind(stands.readings.kind(stands.index)), at: this.#written });
    if (slot === undefined) pending.addLate(series, late, true);
    else pending.replace(slot, late);
    this.counts.corrected += 1;
  }
}
