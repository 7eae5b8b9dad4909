import type { RefusalReason } from '../../sample/sample.ts';

/**
 * What would become of an entry: `passes` its contract of today, or `breaks` it; is `readable`, and no contract applies to it; is `unreadable`;
 * or `unknown`, since what it means depends on messages before it.
 */
export const OUTCOMES = ['passes', 'readable', 'breaks', 'unreadable', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What today's contract says of an entry; the entry stays where it is. */
export interface Verdict {
  /** Of the entry. */
  id: number;
  outcome: Outcome;
  /** A sentence. */
  detail: string;
  /** The contract that was asked. */
  contract?: { id: string; version: number };
  /** The rules that it breaks. */
  reasons?: readonly RefusalReason[];
}

/** The verdicts on some entries, and how many there are of each outcome. */
export interface CheckAnswer {
  verdicts: Verdict[];
  counts: Record<Outcome, number>;
}
