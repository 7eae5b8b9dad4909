import type { PayloadFormat } from '../decode/format.ts';
import type { RefusalReason } from '../sample/sample.ts';
import type { Via } from '../sample/via.ts';

/** One message, or one sample of it, that waits in quarantine. */
export interface QuarantineEntry {
  /** Rises with the time at which it came here. */
  id: number;
  /** Stable: `contract`, `dead-letter`, `device-quarantined`, or a reason of decoding. */
  reason: string;
  /** A sentence: what is wrong, and the cure. */
  detail: string;
  /** The rules of the contract that it broke, where it was a contract. */
  reasons?: readonly RefusalReason[];
  contract?: { id: string; version: number };
  device: string;
  principal: string;
  via: Via;
  topic: string;
  /** The source whose message it was: the id of its node. */
  channel: string;
  /** When it reached us, ms since the epoch. */
  received: number;
  /** When it came into quarantine. */
  quarantined: number;
  /** The bytes as they came. */
  payload: Uint8Array;
  format: PayloadFormat;
  /** Which sample of the message it is, from 0; absent: the whole message. */
  sample?: number;
}

/** Which entries are meant; what is left out does not limit. */
export interface QuarantineFilter {
  ids?: readonly number[];
  /** No entry with a higher id: none that came after the newest that somebody has seen. */
  upTo?: number;
  reason?: string;
  device?: string;
  /** The id of a contract. */
  contract?: string;
  /** By reception, in ms since the epoch: `from` is included, `to` is not. */
  from?: number;
  to?: number;
}

/** A page of entries, the newest first. It may hold few, or none, where many had to be looked at: `next` is where the next page begins; absent: this is the last. */
export interface QuarantinePage {
  entries: QuarantineEntry[];
  next?: number;
}

/** How many entries there are of each, and what became of all that ever came. */
export interface QuarantineSummary {
  waiting: number;
  bytes: number;
  /** The reception of the oldest that waits, ms since the epoch. */
  oldest?: number;
  byReason: Record<string, number>;
  byDevice: Record<string, number>;
  byContract: Record<string, number>;
  /** put = waiting + released + dropped + lost. */
  put: number;
  released: number;
  /** By a person or a flow. */
  dropped: number;
  /** To the bound of size or age. */
  lost: number;
}

/** How entries are driven in again. */
export interface ReleaseOptions {
  /** The source by which those go in whose own is gone: the id of its node. Absent: the one that there is, where there is one. */
  channel?: string;
}

/** A release under way or over: it goes on after a restart. */
export interface ReleaseProgress {
  /** Names it. */
  job: number;
  filter: QuarantineFilter;
  /** Entries when it began. */
  total: number;
  /** Driven in again so far. */
  released: number;
  /** Entries that cannot be, since their source is gone; they wait on. */
  skipped: number;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Why it failed. */
  problem?: string;
}

/** How much the quarantine keeps: beyond either bound the oldest goes, counted as lost. */
export interface QuarantineBounds {
  maximumRows: number;
  /** Of payloads and topics. */
  maximumBytes: number;
  /** In milliseconds; 0: they may be of whatever age. */
  maximumAge: number;
}

/** What waits in quarantine of one backend. */
export interface Quarantine {
  /** Bounds what may wait; what is beyond goes soon. */
  setBounds(bounds: QuarantineBounds): void;
  list(filter: QuarantineFilter, page: { limit: number; before?: number }): QuarantinePage;
  summary(): QuarantineSummary;
  /** How many entries the filter means. Works in slices. */
  count(filter: QuarantineFilter): Promise<number>;
  /** Drops for good. Resolves with how many. Works in slices. */
  drop(filter: QuarantineFilter): Promise<number>;
  /**
   * Drives in again, through the contracts of today, with the original bytes, times and ids, marked `historical`. An entry leaves
   * the quarantine in the transaction that puts its message into the inbox. One release at a time.
   *
   * Rejects with QuarantineError when another one is running.
   */
  release(filter: QuarantineFilter, options?: ReleaseOptions): Promise<ReleaseProgress>;
  /** The release that is running, or was the last. */
  progress(): ReleaseProgress | undefined;
  /** Stops it; what has been released stays so. */
  cancel(): void;
  /** The entries as lines of JSON, oldest first, payloads in base64. */
  export(filter: QuarantineFilter): AsyncGenerator<string, void>;
  /** Told of entries that came, after they are on disk. @returns what ends it. */
  watch(told: (entries: readonly QuarantineEntry[]) => void): () => void;
}
