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

/** The quarantine keeps this many samples; beyond it the oldest goes, counted. */
const QUARANTINE_BOUND = 100_000;

/** What waits in quarantine, in the inbox's file, so that a record moves there in one transaction. */
export class QuarantineTable {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #between: StatementSync;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare('INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#between = database.prepare('SELECT position FROM quarantine WHERE position >= ? AND position < ?');
  }

  /** Inserts within the transaction of the caller, and keeps the bound. */
  insert(items: readonly Refused[]): void {
    if (items.length === 0) return;
    for (const { position, record, reason, detail } of items) {
      const { device, principal, via, topic, received, payload, format = 'auto' } = record;
      this.#insert.run(position, device, principal, via, topic, received, reason, detail, this.#clock.now(), payload, format);
    }
    const excess = this.count() - QUARANTINE_BOUND;
    if (excess <= 0) return;
    this.#database.prepare('DELETE FROM quarantine WHERE position IN (SELECT position FROM quarantine ORDER BY position LIMIT ?)').run(excess);
    this.#database.prepare(`UPDATE meta SET value = value + ? WHERE name = 'quarantine_dropped'`).run(excess);
  }

  /** The positions of a run of records that are in quarantine. */
  *positions(from: number, to: number): Generator<number> {
    for (const row of this.#between.iterate(from, to)) yield Number(row['position']);
  }

  count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM quarantine').get()?.['n']);
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
