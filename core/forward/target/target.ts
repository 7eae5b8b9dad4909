import type { EntryKind } from '../entry.ts';

/** One sample or alarm as it is sent: a JSON object, already marked when it is backfill. */
export interface Item {
  readonly device: string;
  readonly id: string;
  readonly line: Uint8Array;
}

/** What goes over in one go: of one kind, in order. */
export interface Batch {
  readonly kind: EntryKind;
  readonly items: readonly Item[];
  /** The other side may have some of it already. */
  readonly repeated: boolean;
}

/** An item that the other side will not take, whatever comes of the others. */
export interface RefusedItem {
  index: number;
  reason: string;
}

/**
 * How a batch ended. `delivered`: the other side has acknowledged all of it but what it refused; `refused`: it will not take the batch as it is, and one
 * item may be to blame; `later`: it may take it another time, after `retryAfter` milliseconds at the earliest, all but the items that it has
 * acknowledged or refused already.
 */
export type Outcome =
  | { kind: 'delivered'; refused?: readonly RefusedItem[] }
  | { kind: 'refused'; reason: string }
  | { kind: 'later'; reason: string; retryAfter?: number; delivered?: readonly number[]; refused?: readonly RefusedItem[] };

/** The other side. */
export interface Target {
  /** So many batches may be under way in one lane, and arrive in order all the same. */
  readonly window: number;
  /** For people: `https://central.example:8443/forward`. */
  readonly name: string;
  /** Whether it is known to be there. */
  readonly connected: boolean;
  /** Sends a batch. Never rejects. */
  send(batch: Batch): Promise<Outcome>;
  /** Ends the connection. What is under way ends as `later`. */
  close(): Promise<void>;
}
