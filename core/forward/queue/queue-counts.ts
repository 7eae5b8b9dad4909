import type { TrustedTimeSnapshot } from '../../clock/trusted-time.ts';
import type { EntryKind } from '../entry.ts';

/** Why entries left the queue without having been sent. */
export type DropReason = 'bytes' | 'age' | 'thinned' | 'damaged';

/** Since the queue's file was made. */
export interface QueueCounts {
  queued: number;
  delivered: number;
  refused: number;
  /** What came again, and had been queued before. */
  duplicates: number;
  dropped: Record<DropReason, number>;
}

/** What is in the queue of one kind. */
export interface Held {
  entries: number;
  /** On disk. */
  bytes: number;
}

/** What the file says of itself, written with every change. */
export interface QueueTotals {
  counts: QueueCounts;
  held: Record<EntryKind, Held>;
  /** Where readings have an age beyond which they are given up. */
  time?: TrustedTimeSnapshot | undefined;
}

export function noTotals(): QueueTotals {
  return {
    counts: { queued: 0, delivered: 0, refused: 0, duplicates: 0, dropped: { bytes: 0, age: 0, thinned: 0, damaged: 0 } },
    held: { reading: { entries: 0, bytes: 0 }, alarm: { entries: 0, bytes: 0 } },
  };
}
