import type { Account } from '../ledger/account.ts';
import type { InboxRecord } from './record.ts';
import type { StoredBatch } from './inbox-log.ts';

/** A batch of which some records have not settled. */
export interface OpenBatch extends StoredBatch {
  /** Index of the record to be taken next. */
  next: number;
  /** How many records have not settled. */
  open: number;
  /** Of whom each record is. */
  readonly accounts: readonly Account[];
}

/** One record on its way through the flow. A redelivery is a new entry. */
export interface InboxEntry {
  readonly record: InboxRecord;
  /** Unique in this inbox and kept over restarts. */
  readonly position: number;
  /** How many times it has failed before. */
  readonly failures: number;
}

/** An entry as its channel knows it. */
export interface Flight extends InboxEntry {
  readonly batch: OpenBatch;
  /** When it was handed over, ms since the epoch. */
  readonly since: number;
}
