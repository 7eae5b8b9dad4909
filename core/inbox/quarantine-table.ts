import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { FORMATS } from '../decode/format.ts';
import { VIA } from '../sample/via.ts';
import type { InboxRecord } from './record.ts';

/** A record that cannot be processed, with the reason. Quarantined once per position. */
export interface Refused {
  position: number;
  record: InboxRecord;
  reason: string;
  detail: string;
}

export interface QuarantineBounds {
  /** The quarantine keeps so many samples; */
  maximumRows: number;
  /** and so many bytes of payloads and topics. Beyond either the oldest goes, counted. */
  maximumBytes: number;
}

const BOUNDS: QuarantineBounds = { maximumRows: 100_000, maximumBytes: 256 * 1024 * 1024 };
const WEIGHT = 'octet_length(payload) + octet_length(topic)';

interface Held {
  rows: number;
  bytes: number;
}

/** What waits in quarantine, in the inbox's file, so that a record moves there in one transaction. */
export class QuarantineTable {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #between: StatementSync;
  readonly #bounds: QuarantineBounds;
  /** Counted once: to count a large table anew with every commit would stop the event loop. */
  #held: Held;
  /** What it will hold when the commit being written is on disk. */
  #coming: Held | undefined;

  constructor(database: DatabaseSync, clock: Clock, bounds = BOUNDS) {
    this.#database = database;
    this.#clock = clock;
    this.#bounds = bounds;
    const row = database.prepare(`SELECT count(*) AS rows, coalesce(sum(${WEIGHT}), 0) AS bytes FROM quarantine`).get();
    this.#held = { rows: Number(row?.['rows']), bytes: Number(row?.['bytes']) };
    this.#insert = database.prepare('INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#between = database.prepare('SELECT position FROM quarantine WHERE position >= ? AND position < ?');
  }

  /** Inserts within the transaction of the caller, and keeps the bounds. Once per commit; the caller then says `committed`, or nothing when it failed. */
  insert(items: readonly Refused[]): void {
    this.#coming = undefined;
    if (items.length === 0) return;
    const coming = { ...this.#held };
    for (const { position, record, reason, detail } of items) {
      const { device, principal, via, topic, received, payload, format = 'auto' } = record;
      const { changes } = this.#insert.run(position, device, principal, via, topic, received, reason, detail, this.#clock.now(), payload, format);
      if (Number(changes) === 0) continue;
      coming.rows += 1;
      coming.bytes += payload.length + Buffer.byteLength(topic);
    }
    this.#dropOldest(coming);
    this.#coming = coming;
  }

  committed(): void {
    this.#held = this.#coming ?? this.#held;
    this.#coming = undefined;
  }

  #dropOldest(coming: Held): void {
    const { maximumRows, maximumBytes } = this.#bounds;
    if (coming.rows <= maximumRows && coming.bytes <= maximumBytes) return;
    let last = 0;
    let dropped = 0;
    for (const row of this.#database.prepare(`SELECT position, ${WEIGHT} AS bytes FROM quarantine ORDER BY position`).iterate()) {
      last = Number(row['position']);
      dropped += 1;
      coming.rows -= 1;
      coming.bytes -= Number(row['bytes']);
      if (coming.rows <= maximumRows && coming.bytes <= maximumBytes) break;
    }
    this.#database.prepare('DELETE FROM quarantine WHERE position <= ?').run(last);
    this.#database.prepare(`UPDATE meta SET value = value + ? WHERE name = 'quarantine_dropped'`).run(dropped);
  }

  /** The positions of a run of records that are in quarantine. */
  *positions(from: number, to: number): Generator<number> {
    if (this.#held.rows === 0) return;
    for (const row of this.#between.iterate(from, to)) yield Number(row['position']);
  }

  count(): number {
    return this.#held.rows;
  }

  /** How many had to go because newer ones needed the room, since the file was made. */
  dropped(): number {
    return Number(this.#database.prepare(`SELECT value FROM meta WHERE name = 'quarantine_dropped'`).get()?.['value']);
  }

  /** Newest first. */
  list(limit: number): Array<Refused & { quarantined: number }> {
    return this.#database.prepare('SELECT * FROM quarantine ORDER BY position DESC LIMIT ?').all(limit).map((row) => ({
      position: Number(row['position']),
      reason: String(row['reason']),
      detail: String(row['detail']),
      quarantined: Number(row['quarantined']),
      record: {
        device: String(row['device']),
        principal: String(row['principal']),
        via: VIA.find((via) => via === row['via']) ?? 'flow',
        topic: String(row['topic']),
        received: Number(row['received']),
        payload: row['payload'] instanceof Uint8Array ? row['payload'] : new Uint8Array(),
        format: FORMATS.find((format) => format === row['format']) ?? 'auto',
      },
    }));
  }
}
