import type { RefusalReason } from '../sample/sample.ts';

/** Why something goes into quarantine. */
export interface QuarantineCause {
  /** Stable: `contract`, `dead-letter`, `device-quarantined`, or a reason of decoding. */
  reason: string;
  /** A sentence: what is wrong, and the cure. */
  detail: string;
  /** The rules of the contract that it broke, where it was a contract. */
  reasons?: readonly RefusalReason[];
  contract?: { id: string; version: number };
}
