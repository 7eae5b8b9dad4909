import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The number under which each metric of each device is stored; all of them in memory. */
export class SeriesIndex {
  readonly #insert: StatementSync;
  readonly #devices = new Map<string, Map<string, number>>();
  /** Made in the running transaction. */
  #fresh: Array<[device: string, metric: string]> = [];

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO series (device, metric) VALUES (?, ?)');
    for (const row of database.prepare('SELECT id, device, metric FROM series').iterate()) {
      this.#remember(String(row['device']), String(row['metric']), Number(row['id']));
    }
  }

  find(device: string, metric: string): number | undefined {
    return this.#find(device, metric) ?? this.#find(device.toWellFormed(), metric.toWellFormed());
  }

  /** The number of a series, made within the running transaction when it is new. */
  get(device: string, metric: string): number {
    return this.find(device, metric) ?? this.#make(device.toWellFormed(), metric.toWellFormed());
  }

  /** The series of one device: metric and number. */
  of(device: string): Iterable<[string, number]> {
    return this.#devices.get(device.toWellFormed()) ?? [];
  }

  /** The transaction has ended; when it was rolled back, it took its new series with it. */
  ended(committed: boolean): void {
    if (!committed) for (const [device, metric] of this.#fresh) this.#devices.get(device)?.delete(metric);
    if (this.#fresh.length > 0) this.#fresh = [];
  }

  #find(device: string, metric: string): number | undefined {
    return this.#devices.get(device)?.get(metric);
  }

  /** A half of a surrogate pair has no UTF-8 and comes back from disk as U+FFFD; it is known under that name from the start. */
  #make(device: string, metric: string): number {
    const series = Number(this.#insert.run(device, metric).lastInsertRowid);
    this.#fresh.push([device, metric]);
    return this.#remember(device, metric, series);
  }

  #remember(device: string, metric: string, series: number): number {
    let metrics = this.#devices.get(device);
    if (!metrics) {
      metrics = new Map<string, number>();
      this.#devices.set(device, metrics);
    }
    metrics.set(metric, series);
    return series;
  }
}
