import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The number under which each metric of each device is stored; all of them in memory. */
export class SeriesIndex {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #devices = new Map<string, Map<string, number>>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO series (device, metric) VALUES (?, ?)');
    this.reload();
  }

  find(device: string, metric: string): number | undefined {
    return this.#devices.get(device)?.get(metric);
  }

  /** The number of a series, made within the running transaction when it is new. */
  get(device: string, metric: string): number {
    return this.find(device, metric) ?? this.#remember(device, metric, Number(this.#insert.run(device, metric).lastInsertRowid));
  }

  /** The series of one device: metric and number. */
  of(device: string): Iterable<[string, number]> {
    return this.#devices.get(device) ?? [];
  }

  /** Reads again what is on disk: a transaction that was rolled back took its new series with it. */
  reload(): void {
    this.#devices.clear();
    for (const row of this.#database.prepare('SELECT id, device, metric FROM series').iterate()) {
      this.#remember(String(row['device']), String(row['metric']), Number(row['id']));
    }
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
