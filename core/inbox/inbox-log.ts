import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';
import type { JournalEntry } from '../ledger/ledger-log.ts';
import { LedgerLog } from '../ledger/ledger-log.ts';
import { Attempts } from './attempts.ts';
import { LAYOUT } from './layout.ts';
import { isSettled, markSettled, openOutcomes, outcomeOf } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';
import { QuarantineTable } from '../quarantine/quarantine-table.ts';
import type { Refused } from '../quarantine/quarantine-table.ts';
import { Selection } from '../quarantine/selection.ts';
import { decodeRecords, encodeRecords, outlineRecords } from './record.ts';
import type { InboxRecord, Outline } from './record.ts';

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
  /** Records of the inbox, and samples of them, that go to quarantine. */
  refused?: readonly Refused[];
  /** Records that go to quarantine without ever having been in the inbox. */
  condemned?: ReadonlyArray<Omit<Refused, 'position'>>;
  /** First positions of batches that have settled. */
  forgotten?: Iterable<number>;
  journal?: readonly JournalEntry[] | undefined;
  attempts?: readonly number[];
  /** What else happens to the quarantine. */
  quarantine?: ((table: QuarantineTable) => void) | undefined;
}

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
  readonly #saveReceived: StatementSync;
  #received: number;
  readonly #read: StatementSync;
  readonly #oldest: StatementSync;
  #next: number;
  readonly ledger: LedgerLog;
  readonly attempts: Attempts;
  readonly quarantine: QuarantineTable;
  /** What is read of the quarantine. */
  readonly selection: Selection;
  /** Made by chance when the file was, and kept: what `attemptKey` (core/intake) is seeded with. */
  readonly attemptSeed: number;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    this.#insert = this.#database.prepare('INSERT INTO batch (first, channel, count, records, deaths, delivered) VALUES (?, ?, ?, ?, 0, ?)');
    this.#forget = this.#database.prepare('DELETE FROM batch WHERE first = ?');
    this.#saveNext = this.#database.prepare(`UPDATE meta SET value = ? WHERE name = 'next'`);
    this.#saveReceived = this.#database.prepare(`UPDATE meta SET value = ? WHERE name = 'received'`);
    this.#read = this.#database.prepare('SELECT first, count, records, outcomes, deaths, delivered FROM batch WHERE channel = ? AND first >= ? ORDER BY first LIMIT 1');
    this.#oldest = this.#database.prepare('SELECT records FROM batch WHERE channel = ? ORDER BY first LIMIT 1');
    try {
      this.ledger = new LedgerLog(this.#database);
      this.attempts = new Attempts(this.#database);
      this.quarantine = new QuarantineTable(this.#database, clock);
      this.selection = new Selection(path, this.#database);
      this.#next = this.#meta('next');
      this.#received = this.#meta('received');
      this.attemptSeed = this.#meta('attempt_seed');
      this.#recover();
    } catch (error) {
      this.#database.close();
      throw storageError(path, error);
    }
  }

  /** The latest time of reception that was ever kept, in milliseconds since the epoch; 0: none. */
  get received(): number {
    return this.#received;
  }

  /** Everything of a commit in one transaction; gives back the position of each new batch's first record. */
  commit({ batches = [], refused = [], condemned = [], forgotten = [], journal, attempts = [], quarantine }: Commit): number[] {
    let next = this.#next;
    let received = this.#received;
    const firsts = this.#durably(() => {
      const positions: number[] = [];
      for (const batch of batches) {
        this.#insert.run(next, batch.channel, batch.records.length, encodeRecords(batch.records), batch.delivered ? 1 : 0);
        positions.push(next);
        next += batch.records.length;
        for (const record of batch.records) if (record.received > received) received = record.received;
      }
      this.quarantine.begin();
      this.quarantine.insert(condemned.length === 0 ? refused : [...refused, ...condemned.map((item) => ({ ...item, position: next++ }))]);
      quarantine?.(this.quarantine);
      this.quarantine.finish();
      if (next !== this.#next) this.#saveNext.run(next);
      if (received !== this.#received) this.#saveReceived.run(Math.floor(received));
      for (const first of forgotten) this.#forget.run(first);
      if (journal) this.ledger.append(journal);
      this.attempts.write(attempts);
      return positions;
    });
    this.attempts.committed();
    this.quarantine.committed();
    this.#next = next;
    this.#received = received;
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

  /** Tells of every record, and how it ended if it did. A batch that cannot be read is left out: it says so when its turn comes. */
  outline(each: (outline: Outline, channel: string, outcome: Outcome | undefined) => void): void {
    for (const row of this.#database.prepare('SELECT first, channel, count, records, outcomes FROM batch').iterate()) {
      const { records } = row;
      if (!(records instanceof Uint8Array)) continue;
      const channel = String(row['channel']);
      const outcomes = this.#outcomes(row['outcomes'], Number(row['first']), Number(row['count']));
      let index = 0;
      try {
        outlineRecords(records, (outline) => each(outline, channel, outcomeOf(outcomes, index++)));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  }

  /** Whether there are records from before there was a ledger, which are to be counted as received. */
  get uncounted(): boolean {
    return this.#meta('uncounted') > 0;
  }

  /** Puts into the ledger what was received before there was one. */
  countReceived(journal: readonly JournalEntry[]): void {
    this.#durably(() => {
      this.ledger.append(journal);
      this.#database.exec(`UPDATE meta SET value = 0 WHERE name = 'uncounted'`);
    });
  }

  /**
   * When the oldest record of a channel that has not left the file came there; undefined when there is none.
   *
   * @throws StorageError when the file cannot be read, or what stands in it is no batch.
   */
  oldest(channel: string): number | undefined {
    let oldest: number | undefined;
    try {
      const records = this.#oldest.get(channel)?.['records'];
      if (records instanceof Uint8Array) outlineRecords(records, ({ arrived }) => (oldest ??= arrived));
    } catch (error) {
      throw storageError(this.#path, error);
    }
    return oldest;
  }

  /** Lets go of the file as it is, when it turned out to be of no use. */
  abandon(): void {
    this.#database.close();
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
      this.quarantine.begin();
      if (this.#meta('clean') === 0) {
        this.#database.exec('UPDATE batch SET deaths = deaths + 1, delivered = 0 WHERE delivered = 1');
        this.#database.exec('UPDATE suspect SET deaths = deaths + delivered, delivered = 0');
        const condemned = this.#database.prepare('DELETE FROM suspect WHERE deaths >= ? RETURNING channel, position').all(DEATHS_ALONE);
        this.quarantine.insert(condemned.flatMap((row) => this.#toBury(String(row['channel']), Number(row['position']))));
      }
      this.quarantine.finish();
      this.#database.exec(`UPDATE meta SET value = 0 WHERE name = 'clean'`);
    });
    this.quarantine.committed();
  }

  #toBury(channel: string, position: number): Refused[] {
    const row = this.#database.prepare('SELECT first FROM batch WHERE channel = ? AND first <= ? ORDER BY first DESC LIMIT 1').get(channel, position);
    const batch = row && this.read(channel, Number(row['first']));
    const record = batch?.records[position - batch.first];
    if (!batch || !record || isSettled(batch.outcomes, position - batch.first)) return [];
    const detail = `The backend stopped four times while this sample was in the flow, the last two times while no other was. Look for a node that cannot stand it: ${record.topic || 'no topic'}.`;
    return [{ position, channel, record, reason: 'dead-letter', detail }];
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
