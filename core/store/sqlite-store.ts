import { inspect } from 'node:util';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { QUALITY } from '../sample/sample.ts';
import type { Quality, ReadingValue, Sample } from '../sample/sample.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { storageError } from '../sqlite/storage-error.ts';
import { Corrections } from './corrections.ts';
import { SeriesIndex } from './series-index.ts';
import type { Range, Store, StoreCounts, StoredReading } from './store.ts';

/** A sample that the store cannot take, since a node on its way has put something else in it. Code `HOLDFAST_NOT_STORABLE`. */
export class UnstorableError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_NOT_STORABLE', message);
  }
}

export interface SqliteStoreOptions {
  path: string;
  clock: Clock;
  /** The longest a sample waits for its commit, in milliseconds. */
  commitInterval?: number;
}

const LAYOUT = {
  migrations: [
    `CREATE TABLE series (id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device, metric)) STRICT;
     CREATE TABLE reading (
       series INTEGER NOT NULL, ts INTEGER NOT NULL, value ANY, quality INTEGER NOT NULL,
       PRIMARY KEY (series, ts)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE superseded (
       series INTEGER NOT NULL, ts INTEGER NOT NULL, value ANY, quality INTEGER NOT NULL, superseded INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX superseded_reading ON superseded (series, ts)`,
  ],
};

const MAXIMUM_ITEMS = 2_000;

/**
 * The embedded store: a table clustered by series and time in `store.sqlite`, so that a range is one sequential read and a
 * reading that is written twice stands there once. Numbers are stored as REAL, booleans as INTEGER, texts as TEXT.
 */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #series: SeriesIndex;
  readonly #insert: StatementSync;
  readonly #corrections: Corrections;
  readonly #group: GroupCommit<readonly Sample[]>;
  readonly #counts: StoreCounts = { stored: 0, duplicates: 0, corrected: 0 };

  /** @throws StorageError when the file cannot be opened. */
  constructor({ path, clock, commitInterval = 2 }: SqliteStoreOptions) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    this.#series = new SeriesIndex(this.#database);
    this.#insert = this.#database.prepare('INSERT INTO reading VALUES (?, ?, ?, ?) ON CONFLICT (series, ts) DO NOTHING');
    this.#corrections = new Corrections(this.#database, clock);
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: MAXIMUM_ITEMS, commit: (items) => this.#commit(items) });
  }

  get counts(): Readonly<StoreCounts> {
    return this.#counts;
  }

  write(samples: readonly Sample[], committed: Committed): void {
    this.#group.add(samples, committed);
  }

  range({ device, metric, from, to, limit = 10_000 }: Range): StoredReading[] {
    const series = this.#series.find(device, metric);
    if (series === undefined) return [];
    return this.#database
      .prepare('SELECT ts, value, typeof(value) AS type, quality FROM reading WHERE series = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT ?')
      .all(series, from, to, limit)
      .map(readingOf);
  }

  superseded({ device, metric, from, to, limit = 10_000 }: Range): StoredReading[] {
    const series = this.#series.find(device, metric);
    return series === undefined ? [] : this.#corrections.range(series, from, to, limit).map(readingOf);
  }

  latest(device: string): Record<string, StoredReading> {
    const newest = this.#database.prepare('SELECT ts, value, typeof(value) AS type, quality FROM reading WHERE series = ? ORDER BY ts DESC LIMIT 1');
    const readings: Array<[string, StoredReading]> = [];
    for (const [metric, series] of this.#series.of(device)) {
      const row = newest.get(series);
      if (row) readings.push([metric, readingOf(row)]);
    }
    return Object.fromEntries(readings);
  }

  devices(): string[] {
    return this.#database.prepare('SELECT DISTINCT device FROM series ORDER BY device').all().map((row) => String(row['device']));
  }

  metrics(): string[] {
    return this.#database.prepare('SELECT DISTINCT metric FROM series ORDER BY metric').all().map((row) => String(row['metric']));
  }

  count(device?: string): number {
    if (device === undefined) return Number(this.#database.prepare('SELECT count(*) AS n FROM reading').get()?.['n']);
    const one = this.#database.prepare('SELECT count(*) AS n FROM reading WHERE series = ?');
    let count = 0;
    for (const [, series] of this.#series.of(device)) count += Number(one.get(series)?.['n']);
    return count;
  }

  /** Commits what waits and closes the file. */
  close(): void {
    this.#group.flush();
    this.#database.close();
  }

  #commit(writes: readonly (readonly Sample[])[]): void {
    const counts = { stored: 0, duplicates: 0, corrected: 0 };
    let committed = false;
    try {
      transaction(this.#database, () => {
        for (const samples of writes) for (const sample of samples) this.#writeSample(sample, counts);
      });
      committed = true;
    } catch (error) {
      throw error instanceof HoldfastError ? error : storageError(this.#path, error);
    } finally {
      this.#series.ended(committed);
    }
    this.#counts.stored += counts.stored;
    this.#counts.duplicates += counts.duplicates;
    this.#counts.corrected += counts.corrected;
  }

  #writeSample(sample: Sample, counts: StoreCounts): void {
    if (!Number.isSafeInteger(sample.ts)) throw new UnstorableError(`The time of a sample of ${sample.device} is ${shown(sample.ts)}. Set msg.iot.ts to whole milliseconds since 1970.`);
    for (const metric in sample.values) {
      const value = sample.values[metric];
      if (value === undefined) continue;
      const series = this.#series.get(sample.device, metric);
      const quality = sample.metrics?.[metric]?.q ?? (value === null ? QUALITY.missing : QUALITY.unknown);
      if (!isReadingValue(value)) throw new UnstorableError(`The reading ${metric} of ${sample.device} is ${shown(value)}. A reading is a number, a text, true, false or null.`);
      const stored = storedValue(value);
      if (this.#insert.run(series, sample.ts, stored, quality).changes === 1) counts.stored += 1;
      else if (this.#corrections.correct(series, sample.ts, stored, quality)) counts.corrected += 1;
      else counts.duplicates += 1;
    }
  }
}

function isReadingValue(value: unknown): value is ReadingValue {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function shown(value: unknown): string {
  return inspect(value).slice(0, 60);
}

/** node:sqlite binds every number as REAL and every bigint as INTEGER: that is how a boolean stays apart from a number. */
function storedValue(value: ReadingValue): SQLInputValue {
  return typeof value === 'boolean' ? (value ? 1n : 0n) : value;
}

function readingOf(row: Record<string, unknown>): StoredReading {
  const value = row['value'];
  return { ts: Number(row['ts']), value: row['type'] === 'integer' ? value === 1 : plain(value), quality: qualityOf(row['quality']) };
}

function plain(value: unknown): ReadingValue {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function qualityOf(value: unknown): Quality {
  return value === 1 || value === 3 || value === 4 || value === 9 ? value : QUALITY.unknown;
}
