import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '../entry.ts';

export const KNOWN_TABLE = 'CREATE TABLE known (id INTEGER PRIMARY KEY, digests BLOB NOT NULL) STRICT';

/** So many are remembered at least, and at most twice as many: more than an inbox has in the flow, and what is in the flow is all that it brings again. */
const REMEMBERED = 131_072;
const DIGEST_BYTES = 16;
/** So many rows of what is forgotten leave the disk with a commit. */
const ROWS_TRIMMED = 64;

/**
 * What names an entry, in 16 characters of one byte (MD5, RFC 1321, of id and time: here nobody gains by a collision but the device that
 * made it). The time is part of it: an inbox that was begun anew gives its positions, and the ids made of them, a second time.
 */
export function digestOf({ id, ts }: Pick<Entry, 'id' | 'ts'>): string {
  return hash('md5', `${id} ${ts}`, 'binary');
}

/** The last entries that came, whether they are still in the queue or not: what the inbox brings again is queued once. In two generations: when the younger is full, the older goes. */
export class KnownIds {
  readonly #remembered: number;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  #young = new Set<string>();
  #old = new Set<string>();
  /** The last row of what is forgotten, of the older generation, and of all. */
  #lastForgotten = 0;
  #lastOld = 0;
  #last = 0;

  constructor(database: DatabaseSync, remembered = REMEMBERED) {
    this.#remembered = remembered;
    this.#insert = database.prepare('INSERT INTO known VALUES (?, ?)');
    this.#trim = database.prepare(`DELETE FROM known WHERE id IN (SELECT id FROM known WHERE id <= ? ORDER BY id LIMIT ${ROWS_TRIMMED})`);
    for (const row of database.prepare('SELECT id, digests FROM known ORDER BY id').iterate()) {
      if (row['digests'] instanceof Uint8Array) this.committed(digestsIn(row['digests']), Number(row['id']));
    }
  }

  has(digest: string): boolean {
    return this.#young.has(digest) || this.#old.has(digest);
  }

  /** Writes digests within the transaction of the caller, who then says `committed`, or nothing when it failed. @returns the row. */
  write(digests: readonly string[]): number {
    const row = this.#last + 1;
    this.#insert.run(row, Buffer.from(digests.join(''), 'latin1'));
    if (this.#lastForgotten > 0) this.#trim.run(this.#lastForgotten);
    return row;
  }

  committed(digests: Iterable<string>, row: number): void {
    for (const digest of digests) this.#young.add(digest);
    this.#last = row;
    if (this.#young.size < this.#remembered) return;
    this.#old = this.#young;
    this.#young = new Set();
    this.#lastForgotten = this.#lastOld;
    this.#lastOld = row;
  }
}

function* digestsIn(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + DIGEST_BYTES <= buffer.length; at += DIGEST_BYTES) yield buffer.toString('latin1', at, at + DIGEST_BYTES);
}
