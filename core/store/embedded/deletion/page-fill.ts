import type { DatabaseSync } from 'node:sqlite';

/** A page that continues a row begins with the number of the next one. */
const LINK = 4;

/**
 * How SQLite spreads the row of a table over pages (sqlite.org/fileformat2.html, section 1.6): what does not fit goes on in overflow
 * pages. It leaves the rest of the last of these as it finds it, and what it finds may be of a reading that has been deleted since. So
 * such rows are made to fill their pages.
 */
export class PageFill {
  readonly #overflow: number;
  readonly #most: number;
  readonly #least: number;

  /** `page` is the size of a page, of which nothing is reserved. */
  constructor(page: number) {
    this.#overflow = page - LINK;
    this.#most = page - 35;
    this.#least = Math.floor(((page - 12) * 32) / 255) - 23;
  }

  /** How many zeros a row of `chunk_data` with a blob of this length needs beside it; 0 when it is well as it is. */
  pad(length: number): number {
    const bare = recordLength(length, 0);
    if (bare <= this.#most || this.#last(bare) <= this.#most - this.#least) return 0;
    return this.#overflow - this.#last(bare);
  }

  /** The length of the blob of a row of `scrub` that fills so many overflow pages. */
  filling(pages: number): number {
    const record = this.#least + pages * this.#overflow;
    let length = record - recordLength(0);
    while (recordLength(length) > record + (this.#most - this.#least)) length -= 1;
    while (recordLength(length) < record) length += 1;
    return length;
  }

  /** How many bytes lie beyond the last full overflow page and the least that stays in the table. */
  #last(record: number): number {
    return (record - this.#least) % this.#overflow;
  }
}

/** The bytes of a row of a number, which is kept elsewhere, a blob and, where it has one, a pad. */
function recordLength(blob: number, pad?: number): number {
  const columns = [0, typeOf(blob), ...(pad === undefined ? [] : [pad === 0 ? 0 : typeOf(pad)])];
  // The first byte says how long this is: it is enough for rows of a few columns.
  return 1 + columns.reduce((sum, type) => sum + varintLength(type), 0) + blob + (pad ?? 0);
}

function typeOf(length: number): number {
  return length * 2 + 12;
}

/** SQLite's varints have seven bits a byte. */
function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** The size of the pages of a file, in bytes. */
export function pageSize(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
}
