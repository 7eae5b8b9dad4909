import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';
import { VIA } from '../sample/via.ts';
import { decodeRecords, encodeRecords } from './record.ts';
import type { InboxRecord } from './record.ts';
import { countSettled, isSettled, markSettled, settledBitmap } from './settled-bitmap.ts';

/** A run of records that was committed together. */
export interface StoredBatch {
  /** Position of the first record; positions only ever rise. */
  first: number;
  records: readonly InboxRecord[];
  /** Length of all payloads together, or a little more. */
  bytes: number;
  /** One bit a record. */
  settled: Uint8Array;
  /** How many times the process died while this batch was in the flow. */
  deaths: number;
  /** Whether the disk knows that the batch has been given to the flow. */
  delivered: boolean;
}

export interface NewBatch {
  channel: string;
  records: readonly InboxRecord[];
  /** Length of all payloads together. */
  bytes: number;
  /** Whether it goes into the flow at once: remembered, to find out which records were in the flow when a process died. */
  delivered: boolean;
}

/** A record that cannot be processed, with the reason. Quarantined once per position. */
export interface Refused {
  position: number;
  record: InboxRecord;
  reason: string;
  detail: string;
}

const LAYOUT = {
  migrations: [
    `CREATE TABLE batch (
       first INTEGER PRIMARY KEY, channel TEXT NOT NULL, count INTEGER NOT NULL, records BLOB NOT NULL,
       settled BLOB, deaths INTEGER NOT NULL, delivered INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX batch_of_channel ON batch (channel, first);
     CREATE TABLE suspect (channel TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
     CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
     INSERT INTO meta VALUES ('next', 1), ('clean', 1), ('quarantine_dropped', 0);
     CREATE TABLE quarantine (
       position INTEGER PRIMARY KEY, device TEXT NOT NULL, principal TEXT NOT NULL, via TEXT NOT NULL, topic TEXT NOT NULL,
       received REAL NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, quarantined REAL NOT NULL, payload BLOB NOT NULL
     ) STRICT`,
  ],
};

/** The quarantine keeps this many samples; beyond it the oldest goes, counted. */
const QUARANTINE_BOUND = 100_000;

