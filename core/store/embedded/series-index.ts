import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Superseded } from './corrections.ts';
import type { SeriesNote } from './series-note.ts';

/** One metric of one device, and what is known of its readings without reading the disk. */
export class Series {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  /** Readings in chunks. */
  sealed: number;
  /** The newest time in chunks; -Infinity when there is none. */
  sealedNewest: number;
  /** The newest time of all. */
  newest: number;
  /** Where its pending readings begin in `Pending`, the last added first; -1 when there are none. */
  head = -1;
  pending = 0;
  /** How many of the pending ones take the place of one in a chunk. */
  overrides = 0;
  /** Whether the pending ones were added in order of time. */
  ordered = true;
  /** Pending readings by time; only where late ones have made it necessary. */
  slots: Map<number, number> | undefined;
  /** By time, what was superseded and is not in its table yet. */
  superseded: Map<number, Superseded[]> | undefined;
  /** Everything of it up to this row of the log is in chunks. */
  logged: number;
  /** The note of its last readings. */
  note: SeriesNote | undefined;
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

  constructor(device: string) {
    this.device = device;
  }
}

/** The number under which each metric of each device is stored; all of them in memory. */
export class SeriesIndex {
  readonly #insert: StatementSync;
  readonly #devices = new Map<string, DeviceSeries>();
  readonly #byId: Array<Series | undefined> = [];
  #fresh: Series[] = [];

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO series (device, metric) VALUES (?, ?)');
    for (const row of database.prepare('SELECT id, device, metric, readings, newest, logged FROM series').iterate()) {
      const newest = row['newest'] === null ? -Infinity : Number(row['newest']);
      this.#remember(this.device(String(row['device'])), new Series(Number(row['id']), String(row['device']), String(row['metric']), Number(row['readings']), newest, Number(row['logged'])));
    }
  }

  /** The newest row of the log of which something is in chunks. */
  get logged(): number {
    return this.#byId.reduce((newest, series) => Math.max(newest, series?.logged ?? 0), 0);
  }

  /** Every series there is, by its number; a number may be vacant. */
  get byId(): ReadonlyArray<Series | undefined> {
    return this.#byId;
  }

  find(device: string, metric: string): Series | undefined {
    return this.#devices.get(device.toWellFormed())?.metrics.get(metric.toWellFormed());
  }

  /** The series of a device that may be new. */
  device(name: string): DeviceSeries {
    return this.#devices.get(name) ?? this.#addDevice(name);
  }

  /** The series of one device. */
  of(device: string): Iterable<Series> {
    return this.#devices.get(device.toWellFormed())?.metrics.values() ?? [];
  }

  /** The series of a metric that may be new, made within the running transaction. `place`: which metric of its sample it is. */
  get(device: DeviceSeries, metric: string, place: number, begin: () => void): Series {
    const name = metric.toWellFormed();
    let series = device.metrics.get(name);
    if (!series) {
      begin();
      series = new Series(Number(this.#insert.run(device.device, name).lastInsertRowid), device.device, name);
      this.#remember(device, series);
      this.#fresh.push(series);
    }
    if (place <= device.order.length) {
      device.order[place] = metric;
      device.ordered[place] = series;
    }
    return series;
  }

  /** The transaction that made new series is on disk. */
  keepNew(): void {
    if (this.#fresh.length > 0) this.#fresh = [];
  }

  /** The transaction was rolled back, and took its new series with it. */
  forgetNew(): void {
    for (const series of this.#fresh) {
      const device = this.device(series.device);
      device.metrics.delete(series.metric);
      device.order.length = 0;
      device.ordered.length = 0;
      if (device.metrics.size === 0) this.#devices.delete(series.device);
      this.#byId[series.id] = undefined;
    }
    this.#fresh = [];
  }

  #addDevice(name: string): DeviceSeries {
    // SQLite keeps text as UTF-8, which has no lone surrogates: the name in memory must be the one on disk.
    const wellFormed = name.toWellFormed();
    const known = this.#devices.get(wellFormed);
    if (known) return known;
    const device = new DeviceSeries(wellFormed);
    this.#devices.set(wellFormed, device);
    return device;
  }

  #remember(device: DeviceSeries, series: Series): void {
    device.metrics.set(series.metric, series);
    while (this.#byId.length < series.id) this.#byId.push(undefined);
    this.#byId[series.id] = series;
  }
}
