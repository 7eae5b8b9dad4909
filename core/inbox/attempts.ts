import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { NumberSet } from './number-set.ts';

export const ATTEMPT_TABLE = 'CREATE TABLE attempt (id INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT';

/** So many are remembered at least, and at most twice as many. */
const REMEMBERED = 1_000_000;

/**
 * The keys of the last million or more messages that were kept: what is attempted again is recognised, also after a
 * restart, since the keys are written with the messages. In two generations: when the younger is full, the older goes.
 */
export class Attempts {
  readonly #remembered: number;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  #young = new NumberSet();
  #old = new NumberSet();
  /** The last row of the older generation, and of all. */
  #lastOld = 0;
  #last = 0;
  /** The row that the commit being written would add, and its keys. */
  #writing: readonly number[] = [];

  constructor(database: DatabaseSync, remembered = REMEMBERED) {
    this.#remembered = remembered;
    this.#insert = database.prepare('INSERT INTO attempt VALUES (?, ?)');
    this.#trim = database.prepare('DELETE FROM attempt WHERE id <= ?');
    for (const row of database.prepare('SELECT id, keys FROM attempt ORDER BY id').iterate()) {
      this.#last = Number(row['id']);
      if (row['keys'] instanceof Uint8Array) this.#remember(keysOf(row['keys']));
    }
  }

  has(key: number): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  /** Writes keys within the transaction of the caller, who then says `committed`, or nothing when it failed. */
  write(keys: readonly number[]): void {
    this.#writing = keys;
    if (keys.length === 0) return;
    const bytes = new Float64Array(keys);
    this.#insert.run(this.#last + 1, new Uint8Array(bytes.buffer));
    // The younger generation will be full: what the older one holds is forgotten on disk as well.
    if (this.#young.size + keys.length >= this.#remembered) this.#trim.run(this.#lastOld);
  }

  committed(): void {
    if (this.#writing.length === 0) return;
    this.#last += 1;
    this.#remember(this.#writing);
    this.#writing = [];
  }

  #remember(keys: Iterable<number>): void {
    for (const key of keys) this.#young.add(key);
    if (this.#young.size < this.#remembered) return;
    this.#old = this.#young;
    this.#young = new NumberSet();
    this.#lastOld = this.#last;
  }
}

function keysOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
}
