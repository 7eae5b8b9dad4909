import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';
import type { JournalEntry } from '../ledger/ledger-log.ts';
import { LEDGER_TABLES, LedgerLog } from '../ledger/ledger-log.ts';
import { ATTEMPT_TABLE, Attempts } from './attempts.ts';
import { countSettled, isSettled, markSettled, openOutcomes, outcomeOf } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';
import { QuarantineTable } from './quarantine-table.ts';
import type { Refused } from './quarantine-table.ts';
import { decodeRecords, encodeRecords, outlineRecords } from './record.ts';
import type { InboxRecord } from './record.ts';
import type { Via } from '../sample/via.ts';

export type { Refused } from './quarantine-table.ts';

/** A run of records that was committed together. */
export interface StoredBatch {
  /** Position of the first record; positions only ever rise. */
  first: number;
  records: readonly InboxRecord[];
  /** Length of all payloads together, or a little more. */
  bytes: number;
  /** One byte a record: how it ended, see `OUTCOME`. */
  outcomes: Uint8Array;
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

/** What one commit writes beside the batches themselves. */
export interface Commit {
  batches?: readonly NewBatch[];
  /** Records of the inbox that go to quarantine. */
  refused?: readonly Refused[];
  /** Records that go to quarantine without ever having been in the inbox. */
  condemned?: ReadonlyArray<Omit<Refused, 'position'>>;
  /** First positions of batches that have settled. */
  forgotten?: Iterable<number>;
  journal?: readonly JournalEntry[] | undefined;
  attempts?: readonly number[];
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
    // What was partly settled under the old layout is delivered again: effects act once per id.
    `ALTER TABLE batch DROP COLUMN settled;
     ALTER TABLE batch ADD COLUMN outcomes BLOB;
     ALTER TABLE quarantine ADD COLUMN format TEXT NOT NULL DEFAULT 'auto';
     ${LEDGER_TABLES};
     ${ATTEMPT_TABLE}`,
    `ALTER TABLE suspect ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE suspect ADD COLUMN delivered INTEGER NOT NULL DEFAULT 1`,
  ],
};

/**
 * So many times has a process to die with a record alone in the flow. Once may be chance: after two kills in a row hundreds of records go
 * through the flow alone one after the other, and a third kill always meets one of them.
 */
const DEATHS_ALONE = 2;

const MARK_SUSPECT = `INSERT INTO suspect (channel, position) VALUES (?, ?)
  ON CONFLICT (channel) DO UPDATE SET deaths = iif(position = excluded.position, deaths, 0), position = excluded.position, delivered = 1`;

