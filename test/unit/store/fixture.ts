import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from '../../../core/clock/clock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Sample, Values } from '../../../core/sample/sample.ts';
import { Block } from '../../../core/store/codec/block.ts';
import { kindOf, TYPE } from '../../../core/store/codec/kind.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import type { SqliteStoreOptions } from '../../../core/store/embedded/sqlite-store.ts';
import type { StoredReading } from '../../../core/store/store.ts';

export function sampleOf(device: string, ts: number, values: Values): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values };
}

export function blockOf(readings: readonly StoredReading[]): Block {
  const block = new Block(readings.length);
  for (const { ts, value, quality } of readings) {
    const type = value === null ? TYPE.null : typeof value === 'number' ? TYPE.number : typeof value === 'string' ? TYPE.text : value ? TYPE.true : TYPE.false;
    block.push(ts, kindOf(type, quality), typeof value === 'number' ? value : 0, typeof value === 'string' ? value : undefined);
  }
  return block;
}

/** A clock on which looking at the time takes a millisecond, so that work that watches the time is cut in slices. */
export class BusyClock implements Clock {
  readonly #manual = new ManualClock();
  #looks = 0;

  now(): number {
    return this.#manual.now() + this.#looks++;
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    return this.#manual.setTimeout(callback, milliseconds);
  }

  advance(milliseconds: number): void {
    this.#manual.advance(milliseconds);
  }

  leap(milliseconds: number): void {
    this.#manual.leap(milliseconds);
  }
}

/** A store in a folder of its own, which can be looked into, damaged, crashed and opened again. */
export class StoreFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  readonly clock = new BusyClock();
  readonly problems: Error[] = [];
  readonly #options: Partial<SqliteStoreOptions>;
  #life = 0;
  store: SqliteStore;

  constructor(options: Partial<SqliteStoreOptions> = {}) {
    this.#options = options;
    this.store = this.#open();
  }

  get path(): string {
    return join(this.folder, `${this.#life}.sqlite`);
  }

  /** Writes and commits. @returns the error that was told. */
  write(...samples: Sample[]): Error | undefined {
    let told: Error | undefined | null = null;
    this.store.write(samples, (error) => void (told = error));
    this.clock.advance(2);
    if (told === null) throw new Error('nobody was told');
    return told;
  }

  all(device: string, metric: string): StoredReading[] {
    return this.store.range({ device, metric, from: -1e16, to: 1e16, limit: 1e6 });
  }

  superseded(device: string, metric: string): StoredReading[] {
    return this.store.superseded({ device, metric, from: -1e16, to: 1e16, limit: 1e6 });
  }

  /** Lets time pass until something is done. */
  async settle<Result>(work: Promise<Result>): Promise<Result> {
    let done = false;
    const end = (): void => void (done = true);
    work.then(end, end);
    for (let round = 0; !done; round += 1) {
      if (round > 100_000) throw new Error('it never ends');
      this.clock.advance(1);
      await new Promise(setImmediate);
    }
    return work;
  }

  /** Lets time pass until nothing is left to be deleted. */
  async rest(): Promise<void> {
    while (this.sql('SELECT 1 FROM deletion LIMIT 1').length > 0) {
      this.clock.advance(5);
      await new Promise(setImmediate);
    }
    for (let round = 0; round < 5; round += 1) {
      this.clock.advance(5);
      await new Promise(setImmediate);
    }
  }

  /** All bytes of the files of the store. */
  bytes(): Buffer {
    return Buffer.concat(readdirSync(this.folder).filter((name) => name.startsWith(`${this.#life}.sqlite`)).map((name) => readFileSync(join(this.folder, name))));
  }

  reopen(): void {
    this.store.close();
    this.store = this.#open();
  }

  /** What a kill at this moment leaves: the files as they are. */
  crash(): void {
    const former = this.path;
    this.#life += 1;
    for (const suffix of ['', '-wal']) if (existsSync(former + suffix)) copyFileSync(former + suffix, this.path + suffix);
    this.store.close();
    this.store = this.#open();
  }

  /** Does something to the file from another connection. */
  sql(text: string): Array<Record<string, unknown>> {
    const database = new DatabaseSync(this.path);
    try {
      return database.prepare(text).all();
    } finally {
      database.close();
    }
  }

  /** Flips a bit of the blob that `where` names. */
  flip(table: 'log' | 'chunk', where: string): void {
    const database = new DatabaseSync(this.path);
    try {
      const rows = table === 'chunk' ? `chunk_data WHERE id = (SELECT data FROM chunk WHERE ${where})` : `log WHERE ${where}`;
      const { id, data } = database.prepare(`SELECT id, data FROM ${rows}`).get() as { id: number; data: Uint8Array };
      data[data.length - 1]! ^= 1;
      database.prepare(`UPDATE ${table === 'chunk' ? 'chunk_data' : table} SET data = ? WHERE id = ?`).run(data, id);
    } finally {
      database.close();
    }
  }

  remove(): void {
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #open(): SqliteStore {
    return new SqliteStore({ path: this.path, clock: this.clock, problem: (error) => this.problems.push(error), ...this.#options });
  }
}
