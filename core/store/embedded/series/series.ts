import type { Content } from '../content.ts';
import type { Superseded } from '../corrections.ts';
import type { SeriesNote } from './series-note.ts';
import { compareTexts } from './text-order.ts';

/** One metric of one device, and what is known of its readings without reading the disk. */
export class Series {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  /** Readings in chunks. */
  sealed: number;
  /** The newest time in chunks; -Infinity when there is none. */
  sealedNewest: number;
  /** The reading of that time; undefined when it is to be read from its chunk. */
  newestSealed: Content | undefined;
  /** The newest time of all. */
  newest: number;
  /** The slot in `Pending` of the last reading that was added; -1 when there is none. */
  head = -1;
  pending = 0;
  /** The oldest time of the pending ones; Infinity when there are none. */
  oldestPending = Infinity;
  /** How many of the pending ones take the place of one in a chunk. */
  overrides = 0;
  /** Whether the pending ones were added in order of time. */
  ordered = true;
  /** Whether none of the pending ones is a text or has a note. */
  plain = true;
  /** Pending readings by time; only where late ones have made it necessary. */
  slots: Map<number, number> | undefined;
  /** By time, what was superseded and is not in its table yet. */
  superseded: Map<number, Superseded[]> | undefined;
  /** Everything of it up to this row of the log is in chunks. */
  logged: number;
  /** The note of its last readings. */
  note: SeriesNote | undefined;
  /** What is being deleted of it, at the moment; until then, it is not sealed. `to` is not included. */
  deleting: { from: number; to: number } | undefined;
  /** Whether it waits to be sealed ahead of its turn. */
  queued = false;

  constructor(id: number, device: string, metric: string, sealed = 0, newest = -Infinity, logged = 0) {
    this.id = id;
    this.device = device;
    this.metric = metric;
    this.sealed = sealed;
    this.sealedNewest = newest;
    this.newest = newest;
    this.logged = logged;
  }

  /** Whether what stands in chunks at this time, and was superseded there, is being deleted: it counts as gone. */
  isDeleting(ts: number): boolean {
    return this.deleting !== undefined && ts >= this.deleting.from && ts < this.deleting.to;
  }

  /** Readings in all. */
  get count(): number {
    return this.sealed + this.pending - this.overrides;
  }
}

/** The series of one device. */
export class DeviceSeries {
  readonly device: string;
  readonly metrics = new Map<string, Series>();
  /** The metrics of its last sample in their order, which is most likely that of the next one. */
  readonly order: string[] = [];
  readonly ordered: Series[] = [];
  #sorted: readonly Series[] | undefined;

  constructor(device: string) {
    this.device = device;
  }

  /** In alphabetical order of metrics. */
  get series(): readonly Series[] {
    return (this.#sorted ??= [...this.metrics.values()].sort((a, b) => compareTexts(a.metric, b.metric)));
  }

  add(series: Series): void {
    this.metrics.set(series.metric, series);
    this.#sorted = undefined;
  }

  remove(series: Series): void {
    this.metrics.delete(series.metric);
    this.order.length = 0;
    this.ordered.length = 0;
    this.#sorted = undefined;
  }
}