/** The inbox on disk: `inbox.sqlite`. Every method that writes has written durably when it returns, or throws StorageError. */
export class InboxLog {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;
  readonly #saveNext: StatementSync;
  readonly #read: StatementSync;
  readonly #oldest: StatementSync;
  #next: number;
  readonly ledger: LedgerLog;
  readonly attempts: Attempts;
  readonly quarantine: QuarantineTable;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    this.#insert = this.#database.prepare('INSERT INTO batch (first, channel, count, records, deaths, delivered) VALUES (?, ?, ?, ?, 0, ?)');
    this.#forget = this.#database.prepare('DELETE FROM batch WHERE first = ?');
    this.#saveNext = this.#database.prepare(`UPDATE meta SET value = ? WHERE name = 'next'`);
    this.#read = this.#database.prepare('SELECT first, count, records, outcomes, deaths, delivered FROM batch WHERE channel = ? AND first >= ? ORDER BY first LIMIT 1');
    this.#oldest = this.#database.prepare('SELECT records FROM batch WHERE channel = ? ORDER BY first LIMIT 1');
    try {
      this.ledger = new LedgerLog(this.#database);
      this.attempts = new Attempts(this.#database);
      this.quarantine = new QuarantineTable(this.#database, clock);
      this.#next = this.#meta('next');
      this.#recover();
    } catch (error) {
      this.#database.close();
      throw storageError(path, error);
    }
  }

  /** Everything of a commit in one transaction; gives back the position of each new batch's first record. */
  commit({ batches = [], refused = [], condemned = [], forgotten = [], journal, attempts = [] }: Commit): number[] {
    let next = this.#next;
    const firsts = this.#durably(() => {
      const positions: number[] = [];
      for (const batch of batches) {
        this.#insert.run(next, batch.channel, batch.records.length, encodeRecords(batch.records), batch.delivered ? 1 : 0);
        positions.push(next);
        next += batch.records.length;
      }
      this.quarantine.insert(refused);
      this.quarantine.insert(condemned.map((item) => ({ ...item, position: next++ })));
      if (next !== this.#next) this.#saveNext.run(next);
      for (const first of forgotten) this.#forget.run(first);
      if (journal) this.ledger.append(journal);
      this.attempts.write(attempts);
      return positions;
    });
    this.attempts.committed();
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
      const outcomes = this.#outcomes(row['outcomes'], first, records.length);
      return { first, records, bytes: row['records'] instanceof Uint8Array ? row['records'].length : 0, outcomes, deaths: Number(row['deaths']), delivered: row['delivered'] === 1 };
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  /** How the records of a batch ended, as the disk knows it. */
  #outcomes(saved: unknown, first: number, count: number): Uint8Array {
    const outcomes = saved instanceof Uint8Array && saved.length === count ? saved : openOutcomes(count);
    for (const position of this.quarantine.positions(first, first + count)) markSettled(outcomes, position - first, 'quarantined');
    return outcomes;
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
      this.#database.prepare('UPDATE batch SET outcomes = ? WHERE first = ?').run(batch.outcomes, batch.first);
      if (position === undefined) this.#database.prepare('DELETE FROM suspect WHERE channel = ?').run(channel);
      else this.#database.prepare(MARK_SUSPECT).run(channel, position);
    });
  }

  /** How many records of each channel are on disk and not settled, as far as the disk knows. */
  unsettled(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const row of this.#database.prepare('SELECT first, channel, count, outcomes FROM batch').iterate()) {
      const open = Number(row['count']) - countSettled(this.#outcomes(row['outcomes'], Number(row['first']), Number(row['count'])));
      counts.set(String(row['channel']), (counts.get(String(row['channel'])) ?? 0) + open);
    }
    return counts;
  }

  /** Tells of every record, and how it ended if it did. A batch that cannot be read is left out: it says so when its turn comes. */
  outline(each: (device: string, via: Via, payloadLength: number, outcome: Outcome | undefined) => void): void {
    for (const row of this.#database.prepare('SELECT first, count, records, outcomes FROM batch').iterate()) {
      const { first, count, records, outcomes: saved } = row;
      if (!(records instanceof Uint8Array)) continue;
      const outcomes = this.#outcomes(saved, Number(first), Number(count));
      let index = 0;
      try {
        outlineRecords(records, (device, via, length) => each(device, via, length, outcomeOf(outcomes, index++)));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  }

  /** When the oldest record of a channel that has not left the file was received; undefined when there is none. */
  oldest(channel: string): number | undefined {
    const records = this.#oldest.get(channel)?.['records'];
    let oldest: number | undefined;
    if (records instanceof Uint8Array) outlineRecords(records, (_device, _via, _length, received) => (oldest ??= received));
    return oldest;
  }

  /** Ends tidily: what has settled is noted to the record, so that nothing is delivered twice by a mere restart. */
  close(open: Iterable<StoredBatch>): void {
    try {
      this.#durably(() => {
        const save = this.#database.prepare('UPDATE batch SET outcomes = ? WHERE first = ?');
        for (const batch of open) save.run(batch.outcomes, batch.first);
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
        this.#database.exec('UPDATE suspect SET deaths = deaths + delivered, delivered = 0');
        const condemned = this.#database.prepare('DELETE FROM suspect WHERE deaths >= ? RETURNING channel, position').all(DEATHS_ALONE);
        for (const row of condemned) this.#buryRecord(String(row['channel']), Number(row['position']));
      }
      this.#database.exec(`UPDATE meta SET value = 0 WHERE name = 'clean'`);
    });
  }

  #buryRecord(channel: string, position: number): void {
    const row = this.#database.prepare('SELECT first FROM batch WHERE channel = ? AND first <= ? ORDER BY first DESC LIMIT 1').get(channel, position);
    const batch = row && this.read(channel, Number(row['first']));
    const record = batch?.records[position - batch.first];
    if (!batch || !record || isSettled(batch.outcomes, position - batch.first)) return;
    const detail = `The backend stopped four times while this sample was in the flow, the last two times while no other was. Look for a node that cannot stand it: ${record.topic || 'no topic'}.`;
    this.quarantine.insert([{ position, record, reason: 'dead-letter', detail }]);
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
