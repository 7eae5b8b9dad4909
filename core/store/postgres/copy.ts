import type { Connection, Submittable } from 'pg';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { Client } from './connection.ts';
import { nextTurn, ROWS_A_TURN } from './next-turn.ts';

/** What COPY sends of a reading. */
export interface CopyRow {
  ts: number;
  received: number;
  number: number | null;
  /** Its number may be known only when the row is sent. */
  series: { readonly id: number };
  kind: number;
  quality: number;
  text: string | null;
  note: string | null;
}

/** The columns in the order in which `CopyRows` writes them. */
const COPIED = 'ts, received, number, series, kind, quality, text, note';

/** The start of a file in PostgreSQL's binary COPY format: signature, no flags, no extension (postgresql.org/docs/current/sql-copy.html). */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COLUMNS = 8;
/** What a row takes at most beside its text and its note. */
const ROW = 2 + COLUMNS * 4 + 3 * 8 + 4 + 2 * 2;
const NULL = -1;

/** Rows in the binary COPY format. */
class CopyRows {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = HEADER.copy(this.#bytes);

  add({ ts, received, number, series, kind, quality, text, note }: CopyRow): void {
    this.#reserve(ROW);
    this.#int16(COLUMNS);
    this.#int64(ts);
    this.#int64(received);
    if (number === null) this.#int32(NULL);
    else this.#float64(number);
    this.#int32(4);
    this.#int32(series.id);
    this.#int32(2);
    this.#int16(kind);
    this.#int32(2);
    this.#int16(quality);
    this.#text(text);
    this.#text(note);
  }

  /** All rows, with the end mark. */
  finish(): Buffer {
    this.#reserve(2);
    this.#int16(-1);
    return this.#bytes.subarray(0, this.#length);
  }

  #int16(value: number): void {
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  #int32(value: number): void {
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  #int64(value: number): void {
    this.#int32(8);
    this.#int32(Math.floor(value / 0x1_0000_0000));
    this.#length = this.#bytes.writeUInt32BE(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, this.#length);
  }

  #float64(value: number): void {
    this.#int32(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  #text(text: string | null): void {
    if (text === null) return this.#int32(NULL);
    const length = Buffer.byteLength(text);
    this.#reserve(length + ROW);
    this.#int32(length);
    this.#length += this.#bytes.write(text, this.#length, length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.#length + more, this.#bytes.length * 2));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}

/** A library that has changed beneath us. Code `HOLDFAST_COPY`. */
class CopyError extends HoldfastError {
  constructor() {
    super('HOLDFAST_COPY', 'The installed version of pg cannot copy rows. Install pg 8.23 or a newer 8.');
  }
}

/** What pg's connection can do beside what its types tell; pg-copy-streams uses the same. */
interface CopyingConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Copies rows into `table`. Nothing of them is there when it rejects. */
export async function copyInto(client: Client, table: string, rows: Iterable<CopyRow>): Promise<void> {
  const copied = new CopyRows();
  let count = 0;
  for (const row of rows) {
    copied.add(row);
    if (++count % ROWS_A_TURN === 0) await nextTurn();
  }
  await client.query(new CopyIn(`COPY ${table} (${COPIED}) FROM STDIN (FORMAT binary)`, copied.finish())).ended;
}

/** A COPY FROM STDIN as pg's queue runs it: pg calls these methods as the server answers. */
class CopyIn implements Submittable {
  readonly ended: Promise<void>;
  /** Set by pg, which ends its own time-out with it. */
  callback: ((error: Error | null) => void) | undefined;
  readonly #text: string;
  readonly #rows: Buffer;
  #settle: (failure: Error | undefined) => void = () => undefined;

  constructor(text: string, rows: Buffer) {
    this.#text = text;
    this.#rows = rows;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = (failure) => {
        this.callback?.(failure ?? null);
        if (failure) reject(failure);
        else resolve();
      };
    });
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: Connection): void {
    if (!canCopy(connection)) throw new CopyError();
    connection.sendCopyFromChunk(this.#rows);
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    this.#settle(error);
  }

  handleCommandComplete(): void {
    // The number of rows is known.
  }

  handleReadyForQuery(): void {
    this.#settle(undefined);
  }
}

function canCopy(connection: object): connection is CopyingConnection {
  return 'sendCopyFromChunk' in connection && 'endCopyFrom' in connection;
}
