import { QUALITY } from '../../sample/sample.ts';
import type { Sample } from '../../sample/sample.ts';
import { isQuality } from '../codec/kind.ts';
import { checkedNote } from '../embedded/series/series-note.ts';
import { receptionOf } from '../reception.ts';
import { checkedTime, notAQuality, notAValue } from '../unstorable-error.ts';
import type { CopyRow } from './copy.ts';
import { nextTurn, ROWS_A_TURN } from './next-turn.ts';
import { columnsOf } from './row.ts';
import type { Series, SeriesIndex } from './series-index.ts';

/** One reading on its way into the database. */
export interface IncomingRow extends CopyRow {
  series: Series;
}

/**
 * The readings of one commit. `fresh` are newer than all that is known of their series: they can be copied in at once. The others are
 * merged, in waves, so that no wave has two readings of one series and time.
 */
export class Group {
  readonly fresh: IncomingRow[] = [];
  readonly waves: IncomingRow[][] = [];
  readonly #index: SeriesIndex;
  readonly #now: number;
  readonly #touched = new Set<Series>();
  readonly #occurrences = new Map<string, number>();
  #worked = 0;

  /** `now`: when samples that do not say so are taken to have been received. */
  constructor(index: SeriesIndex, now: number) {
    this.#index = index;
    this.#now = now;
  }

  /** How many readings there are. */
  get size(): number {
    return this.waves.reduce((sum, wave) => sum + wave.length, this.fresh.length);
  }

  /** All series that are concerned. */
  get series(): Iterable<Series> {
    return this.#touched;
  }

  /** @throws UnstorableError, and has taken none of the samples. */
  async add(samples: readonly Sample[]): Promise<void> {
    const rows: IncomingRow[] = [];
    for (const sample of samples) {
      const before = rows.length;
      this.#read(sample, rows);
      const pause = this.#pause(rows.length - before);
      if (pause) await pause;
    }
    for (const row of rows) {
      this.#place(row);
      const pause = this.#pause(1);
      if (pause) await pause;
    }
  }

  /** All readings in waves: for when one that seemed to be new is not. */
  allWaves(): readonly IncomingRow[][] {
    return [this.fresh, ...this.waves];
  }

  *rows(): Generator<IncomingRow> {
    for (const wave of this.allWaves()) yield* wave;
  }

  /** It is on disk. */
  committed(): void {
    for (const series of this.#touched) series.newest = series.latest;
  }

  /** It is not. */
  failed(): void {
    for (const series of this.#touched) series.latest = series.newest;
  }

  #place(row: IncomingRow): void {
    const { series, ts } = row;
    this.#touched.add(series);
    if (ts > series.latest) {
      series.latest = ts;
      this.fresh.push(row);
      return;
    }
    const key = `${ts} ${series.device}\0${series.metric}`;
    const wave = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, wave + 1);
    (this.waves[wave] ??= []).push(row);
  }

  /** Whatever the number of samples in a write, and of writes in a group. */
  #pause(rows: number): Promise<void> | undefined {
    this.#worked += rows;
    if (this.#worked < ROWS_A_TURN) return undefined;
    this.#worked = 0;
    return nextTurn();
  }

  #read({ device, ts: time, received, values, metrics }: Sample, rows: IncomingRow[]): void {
    const ts = checkedTime(time, device);
    const came = receptionOf(received, this.#now);
    for (const metric in values) {
      const value = values[metric];
      if (value === undefined) continue;
      if (value !== null && typeof value === 'object' || typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') throw notAValue(value, metric, device);
      const info = metrics?.[metric];
      const quality = info?.q ?? (value === null ? QUALITY.missing : QUALITY.unknown);
      if (!isQuality(quality)) throw notAQuality(quality, metric, device);
      const note = info && checkedNote(info, `the reading ${metric} of ${device}`);
      rows.push({ series: this.#index.get(device, metric), ts, received: came, quality, note: note ?? null, ...columnsOf(value) });
    }
  }
}
