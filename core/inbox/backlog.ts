import type { Flight, OpenBatch } from './entry.ts';
import type { StoredBatch } from './inbox-log.ts';
import { weightOf } from './record.ts';
import type { InboxRecord } from './record.ts';
import type { Account } from '../ledger/account.ts';
import { countSettled, isSettled, markSettled } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';

/** What a backlog needs of the disk. All but `forget` may throw StorageError, and then nothing has changed. */
export interface BacklogDisk {
  /** The first batch at or behind `position`. */
  read(position: number): StoredBatch | undefined;
  markDelivered(firsts: readonly number[]): void;
  markSuspect(batch: StoredBatch, position: number | undefined): void;
  /** The batch has settled and may go from disk, at leisure. */
  forget(batch: SettledBatch): void;
  account(record: InboxRecord): Account;
  /** One record has settled. */
  settled(account: Account, weight: number, outcome: Outcome): void;
}

/** How the records of a batch ended, and of whom they were. */
export type SettledBatch = Pick<OpenBatch, 'first' | 'outcomes' | 'accounts'>;

/** From this many deaths on, the records of a batch go into the flow alone: only the one that kills is to be given up. */
const DEATHS_BEFORE_ISOLATION = 2;
/** Beyond this many bytes in memory, what is committed is left on disk until its turn. */
const BYTES_LOADED = 32 * 1024 * 1024;
const NO_RECORDS: readonly InboxRecord[] = [];

/**
 * The records of one source that wait for the flow, in the order of their positions: the next ones in memory, the rest on
 * disk; and which of those that were taken have settled.
 */
export class Backlog {
  readonly #disk: BacklogDisk;
  /** Batches with their records in memory; of the first, some may have been taken. */
  readonly #loaded: OpenBatch[] = [];
  #loadedRecords = 0;
  #loadedBytes = 0;
  /** Where reading from disk goes on; undefined while memory holds all there is. */
  #readFrom: number | undefined = 0;
  readonly #open = new Map<number, OpenBatch>();

  constructor(disk: BacklogDisk) {
    this.#disk = disk;
  }

  /** Whether every record there is has been taken. */
  get empty(): boolean {
    return this.#readFrom === undefined && this.#loaded.length === 0;
  }

  /** How many records are in memory because their turn is near. */
  get loaded(): number {
    return this.#loadedRecords;
  }

  /** Batches that are partly settled or in the flow. */
  get open(): Iterable<StoredBatch> {
    return this.#open.values();
  }

  /** Takes a batch that has just been committed: into memory while at most `records` are there, else it stays on disk. */
  offer(batch: StoredBatch, records: number): void {
    if (this.#readFrom === undefined && this.#loadedRecords < records && this.#loadedBytes < BYTES_LOADED) this.#load(batch);
    else this.#readFrom ??= batch.first;
  }

  /**
   * The next records, at most `limit` of them and, but for the last, at most `bytes` of payload. None when a suspect is next.
   *
   * @throws StorageError when the disk cannot be read or written; then none has been taken.
   */
  take(limit: number, bytes: number, since: number): Flight[] {
    this.#prepare(limit, bytes);
    const flights: Flight[] = [];
    let left = bytes;
    for (let batch = this.#first(); batch?.delivered && !isSuspect(batch); batch = this.#first()) {
      for (; batch.next < batch.records.length; batch.next += 1) {
        if (flights.length >= limit || left <= 0) return flights;
        const record = batch.records[batch.next];
        if (!record || isSettled(batch.outcomes, batch.next)) continue;
        left -= record.payload.length;
        flights.push({ batch, record, position: batch.first + batch.next, failures: 0, since });
      }
    }
    return flights;
  }

  /**
   * Whether the next record was in the flow at more than one death of the process, and so is to be taken with `takeSuspect`
   * once nothing else is in the flow.
   *
   * @throws StorageError when the disk cannot be read.
   */
  suspectIsNext(): boolean {
    const batch = this.#first() ?? (this.#readNext() ? this.#first() : undefined);
    return batch !== undefined && isSuspect(batch);
  }

  /**
   * The next record, with a note on disk that it goes into the flow alone.
   *
   * @throws StorageError when that cannot be noted; then it has not been taken.
   */
  takeSuspect(since: number): Flight[] {
    const batch = this.#first();
    const record = batch?.records[batch.next];
    if (!batch || !record) return [];
    const position = batch.first + batch.next;
    this.#disk.markSuspect(batch, position);
    batch.next += 1;
    return [{ batch, record, position, failures: 0, since }];
  }

  /** A record that was in the flow alone has come through: a crash from now on is not its doing. */
  acquit({ batch }: Flight): void {
    this.#disk.markSuspect(batch, undefined);
  }

  /** The record is done with, for good. */
  settle({ batch, position, record }: Flight, outcome: Outcome): void {
    const index = position - batch.first;
    const account = batch.accounts[index];
    if (!account || isSettled(batch.outcomes, index)) return;
    markSettled(batch.outcomes, index, outcome);
    this.#disk.settled(account, weightOf(record), outcome);
    batch.open -= 1;
    if (batch.open > 0) return;
    this.#open.delete(batch.first);
    this.#disk.forget(batch);
  }

  /** Has the next records in memory, and on disk the note that they are about to enter the flow: all that can fail comes first. */
  #prepare(limit: number, bytes: number): void {
    let undelivered: OpenBatch[] | undefined;
    let ready = 0;
    let size = 0;
    this.#first();
    for (let index = 0; ready < limit && size < bytes; index += 1) {
      if (index >= this.#loaded.length && !this.#readNext()) break;
      const batch = this.#loaded[index];
      if (!batch || isSuspect(batch)) break;
      ready += batch.records.length - batch.next;
      size += batch.bytes;
      if (!batch.delivered) (undelivered ??= []).push(batch);
    }
    if (!undelivered) return;
    this.#disk.markDelivered(undelivered.map(({ first }) => first));
    for (const batch of undelivered) batch.delivered = true;
  }

  /**
   * The batch in memory to take from, at a record that has not settled. One of which all records have been taken gives them up:
   * who took them has them.
   */
  #first(): OpenBatch | undefined {
    for (let batch = this.#loaded[0]; batch; batch = this.#loaded[0]) {
      while (batch.next < batch.records.length && isSettled(batch.outcomes, batch.next)) batch.next += 1;
      if (batch.next < batch.records.length) return batch;
      this.#loaded.shift();
      this.#loadedRecords -= batch.records.length;
      this.#loadedBytes -= batch.bytes;
      batch.records = NO_RECORDS;
    }
    return undefined;
  }

  /** Brings one more batch from disk to memory. @returns false when there is none. */
  #readNext(): boolean {
    while (this.#readFrom !== undefined) {
      const stored = this.#disk.read(this.#readFrom);
      this.#readFrom = stored && stored.first + stored.records.length;
      if (stored && this.#load(stored)) return true;
    }
    return false;
  }

  #load(batch: StoredBatch): boolean {
    const open = batch.records.length - countSettled(batch.outcomes);
    const loaded: OpenBatch = { ...batch, next: 0, open, accounts: batch.records.map((record) => this.#disk.account(record)) };
    if (open === 0) {
      this.#disk.forget(loaded);
      return false;
    }
    this.#loaded.push(loaded);
    this.#loadedRecords += batch.records.length;
    this.#loadedBytes += batch.bytes;
    this.#open.set(batch.first, loaded);
    return true;
  }
}

function isSuspect(batch: OpenBatch): boolean {
  return batch.deaths >= DEATHS_BEFORE_ISOLATION;
}
