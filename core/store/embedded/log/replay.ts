import type { ChunkTable } from '../chunk-table.ts';
import type { Intake } from '../intake.ts';
import type { ReadingSink } from './log-codec.ts';
import type { ReadingLog } from './reading-log.ts';
import type { SeriesIndex } from '../series/series-index.ts';

export interface ReplayOptions {
  log: ReadingLog;
  intake: Intake;
  index: SeriesIndex;
  chunks: ChunkTable;
}

/** Series whose late readings are looked up at a time: as many as their chunks stay in memory. */
const SERIES = 16_384;

/**
 * Takes the log into memory again when the store is opened. What comes in order is only added. From its first late reading on, a series
 * waits: its readings are looked up in its chunks later, some thousand series at a time, since the readings of more would
 * push each other's chunks out of memory, and a chunk would be read for each reading. Between series, the order does not matter.
 */
export class Replay implements ReadingSink {
  readonly #options: ReplayOptions;
  readonly #intake: Intake;
  readonly #byId: SeriesIndex['byId'];
  /** By number of series, the place in the log from which on it waits. */
  readonly #waiting = new Map<number, number>();
  /** Those that wait and are taken now; undefined the first time. */
  #taken: ReadonlyMap<number, number> | undefined;
  #place = 0;
  received = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#intake = options.intake;
    this.#byId = options.index.byId;
  }

  run(): void {
    const { log, chunks } = this.#options;
    log.replay((blob, row) => this.#intake.take(blob, row, this));
    const waiting = [...this.#waiting].sort(([a], [b]) => a - b);
    for (let from = 0; from < waiting.length; from += SERIES) {
      this.#taken = new Map(waiting.slice(from, from + SERIES));
      this.#place = 0;
      chunks.keep(SERIES);
      log.replayAgain((blob, row) => this.#intake.take(blob, row, this));
    }
    chunks.keep();
  }

  note(text: string): number {
    return this.#intake.note(text);
  }

  add(id: number, ts: number, kind: number, number: number, text: string | undefined, note: number): void {
    this.#place += 1;
    if (this.#taken) {
      if (this.#place < (this.#taken.get(id) ?? Infinity)) return;
    } else if (this.#waiting.has(id)) {
      return;
    } else if (this.#intake.isLate(this.#byId[id], ts)) {
      this.#waiting.set(id, this.#place);
      return;
    }
    this.#intake.received = this.received;
    this.#intake.add(id, ts, kind, number, text, note);
  }
}