/** The inbox on disk: `inbox.sqlite`. Every method that writes has written durably when it returns, or throws StorageError. */
export class InboxLog {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;
  readonly #saveNext: StatementSync;
  readonly #read: StatementSync;
  readonly #quarantine: StatementSync;
  readonly #quarantinedBetween: StatementSync;
  #next: number;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#database = openDatabase(path, LAYOUT);
    this.#insert = this.#database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, NULL, 0, ?)');
    this.#forget = this.#database.prepare('DELETE FROM batch WHERE first = ?');
    this.#saveNext = this.#database.prepare(`UPDATE meta SET value = ? WHERE name = 'next'`);
    this.#read = this.#database.prepare('SELECT first, count, records, settled, deaths, delivered FROM batch WHERE channel = ? AND first >= ? ORDER BY first LIMIT 1');
    this.#quarantine = this.#database.prepare('INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#quarantinedBetween = this.#database.prepare('SELECT position FROM quarantine WHERE position >= ? AND position < ?');
    try {
      this.#next = this.#meta('next');
      this.#recover();
    } catch (error) {
      this.#database.close();
      throw storageError(path, error);
    }
  }

  /** Appends, quarantines and forgets in one transaction; gives back the position of each new batch's first record. */
  commit(batches: readonly NewBatch[], refused: readonly Refused[], forgotten: Iterable<number>): number[] {
    let next = this.#next;
    const firsts = this.#durably(() => {
      const positions: number[] = [];
      for (const batch of batches) {
        this.#insert.run(next, batch.channel, batch.records.length, encodeRecords(batch.records), batch.delivered ? 1 : 0);
        positions.push(next);
        next += batch.records.length;
      }
      if (batches.length > 0) this.#saveNext.run(next);
      for (const item of refused) this.#insertQuarantine(item);
      if (refused.length > 0) this.#boundQuarantine();
      for (const first of forgotten) this.#forget.run(first);
      return positions;
    });
    this.#next = next;
    return firsts;
  }

  /**
   * The first batch of `channel` at or behind `position`. What is in quarantine is settled, also when the process died before
   * the batch could say so.
   *
   * @throws StorageError when the file cannot be read, or what stands in it is no batch.
   */
  read(channel: string, position: number): StoredBatch | undefined {
    try {
      const row = this.#read.get(channel, position);
      if (row === undefined) return undefined;
      const first = Number(row['first']);
      const records = this.#decode(row['records'], Number(row['count']), first);
      const settled = row['settled'] instanceof Uint8Array ? row['settled'] : settledBitmap(records.length);
      for (const quarantined of this.#quarantinedBetween.iterate(first, first + records.length)) markSettled(settled, Number(quarantined['position']) - first);
      return { first, records, bytes: row['records'] instanceof Uint8Array ? row['records'].length : 0, settled, deaths: Number(row['deaths']), delivered: row['delivered'] === 1 };
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  #decode(bytes: unknown, count: number, first: number): InboxRecord[] {
    let problem = `batch ${first} does not have ${count} records`;
    try {
      const records = bytes instanceof Uint8Array ? decodeRecords(bytes) : [];
      if (records.length === count && count > 0) return records;
    } catch (error) {
      problem = messageOf(error);
    }
    throw new StorageError('DAMAGED', this.#path, `The file ${this.#path} is damaged (${problem}). Restore it from a backup, or move it away to start with an empty one.`);
  }

  /** Notes that the batches are about to enter the flow. */
  markDelivered(firsts: readonly number[]): void {
    this.#durably(() => {
      const mark = this.#database.prepare('UPDATE batch SET delivered = 1 WHERE first = ?');
      for (const first of firsts) mark.run(first);
    });
  }

  /** Notes what has settled so far, and that the record at `position` is about to enter the flow alone. */
  markSuspect(channel: string, batch: StoredBatch, position: number | undefined): void {
    this.#durably(() => {
      this.#database.prepare('UPDATE batch SET settled = ? WHERE first = ?').run(batch.settled, batch.first);
      this.#database.prepare('DELETE FROM suspect WHERE channel = ?').run(channel);
      if (position !== undefined) this.#database.prepare('INSERT INTO suspect VALUES (?, ?)').run(channel, position);
    });
  }

  /** How many records of each channel are on disk and not settled; what is partly settled counts by its bitmap. */
  unsettled(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const row of this.#database.prepare('SELECT channel, count, settled FROM batch').iterate()) {
      const settled = row['settled'];
      const open = Number(row['count']) - (settled instanceof Uint8Array ? countSettled(settled) : 0);
      counts.set(String(row['channel']), (counts.get(String(row['channel'])) ?? 0) + open);
    }
    return counts;
  }

  quarantined(): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM quarantine').get()?.['n']);
  }

  /** Newest first. */
  quarantineList(limit: number): Array<Refused & { quarantined: number }> {
    return this.#database.prepare('SELECT * FROM quarantine ORDER BY position DESC LIMIT ?').all(limit).map((row) => ({
      position: Number(row['position']),
      reason: String(row['reason']),
      detail: String(row['detail']),
      quarantined: Number(row['quarantined']),
      record: {
        device: String(row['device']),
        principal: String(row['principal']),
        via: viaOf(row['via']),
        topic: String(row['topic']),
        received: Number(row['received']),
        payload: row['payload'] instanceof Uint8Array ? row['payload'] : new Uint8Array(),
      },
    }));
  }

  /** Ends tidily: what has settled is noted to the record, so that nothing is delivered twice by a mere restart. */
  close(open: Iterable<StoredBatch>): void {
    try {
      this.#durably(() => {
        const save = this.#database.prepare('UPDATE batch SET settled = ? WHERE first = ?');
        for (const batch of open) save.run(batch.settled, batch.first);
        this.#database.exec(`UPDATE batch SET delivered = 0; DELETE FROM suspect; UPDATE meta SET value = 1 WHERE name = 'clean'`);
      });
    } finally {
      this.#database.close();
    }
  }

  /** After a process died: count that against what was in the flow, and give up on a record that was in it alone. */
  #recover(): void {
    this.#durably(() => {
      if (this.#meta('clean') === 0) {
        this.#database.exec('UPDATE batch SET deaths = deaths + 1, delivered = 0 WHERE delivered = 1');
        for (const row of this.#database.prepare('SELECT channel, position FROM suspect').all()) this.#buryRecord(String(row['channel']), Number(row['position']));
        this.#database.exec('DELETE FROM suspect');
      }
      this.#database.exec(`UPDATE meta SET value = 0 WHERE name = 'clean'`);
    });
  }

  #buryRecord(channel: string, position: number): void {
    const row = this.#database.prepare('SELECT first FROM batch WHERE channel = ? AND first <= ? ORDER BY first DESC LIMIT 1').get(channel, position);
    const batch = row && this.read(channel, Number(row['first']));
    const record = batch?.records[position - batch.first];
    if (!batch || !record || isSettled(batch.settled, position - batch.first)) return;
    const detail = `The backend stopped three times while this sample was in the flow, the last time while no other was. Look for a node that cannot stand it: ${record.topic || 'no topic'}.`;
    this.#insertQuarantine({ position, record, reason: 'dead-letter', detail });
    markSettled(batch.settled, position - batch.first);
    this.#database.prepare('UPDATE batch SET settled = ? WHERE first = ?').run(batch.settled, batch.first);
  }

  #insertQuarantine({ position, record, reason, detail }: Refused): void {
    this.#quarantine.run(position, record.device, record.principal, record.via, record.topic, record.received, reason, detail, this.#clock.now(), record.payload);
  }

  #boundQuarantine(): void {
    const excess = this.quarantined() - QUARANTINE_BOUND;
    if (excess <= 0) return;
    this.#database.prepare('DELETE FROM quarantine WHERE position IN (SELECT position FROM quarantine ORDER BY position LIMIT ?)').run(excess);
    this.#database.prepare(`UPDATE meta SET value = value + ? WHERE name = 'quarantine_dropped'`).run(excess);
  }

  #meta(name: string): number {
    return Number(this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value']);
  }

  #durably<Result>(work: () => Result): Result {
    try {
      return transaction(this.#database, work);
    } catch (error) {
      throw error instanceof HoldfastError ? error : storageError(this.#path, error);
    }
  }
}

function viaOf(value: unknown): InboxRecord['via'] {
  return VIA.find((via) => via === value) ?? 'flow';
}
