import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DeviceSeries, Series } from './series.ts';
import { loadSeries } from './series-table.ts';
import { compareTexts } from './text-order.ts';

export { DeviceSeries, Series } from './series.ts';

/** The number under which each metric of each device is stored; all of them in memory. */
export class SeriesIndex {
  readonly #insert: StatementSync;
  readonly #devices = new Map<string, DeviceSeries>();
  readonly #byId: Array<Series | undefined> = [];
  #fresh: Series[] = [];
  #sorted: readonly DeviceSeries[] | undefined;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO series (device, metric, logged) VALUES (?, ?, ?)');
    for (const series of loadSeries(database)) this.#remember(this.device(series.device), series);
  }

  /** The newest row of the log of which something is in chunks. */
  get logged(): number {
    return this.#byId.reduce((newest, series) => Math.max(newest, series?.logged ?? 0), 0);
  }

  /** Every series there is, by its number; a number may be vacant. */
  get byId(): ReadonlyArray<Series | undefined> {
    return this.#byId;
  }

  /** All devices, in alphabetical order. */
  get devices(): readonly DeviceSeries[] {
    return (this.#sorted ??= [...this.#devices.values()].filter(({ metrics }) => metrics.size > 0).sort((a, b) => compareTexts(a.device, b.device)));
  }

  findDevice(device: string): DeviceSeries | undefined {
    return this.#devices.get(device.toWellFormed());
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

  /**
   * The series of a metric that may be new; `place`: which metric of its sample it is. A new one is made in the transaction that `begin`
   * sees to; it answers the number of the newest row of the log, of which nothing is of the series, whatever numbers it names.
   */
  get(device: DeviceSeries, metric: string, place: number, begin: () => number): Series {
    const name = metric.toWellFormed();
    let series = device.metrics.get(name);
    if (!series) {
      const logged = begin();
      series = new Series(Number(this.#insert.run(device.device, name, logged).lastInsertRowid), device.device, name, 0, -Infinity, logged);
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
    for (const series of this.#fresh) this.remove(series);
    this.#fresh = [];
  }

  /** Forgets a series, of which nothing is on disk any more, and its device with the last one. */
  remove(series: Series): void {
    const device = this.device(series.device);
    device.remove(series);
    if (device.metrics.size === 0) this.#devices.delete(series.device);
    this.#byId[series.id] = undefined;
    this.#sorted = undefined;
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
    device.add(series);
    this.#sorted = undefined;
    while (this.#byId.length < series.id) this.#byId.push(undefined);
    this.#byId[series.id] = series;
  }
}
