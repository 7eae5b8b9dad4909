import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { NumberSet } from './number-set.ts';

export const ATTEMPT_TABLE = 'CREATE TABLE attempt (id INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT';

/** So many are remembered at least, and at most twice as many. */
const REMEMBERED = 1_000_000;
/** So many rows are put together into one when they are short: to read two million rows of one key would take seconds. */
const ROWS_TOGETHER = 128;
const KEYS_TOGETHER = 16 * ROWS_TOGETHER;
/** So many rows of what is forgotten leave the disk with a commit: all at once would stop the event loop. */
const ROWS_TRIMMED = 64;

/** Rows that may be put together: all from `from` on. */
interface Tail {
  from: number;
  rows: number;
  keys: number[];
}

/**
 * The keys of the last million or more messages that were kept: what is attempted again is recognised, also after a
 * restart, since the keys are written with the messages. In two generations: when the younger is full, the older goes.
 */
export class Attempts {
  readonly #remembered: number;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #removeFrom: StatementSync;
  #young = new NumberSet();
  #old = new NumberSet();
  /** The last row of what is forgotten, of the older generation, and of all. */
  #lastForgotten = 0;
  #lastOld = 0;
  #last = 0;
  /** Whether rows that are forgotten may be on disk. */
  #untrimmed = true;
  #tail: Tail = { from: 1, rows: 0, keys: [] };
  /** What will be when the commit that is being written is on disk. */
  #writing: { keys: readonly number[]; last: number; tail: Tail; untrimmed: boolean } | undefined;

  constructor(database: DatabaseSync, remembered = REMEMBERED) {
    this.#remembered = remembered;
    this.#insert = database.prepare('INSERT INTO attempt VALUES (?, ?)');
    this.#trim = database.prepare(`DELETE FROM attempt WHERE id IN (SELECT id FROM attempt WHERE id <= ? ORDER BY id LIMIT ${ROWS_TRIMMED})`);
    this.#removeFrom = database.prepare('DELETE FROM attempt WHERE id >= ?');
    for (const row of database.prepare('SELECT id, keys FROM attempt ORDER BY id').iterate()) {
      this.#last = Number(row['id']);
      if (row['keys'] instanceof Uint8Array) this.#remember(keysOf(row['keys']));
    }
    this.#tail = { from: this.#last + 1, rows: 0, keys: [] };
  }

  has(key: number): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  /** Writes keys within the transaction of the caller, who then says `committed`, or nothing when it failed. */
  write(keys: readonly number[]): void {
    this.#writing = undefined;
    if (keys.length === 0) return;
    const last = this.#last + 1;
    const tail = { from: this.#tail.from, rows: this.#tail.rows + 1, keys: [...this.#tail.keys, ...keys] };
    const together = tail.rows === ROWS_TOGETHER && tail.keys.length < KEYS_TOGETHER;
    if (together) this.#removeFrom.run(tail.from);
    const bytes = new Float64Array(together ? tail.keys : keys);
    this.#insert.run(last, new Uint8Array(bytes.buffer));
    const untrimmed = this.#untrimmed && Number(this.#trim.run(this.#lastForgotten).changes) === ROWS_TRIMMED;
    const begun = tail.rows < ROWS_TOGETHER && tail.keys.length < KEYS_TOGETHER;
    this.#writing = { keys, last, tail: begun ? tail : { from: last + 1, rows: 0, keys: [] }, untrimmed };
  }

  committed(): void {
    if (!this.#writing) return;
    const { keys, last, tail, untrimmed } = this.#writing;
    this.#writing = undefined;
    this.#last = last;
    this.#tail = tail;
    this.#untrimmed = untrimmed;
    this.#remember(keys);
  }

  #remember(keys: Iterable<number>): void {
    for (const key of keys) this.#young.add(key);
    if (this.#young.size < this.#remembered) return;
    this.#old = this.#young;
    this.#young = new NumberSet();
    this.#lastForgotten = this.#lastOld;
    this.#lastOld = this.#last;
    this.#untrimmed = true;
    // What is put together must not bring back what is forgotten.
    this.#tail = { from: this.#last + 1, rows: 0, keys: [] };
  }
}

function keysOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
}
