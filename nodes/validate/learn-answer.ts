import type { Proposal } from '../../core/contract/learn/proposed-contract.ts';

/** How far the learning of a contract has come; what the dialog asks for again and again. */
export interface LearnProgress {
  state: 'idle' | 'watching' | 'reading' | 'done' | 'stopped' | 'failed';
  source?: 'live' | 'history';
  samples: number;
  devices: number;
  metrics: number;
  /** Samples that hold something else than readings. */
  unusable: number;
  /** Readings of metrics beyond those that can be learned. */
  others: number;
  /** Devices whose history is read, and of how many it has been. */
  history?: { devices: number; read: number };
  /** Why it failed. */
  problem?: string;
}

/** How many of the last samples a contract would have refused, and why: the commonest reasons first. */
export interface Refusals {
  samples: number;
  refused: number;
  reasons: Array<{ count: number; message: string; example: { device?: string } }>;
}

/** What is proposed, and what of the last samples it would have refused. */
export interface LearnedContract extends Proposal {
  refusals: Refusals;
}
